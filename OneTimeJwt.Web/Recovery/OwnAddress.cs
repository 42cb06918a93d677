using Microsoft.EntityFrameworkCore;
using OneTimeJwt.Tokens;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Data;

namespace OneTimeJwt.Web.Recovery;

/// <summary>
/// The step of links whose use is to press a button: the account's own address has to be typed. Mail security opens links in
/// real browsers and presses what it finds there; it fills nothing in that the page doesn't tell, and the page never shows the address.
/// </summary>
internal sealed class OwnAddress(AccountLookup lookup, MailBudgets budgets, AddressTries tries, AccountsContext database, TimeProvider time)
{
    /// <summary>Takes one try.</summary>
    /// <param name="purpose">What the link is for.</param>
    /// <param name="account">Whose it is.</param>
    /// <param name="nonce">Of its token.</param>
    /// <param name="typed">What came in.</param>
    /// <param name="network">What the client is counted by.</param>
    public async Task<TypedAddressVerdict> JudgeAsync(TokenPurpose purpose, Account account, string nonce, string typed, string network)
    {
        if (string.IsNullOrWhiteSpace(typed))
            return TypedAddressVerdict.Missing;
        if (!tries.Take(nonce, network))
            return TypedAddressVerdict.TooOften;

        return await IsAsync(purpose, account, nonce, typed.Trim()) ? TypedAddressVerdict.Right : TypedAddressVerdict.Wrong;
    }

    // For a link that secures the account also the one that it was mailed to.
    private async Task<bool> IsAsync(TokenPurpose purpose, Account account, string nonce, string typed)
    {
        if (!Addresses.CanBeNormalised(typed))
            return false;
        if (Accepted(purpose, account).Any(address => lookup.HasAddress(address, typed)))
            return true;

        // An intruder may have moved the account since, and its owner another time before that.
        var recipient = budgets.Recipient(typed);
        return purpose == Purposes.Secure
            && await database.Trail.AnyAsync(line => line.Nonce == nonce && line.AccountId == account.Id && RecoveryEvent.Departures.Contains(line.Kind) && line.AddressHash == recipient);
    }

    /// <summary>Whether a text tells the answer.</summary>
    public bool Tells(TokenPurpose purpose, Account account, string text) =>
        Addresses.CanBeNormalised(text) && Accepted(purpose, account).Any(address => lookup.HasAddress(address, text));

    private IEnumerable<string?> Accepted(TokenPurpose purpose, Account account)
    {
        yield return account.Email;
        if (purpose == Purposes.Secure)
            yield return account.Own?.TrustedAt(time.GetUtcNow());
        if (purpose == Purposes.Change && string.IsNullOrWhiteSpace(account.Email))
            yield return account.Own?.PendingAddress;
    }
}

/// <summary>How a typed address was judged.</summary>
public enum TypedAddressVerdict
{
    Right,

    /// <summary>The button was pressed without one.</summary>
    Missing,

    Wrong,

    /// <summary>It was not compared: there were too many tries.</summary>
    TooOften,
}
