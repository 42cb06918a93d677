using System.Security.Claims;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Links;

namespace OneTimeJwt.Web.Admin;

/// <summary>A mail that is still to be sent.</summary>
public sealed record QueuedMail(
    Guid Id,
    string Kind,
    DateTimeOffset RequestedAt,
    DateTimeOffset DueAt,
    int Attempts,
    bool IsUnderWay,
    string? Cause = null,
    bool IsRefused = false);

/// <summary>What the console shows of one account.</summary>
public sealed record AccountDetails(
    Account Account,
    AdminActionParty Viewer,
    ConsoleRole? Role,
    IReadOnlyList<string> Providers,
    int Passkeys,
    int LinksOut,
    bool ResetIsRequired,
    RecoveryEvent? LockedBy,
    IReadOnlyList<QueuedMail> Queue,
    TrailLines Trail);

/// <summary>Reads the details of one account, uncached.</summary>
public sealed class AccountReader(
    IDbContextFactory<AccountsContext> contexts,
    ConsoleRoles roles,
    AccountLock accountLock,
    ActorReader actors,
    OutstandingLinks links,
    TrailReader trail,
    TimeProvider time)
{
    private const int MaxQueued = 20;

    private static readonly RecoveryEventKind[] PasswordKinds =
    [
        RecoveryEventKind.ResetRequired,
        RecoveryEventKind.Secured,
        RecoveryEventKind.Redeemed,
        RecoveryEventKind.PasswordChanged,
    ];

    /// <returns>Null where there is no such account.</returns>
    public async Task<AccountDetails?> ReadAsync(ClaimsPrincipal user, string id, CancellationToken cancellationToken = default)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        if (await database.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken) is not { } account)
            return null;

        // Keys that aren't texts may be typed in several ways.
        id = account.Id;
        var now = time.GetUtcNow();
        var lines = database.Trail.AsNoTracking().Where(line => line.AccountId == id).OrderByDescending(line => line.At);
        var lastPassword = await lines.FirstOrDefaultAsync(line => PasswordKinds.Contains(line.Kind), cancellationToken);
        return new AccountDetails(
            account,
            await actors.ReadAsync(database, user),
            await roles.OfAsync(database, id),
            await database
                .UserLogins.Where(login => login.UserId == id)
                .Select(login => login.ProviderDisplayName ?? login.LoginProvider)
                .ToListAsync(cancellationToken),
            await database.Passkeys.CountAsync(passkey => passkey.UserId == id, cancellationToken),
            await links.In(database).CountAsync(mail => mail.AccountId == id, cancellationToken),
            lastPassword?.Kind is RecoveryEventKind.ResetRequired or RecoveryEventKind.Secured,
            accountLock.IsBanned(account)
                ? await lines.FirstOrDefaultAsync(line => line.Kind == RecoveryEventKind.Locked, cancellationToken)
                : null,
            await database
                .Outbox.AsNoTracking()
                .Where(mail => mail.AccountId == id)
                .OrderBy(mail => mail.RequestedAt)
                .Take(MaxQueued)
                .Select(mail => new QueuedMail(
                    mail.Id,
                    mail.Kind,
                    mail.RequestedAt,
                    mail.DueAt,
                    mail.Attempts,
                    mail.LeasedUntil > now,
                    mail.Cause,
                    mail.RefusedAt != null))
                .ToListAsync(cancellationToken),
            await trail.PageAsync(new TrailQuery(Account: id), cancellationToken: cancellationToken));
    }
}
