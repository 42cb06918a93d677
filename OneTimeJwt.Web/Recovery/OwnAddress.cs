using System.Threading.RateLimiting;
using Microsoft.EntityFrameworkCore;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Tokens;

namespace OneTimeJwt.Web.Recovery;

/// <summary>
/// The step of links whose use is to press a button: the account's own address has to be typed. Mail security opens links in
/// real browsers and presses what it finds there; it fills nothing in that the page doesn't tell, and the page never shows the address.
/// </summary>
internal sealed class OwnAddress(AccountLookup lookup, MailBudgets budgets, AccountsContext database, TimeProvider time)
{
    /// <param name="purpose">What the link is for.</param>
    /// <param name="account">Whose it is.</param>
    /// <param name="nonce">Of its token.</param>
    /// <param name="typed">What came in.</param>
    /// <returns>Whether it is the account's address; for a link that secures the account also the one that it was mailed to.</returns>
    public async Task<bool> IsAsync(TokenPurpose purpose, Account account, string nonce, string typed)
    {
        if (typed.Length == 0 || !Addresses.CanBeNormalised(typed))
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

/// <summary>Bounds the addresses that are tried on one link: for each client, and over all of them. No try is ever what ends a link.</summary>
internal sealed class AddressTries : IDisposable
{
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(15);
    // Right ones count too, for they are taken before they are compared: as many as one link may be used with at once.
    private const int PerClient = 60;
    private const int PerLink = 300;

    private readonly PartitionedRateLimiter<(string Nonce, string Client)> _limiter = PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<(string Nonce, string Client), (string, string)>(attempt => RateLimitPartition.GetFixedWindowLimiter(attempt, _ => Limit(PerClient))),
        PartitionedRateLimiter.Create<(string Nonce, string Client), string>(attempt => RateLimitPartition.GetFixedWindowLimiter(attempt.Nonce, _ => Limit(PerLink))));

    /// <summary>Takes one try.</summary>
    /// <param name="nonce">Of the link's token.</param>
    /// <param name="client">Who tries, as <c>ClientNetwork</c> has it.</param>
    public bool Take(string nonce, string client)
    {
        using var lease = _limiter.AttemptAcquire((nonce, client));
        return lease.IsAcquired;
    }

    public void Dispose() => _limiter.Dispose();

    private static FixedWindowRateLimiterOptions Limit(int permits) => new() { PermitLimit = permits, Window = Window, QueueLimit = 0 };
}
