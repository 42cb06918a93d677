using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Delivery;

/// <summary>Reads from the database what delivering mails takes.</summary>
internal sealed class SnapshotReader(
    IDbContextFactory<AccountsContext> contexts,
    LinkPurposes purposes,
    AccountLookup lookup,
    MailRateLimiter rateLimiter,
    MailAddresses addresses,
    IOptions<RecoverySettings> recovery,
    TimeProvider time)
{
    /// <summary>Tokens are minted from a snapshot; for a mail that had to wait longer a new one is read.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);

    private static readonly RecoveryEventKind[] SignsOfArrival =
    [
        RecoveryEventKind.Opened,
        RecoveryEventKind.Refused,
        RecoveryEventKind.MailDelivered,
        RecoveryEventKind.MailBounced,
        RecoveryEventKind.MailDropped,
        .. RecoveryEvent.Uses,
    ];

    public bool IsFresh(DeliverySnapshot snapshot) => time.GetElapsedTime(snapshot.At) <= MaxAge;

    public async Task<DeliverySnapshot> ReadAsync(IReadOnlyCollection<OutboxMail> mails, CancellationToken cancellationToken)
    {
        var at = time.GetTimestamp();
        var ids = mails.Select(mail => mail.AccountId).Distinct().ToList();
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        await database.Database.OpenConnectionAsync(cancellationToken);
        var accounts = await database
            .Users.AsNoTracking()
            .Where(account => ids.Contains(account.Id))
            .ToDictionaryAsync(account => account.Id, cancellationToken);
        var recipients = Recipients(mails, accounts);
        var limited = mails
            .Where(mail => purposes.IsRequest(mail.Kind) && recipients.ContainsKey(mail.Id))
            .Select(mail => recipients[mail.Id])
            .ToHashSet();
        var recent = await rateLimiter.ReadAsync(database, limited, cancellationToken);
        var sole = await lookup.SoleIdsOfAsync(
            database, [.. accounts.Values.Select(account => account.Email).OfType<string>()], cancellationToken);

        var elsewhere = recovery.Value.AllowExternalOnly
            ? []
            : accounts.Values.Where(account => !account.HasPassword).Select(account => account.Id).ToList();
        var providers =
            elsewhere.Count == 0
                ? []
                : await database
                    .UserLogins.Where(login => elsewhere.Contains(login.UserId))
                    .Select(login => new { login.UserId, Name = login.ProviderDisplayName ?? login.LoginProvider })
                    .ToListAsync(cancellationToken);
        return new DeliverySnapshot(
            at,
            mails.Select(mail => mail.Id).ToHashSet(),
            accounts,
            recipients,
            recent,
            sole,
            providers.ToLookup(login => login.UserId, login => login.Name));
    }

    /// <summary>Whether a copy is pointless: the link was opened since, or its delivery was reported.</summary>
    public async Task<bool> HasArrivedAsync(OutboxMail mail, CancellationToken cancellationToken)
    {
        if (mail.UnansweredAt is null)
            return false;

        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        var lines = database.Trail.Where(line => line.MailId == mail.Id);
        return await database.Trail.AnyAsync(
            line => SignsOfArrival.Contains(line.Kind)
                && (line.MailId == mail.Id || lines.Any(mailed => mailed.Nonce != null && mailed.Nonce == line.Nonce)),
            cancellationToken);
    }

    private Dictionary<Guid, string> Recipients(IEnumerable<OutboxMail> mails, Dictionary<string, Account> accounts)
    {
        var recipients = new Dictionary<Guid, string>();
        foreach (var mail in mails)
        {
            if (accounts.TryGetValue(mail.AccountId!, out var account) && RecipientOf(mail, account) is { Length: > 0 } address)
                recipients[mail.Id] = rateLimiter.Recipient(address);
        }

        return recipients;
    }

    private string? RecipientOf(OutboxMail mail, Account account) =>
        purposes.OfMail(mail.Kind)?.WantedAddress(account) ?? addresses.Of(mail, account);
}
