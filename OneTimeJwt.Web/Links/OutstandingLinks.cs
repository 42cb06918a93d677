using OneTimeJwt.Web.Audit;

namespace OneTimeJwt.Web.Links;

/// <summary>Links to choose a password that were mailed and neither used, revoked nor expired, as far as the trail knows.</summary>
public sealed class OutstandingLinks(IOptions<TokenSettings> tokens, TimeProvider time)
{
    // So many accounts are faster looked up one by one than met on the way through all.
    private const int MaxListed = 2_000;

    private static readonly RecoveryEventKind[] Ends =
    [
        RecoveryEventKind.Redeemed, RecoveryEventKind.PasswordChanged, RecoveryEventKind.LinksKilled,
        RecoveryEventKind.ResetRequired, RecoveryEventKind.Locked, RecoveryEventKind.TwoFactorReset, RecoveryEventKind.TwoFactorOn,
        RecoveryEventKind.TwoFactorOff, RecoveryEventKind.AuthenticatorChanged, RecoveryEventKind.RecoveryCodesMade,
        RecoveryEventKind.PasskeyAdded, RecoveryEventKind.PasskeyRemoved, RecoveryEventKind.AddressChanged, RecoveryEventKind.Secured,
    ];

    /// <summary>Whether this account has one, or is about to be mailed one.</summary>
    public async Task<bool> AreOutAsync(AccountsContext database, string accountId) =>
        await database.Outbox.AnyAsync(mail => mail.AccountId == accountId && mail.RefusedAt == null)
        || await In(database).AnyAsync(mail => mail.AccountId == accountId);

    /// <summary>Whether something has ended the account's links since then.</summary>
    public static Task<bool> HaveEndedAsync(
        AccountsContext database,
        string accountId,
        DateTimeOffset mailedAt,
        CancellationToken cancellationToken) =>
        database.Trail.AnyAsync(end => end.AccountId == accountId && end.At >= mailedAt && Ends.Contains(end.Kind), cancellationToken);

    /// <summary>The accounts that may have one, because they were mailed one lately; null where those are many.</summary>
    public async Task<List<string>?> MailedAsync(AccountsContext database, CancellationToken cancellationToken)
    {
        var ids = await Live(Mails(database))
            .OrderByDescending(mail => mail.At)
            .Select(mail => mail.AccountId!)
            .Take(MaxListed + 1)
            .ToListAsync(cancellationToken);
        return ids.Count > MaxListed ? null : [.. ids.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>
    /// The accounts that have one, asked about one by one: as a value, since databases make a join of a condition, and with the
    /// kind inside it, since SQLite would go by that and not by the account.
    /// </summary>
    public IQueryable<Account> Among(AccountsContext database, IQueryable<Account> accounts)
    {
        var mails = database.Trail.Where(mail => (mail.Kind == RecoveryEventKind.Mailed ? mail.Nonce : null) != null);
        var open = Open(database, Live(mails));
        return accounts.Where(account =>
            open.Where(mail => mail.AccountId == AccountKey.Text(account.Id)).Select(mail => mail.AccountId).FirstOrDefault() != null);
    }

    /// <summary>The lines of their mails.</summary>
    public IQueryable<RecoveryEvent> In(AccountsContext database) => Open(database, Live(Mails(database)));

    private static IQueryable<RecoveryEvent> Mails(AccountsContext database) =>
        database.Trail.Where(mail => mail.Kind == RecoveryEventKind.Mailed && mail.Nonce != null);

    private IQueryable<RecoveryEvent> Live(IQueryable<RecoveryEvent> mails)
    {
        var lifetimes = tokens.Value.Lifetimes;
        var now = time.GetUtcNow();
        var (byUser, byAdmin) = (now - lifetimes.Reset, now - lifetimes.ResetByAdmin);
        var earliest = byUser < byAdmin ? byUser : byAdmin;
        return mails.Where(mail =>
            mail.At > earliest
            && mail.At <= now
            && mail.Detail == null
            && ((mail.Actor == null && mail.At > byUser) || (mail.Actor != null && mail.At > byAdmin)));
    }

    private static IQueryable<RecoveryEvent> Open(AccountsContext database, IQueryable<RecoveryEvent> mails) => mails.Where(mail =>
        !database.Trail.Any(end => end.AccountId == mail.AccountId && end.At >= mail.At && Ends.Contains(end.Kind)));
}
