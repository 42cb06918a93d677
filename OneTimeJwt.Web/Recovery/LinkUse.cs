using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OneTimeJwt.Tokens;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Languages;

namespace OneTimeJwt.Web.Recovery;

/// <summary>The ids of the accounts that are told of what admins have to know.</summary>
public delegate Task<List<string>> FindAdmins(AccountsContext database);

/// <summary>What the use of a link does to its account, each time to what its key is made of. Rows that go with it are added to the context.</summary>
internal sealed class LinkUse(AccountsContext database, TypedAddress typed, FindAdmins findAdmins, AccountLock accountLock, UnusablePassword unusable, AccountLookup lookup, IOptions<TokenSettings> settings, TimeProvider time)
{
    /// <summary>Puts the new password's hash in its place.</summary>
    /// <returns>What happened, as the trail calls it.</returns>
    public async Task<RecoveryEventKind> ChoosePasswordAsync(Account account, string hash, TokenPurpose purpose, string? client)
    {
        await LiftLockAsync(account);
        account.PasswordHash = hash;
        account.RenewSecurityStamp();
        account.EmailConfirmed = true;
        account.AccessFailedCount = 0;
        if (purpose == TokenPurpose.Reset)
            database.Add(Mail(OutboxKind.PasswordChangedNotice, account.Id, client));
        return RecoveryEventKind.Redeemed;
    }

    /// <param name="account">The account.</param>
    /// <param name="purpose">What the link is for.</param>
    /// <param name="client">Where it came from.</param>
    /// <param name="isStuck">Whether the database refused the change, and not by chance.</param>
    /// <returns>What happened, as the trail calls it; null where the account can't be changed so any more.</returns>
    public async Task<RecoveryEventKind?> PressAsync(Account account, TokenPurpose purpose, string? client, bool isStuck) =>
        purpose == TokenPurpose.Confirm ? Confirm(account)
        : purpose == Purposes.Change ? await ChangeAddressAsync(account, client)
        : await SecureAsync(account, client, isStuck);

    // A statement of its own, judged once more by the database: another application may ban the account at this moment,
    // and not every application changes the concurrency stamp then. The change that follows leaves that column alone.
    private async Task LiftLockAsync(Account account)
    {
        var row = database.Users.Where(known => known.Id == account.Id);
        var (latestPause, secured) = (accountLock.LatestPause, account.Own?.SecuredLock);
        switch (accountLock.Of(account))
        {
            case LockState.Paused:
                var lifted = await row.Where(known => known.LockoutEnd <= latestPause).ExecuteUpdateAsync(known => known.SetProperty(r => r.LockoutEnd, (DateTimeOffset?)null));
                // SQLite compares text, which other applications write in many ways.
                if (lifted == 0 && accountLock.Of(await row.Select(LockColumns.Of).SingleAsync()) == LockState.Paused)
                    account.LockoutEnd = null;
                break;
            case LockState.Secured:
                await row.Where(known => known.LockoutEnd == secured).ExecuteUpdateAsync(known => known.SetProperty(r => r.LockoutEnd, (DateTimeOffset?)null));
                account.Own!.SecuredLock = null;
                account.Own.Renew();
                break;
        }
    }

    private static RecoveryEventKind? Confirm(Account account)
    {
        account.EmailConfirmed = true;
        return RecoveryEventKind.AddressConfirmed;
    }

    private async Task<RecoveryEventKind?> ChangeAddressAsync(Account account, string? client)
    {
        var own = account.Remember();
        if (own.PendingAddress is not { } wanted || await lookup.IsTakenAsync(database, account, wanted))
            return null;

        if (account.Email is { Length: > 0 } former)
        {
            var now = time.GetUtcNow();
            own.Trust(former, now, now + settings.Value.Lifetimes.Secure);
            database.Add(Mail(OutboxKind.AddressChangedNotice, account.Id, client, typed.Protect(former)));
        }

        Rename(account, wanted);
        account.EmailConfirmed = true;
        account.RenewSecurityStamp();
        own.PendingAddress = null;
        own.Renew();
        return RecoveryEventKind.AddressChanged;
    }

    // The lock is one that choosing a password lifts: only a link to the owner's own address leads to that. Whoever changed
    // the address while links that secure the account were out loses it again.
    private async Task<RecoveryEventKind?> SecureAsync(Account account, string? client, bool isStuck)
    {
        var own = account.Remember();
        string? to = null;
        if (own.TrustedAt(time.GetUtcNow()) is { } trusted && !lookup.HasAddress(account.Email, trusted))
        {
            var isTaken = await lookup.IsTakenAsync(database, account, trusted);
            // An adopted database may let no two accounts have one address. None is better than an intruder's.
            if (isTaken && isStuck)
                (account.Email, account.NormalizedEmail, to) = (null, null, typed.Protect(trusted));
            else
                Rename(account, trusted, mayRename: !isTaken);
            account.EmailConfirmed = false;
        }

        own.SecuredLock = AccountLock.NewSecuredLock();
        (account.LockoutEnabled, account.LockoutEnd, account.AccessFailedCount) = (true, own.SecuredLock, 0);
        if (account.PasswordHash is not null)
            account.PasswordHash = unusable.NewHash();
        account.RenewSecurityStamp();
        own.PendingAddress = null;
        own.TimesSecured++;
        own.Renew();
        database.Add(Mail(OutboxKind.SecuredReset, account.Id, client, to));
        foreach (var admin in await findAdmins(database))
            database.Add(new OutboxMail { Kind = OutboxKind.SecuredNotice, AccountId = admin, AboutId = account.Id, Client = client, RequestedAt = time.GetUtcNow(), DueAt = time.GetUtcNow() });
        return RecoveryEventKind.Secured;
    }

    // Where the user name was the address it stays so.
    private void Rename(Account account, string address, bool mayRename = true)
    {
        var normalized = lookup.NormalizeLike(account.NormalizedEmail, account.Email, address);
        if (mayRename && account.NormalizedUserName is not null && account.NormalizedUserName == account.NormalizedEmail)
            (account.UserName, account.NormalizedUserName) = (address, normalized);
        (account.Email, account.NormalizedEmail) = (address, normalized);
    }

    private OutboxMail Mail(OutboxKind kind, string accountId, string? client, string? to = null)
    {
        var now = time.GetUtcNow();
        return new OutboxMail { Kind = kind, AccountId = accountId, TypedAddress = to, Client = client, RequestedAt = now, DueAt = now, Culture = Reader.Culture, Zone = Reader.ZoneId };
    }
}
