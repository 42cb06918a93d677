using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Links.Purposes;

namespace OneTimeJwt.Web.Links;

/// <summary>Judges the address that has to be typed beside the button behind a link.</summary>
internal sealed class OwnAddress(
    AccountLookup lookup,
    MailRateLimiter rateLimiter,
    AddressAttemptLimiter attempts,
    AccountsContext database,
    TimeProvider time)
{
    /// <summary>Counts as one try.</summary>
    /// <param name="purpose">What the link is for.</param>
    /// <param name="account">Whose it is.</param>
    /// <param name="nonce">Of the link's token.</param>
    /// <param name="typed">What came in.</param>
    /// <param name="network">What the client is counted by.</param>
    public async Task<TypedAddressVerdict> JudgeAsync(ButtonPurpose purpose, Account account, string nonce, string typed, string network)
    {
        if (string.IsNullOrWhiteSpace(typed))
            return TypedAddressVerdict.Missing;
        if (!attempts.Take(nonce, network))
            return TypedAddressVerdict.TooOften;

        return await IsRightAsync(purpose, account, nonce, typed.Trim()) ? TypedAddressVerdict.Right : TypedAddressVerdict.Wrong;
    }

    private async Task<bool> IsRightAsync(ButtonPurpose purpose, Account account, string nonce, string typed)
    {
        if (Accepts(purpose, account, typed))
            return true;
        if (!purpose.AcceptsRecipient || !Addresses.CanBeNormalised(typed))
            return false;

        var recipient = rateLimiter.Recipient(typed);
        return await database.Trail.AnyAsync(line =>
            line.Nonce == nonce
            && line.AccountId == account.Id
            && RecoveryEvent.Departures.Contains(line.Kind)
            && line.AddressHash == recipient);
    }

    /// <summary>Whether a text is an accepted address.</summary>
    public bool Accepts(ButtonPurpose purpose, Account account, string text) =>
        Addresses.CanBeNormalised(text)
        && purpose.AcceptedAddresses(account, time.GetUtcNow()).Any(address => lookup.HasAddress(address, text));
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
