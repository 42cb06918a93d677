using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OneTimeJwt.Tokens;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Database;
using OneTimeJwt.Web.Links.Purposes;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Links;

/// <summary>The ids of the accounts that are told of what admins have to know.</summary>
public delegate Task<List<string>> FindAdmins(AccountsContext database);

/// <summary>
/// What purposes change an account with. Rows that go with a change are added to the database context and written together
/// with the account.
/// </summary>
internal sealed class RedemptionContext(
    AccountsContext database,
    TypedAddress typed,
    FindAdmins findAdmins,
    AccountLock accountLock,
    UnusablePassword unusable,
    AccountLookup lookup,
    IOptions<TokenSettings> settings,
    TimeProvider time)
{
    public DateTimeOffset Now => time.GetUtcNow();

    public TokenLifetimes Lifetimes => settings.Value.Lifetimes;

    /// <summary>Puts the new password's hash in its place.</summary>
    /// <returns>What happened, as the trail calls it.</returns>
    public async Task<RecoveryEventKind> ChoosePasswordAsync(Account account, string hash, PasswordPurpose purpose, string? client)
    {
        await LiftLockAsync(account);
        account.PasswordHash = hash;
        account.RenewSecurityStamp();
        account.EmailConfirmed = true;
        account.AccessFailedCount = 0;
        if (purpose.Notice is { } notice)
            AddMail(notice, account.Id, client);
        return RecoveryEventKind.Redeemed;
    }

    public void TakePasswordAway(Account account)
    {
        if (account.PasswordHash is not null)
            account.PasswordHash = unusable.NewHash();
    }

    public bool HasAddress(Account account, string address) => lookup.HasAddress(account.Email, address);

    /// <summary>Whether another account has that address.</summary>
    public Task<bool> IsTakenAsync(Account account, string address) => lookup.IsTakenAsync(database, account, address);

    /// <summary>Gives the account another address. Where the user name was the address it stays so.</summary>
    public void Rename(Account account, string address, bool mayRename = true)
    {
        var normalized = lookup.NormalizeLike(account.NormalizedEmail, account.Email, address);
        if (mayRename && account.NormalizedUserName is not null && account.NormalizedUserName == account.NormalizedEmail)
            (account.UserName, account.NormalizedUserName) = (address, normalized);
        (account.Email, account.NormalizedEmail) = (address, normalized);
    }

    /// <param name="kind">What the mail is.</param>
    /// <param name="accountId">Whose owner gets it.</param>
    /// <param name="client">Who set it off.</param>
    /// <param name="to">Where it goes to instead of the account's address.</param>
    public void AddMail(string kind, string accountId, string? client, string? to = null) =>
        database.Add(OutboxMail.ForUser(kind, accountId, client, Now, to is null ? null : typed.Protect(to)));

    public async Task AddNoticesToAdminsAsync(string kind, string aboutId, string? client)
    {
        foreach (var admin in await findAdmins(database))
            database.Add(OutboxMail.ForAdmin(kind, admin, Now, client: client, aboutId: aboutId));
    }

    // A statement of its own, judged once more by the database: another application may ban the account at this moment,
    // and not every application changes the concurrency stamp then. The change that follows leaves that column alone.
    private async Task LiftLockAsync(Account account)
    {
        var row = database.Users.Where(known => known.Id == account.Id);
        var (latestPause, secured) = (accountLock.LatestPause, account.Own?.SecuredLock);
        switch (accountLock.Of(account))
        {
            case LockState.Paused:
                var lifted = await row.Where(known => known.LockoutEnd <= latestPause)
                    .ExecuteUpdateAsync(known => known.SetProperty(r => r.LockoutEnd, (DateTimeOffset?)null));
                // SQLite compares text, which other applications write in many ways.
                if (lifted == 0 && accountLock.Of(await row.Select(LockColumns.Of).SingleAsync()) == LockState.Paused)
                    account.LockoutEnd = null;
                break;
            case LockState.Secured:
                await row.Where(known => known.LockoutEnd == secured)
                    .ExecuteUpdateAsync(known => known.SetProperty(r => r.LockoutEnd, (DateTimeOffset?)null));
                account.Own!.SecuredLock = null;
                account.Own.Renew();
                break;
        }
    }
}
