using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Links.Purposes;

namespace OneTimeJwt.Web.Links;

/// <summary>What one limit applies to.</summary>
/// <param name="Recipient">The hash of the address that the mails go to.</param>
/// <param name="Purpose">What their links are for; null for mails that say why there is none: confirmed already, address
/// taken, signs in elsewhere.</param>
/// <param name="ByAdmin">Whether admins requested them.</param>
internal sealed record BudgetKey(string Recipient, LinkPurpose? Purpose, bool ByAdmin);

/// <summary>A requested mail that was sent within the window, and to whose account it belongs.</summary>
internal sealed record RecentMail(string? AccountId, DateTimeOffset At);

/// <summary>
/// How many requested mails one address gets. Beyond the permits of a window, an account without a working link gets one
/// more once a growing interval has passed since the last mail.
/// </summary>
/// <remarks>
/// At most permits + 3 mails fall into any window. The k-th mail beyond the permits is sent no sooner than
/// window / 12 * 2^(k - 1) after the mail before it. The gaps between mails of one window add up to less than the window:
/// (2^k - 1) / 12 &lt; 1, so k is at most 3.
/// </remarks>
internal sealed class MailRateLimiter(
    IDbContextFactory<AccountsContext> contexts,
    LinkPurposes purposes,
    ServerSecrets secrets,
    AccountLookup lookup,
    IOptions<MailRateLimit> limit,
    IOptions<TokenSettings> tokens,
    TimeProvider time)
{
    private const int MaxWithoutLink = 2;
    private const double FirstGapsInWindow = 12;

    /// <summary>The recipient as the trail stores it.</summary>
    public string Recipient(string address) => secrets.HashAddress(Addresses.CanBeNormalised(address) ? lookup.KeyOf(address) : address);

    /// <summary>The mails to these recipients that were requested within the window.</summary>
    public async Task<ILookup<BudgetKey, RecentMail>> ReadAsync(
        AccountsContext database,
        IReadOnlyCollection<string> recipients,
        CancellationToken cancellationToken)
    {
        // Lines in the future, after the clock was set back, must not count.
        var now = time.GetUtcNow();
        var since = now - limit.Value.Window;
        var lines =
            recipients.Count == 0
                ? []
                : await database
                    .Trail.Where(line =>
                        recipients.Contains(line.AddressHash)
                        && line.At > since
                        && line.At <= now
                        && line.Kind == RecoveryEventKind.Mailed)
                    .Select(line => new
                    {
                        line.AddressHash,
                        line.AccountId,
                        line.At,
                        line.Nonce,
                        line.Detail,
                        line.Actor,
                    })
                    .ToListAsync(cancellationToken);
        return lines.ToLookup(
            line => new BudgetKey(line.AddressHash!, line.Nonce is null ? null : purposes.OfLine(line.Detail), line.Actor is not null),
            line => new RecentMail(line.AccountId, line.At));
    }

    /// <summary>Whether one more mail may be sent.</summary>
    /// <param name="key">What is limited.</param>
    /// <param name="account">The account that the mail belongs to.</param>
    /// <param name="recent">The mails that count.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    /// <returns>Why not; null where it may.</returns>
    public async Task<string?> ObstacleAsync(
        BudgetKey key,
        Account account,
        IReadOnlyList<RecentMail> recent,
        CancellationToken cancellationToken)
    {
        const string Enough = "enough mails lately";
        var permits = key.Purpose is not null ? limit.Value.Permits : Math.Min(MaxWithoutLink, limit.Value.Permits);
        if (recent.Count < permits)
            return null;
        if (key.Purpose is null || key.ByAdmin || IsTooSoon(recent, permits))
            return Enough;

        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        if (await HasWorkingLinkAsync(database, key.Purpose, account.Id, recent, cancellationToken))
            return $"{Enough}, and a link that works is out";

        return key.Purpose.GivesWay && await GivesWayAsync(database, account, cancellationToken) ? Enough : null;
    }

    private bool IsTooSoon(IReadOnlyList<RecentMail> recent, int permits) =>
        (time.GetUtcNow() - recent.Max(mail => mail.At)) / limit.Value.Window * FirstGapsInWindow < Math.Pow(2, recent.Count - permits);

    // As far as the trail knows: changes by the host end links too, but leave no line.
    private async Task<bool> HasWorkingLinkAsync(
        AccountsContext database,
        LinkPurpose purpose,
        string accountId,
        IReadOnlyList<RecentMail> recent,
        CancellationToken cancellationToken)
    {
        var expired = time.GetUtcNow() - purpose.Token.Lifetime(tokens.Value.Lifetimes);
        return recent.Where(mail => mail.AccountId == accountId && mail.At > expired).Select(mail => mail.At).DefaultIfEmpty().Max()
                is var mailedAt
            && mailedAt != default
            && !await OutstandingLinks.HaveEndedAsync(database, accountId, mailedAt, cancellationToken);
    }

    // Anyone may register accounts at the host with somebody else's address. Mails beyond the permits go to the account that has
    // confirmed it, where there is one.
    private async Task<bool> GivesWayAsync(AccountsContext database, Account account, CancellationToken cancellationToken)
    {
        if (account.EmailConfirmed)
            return false;

        var spellings = account.Email is { } address && Addresses.CanBeNormalised(address) ? lookup.Spellings(address) : [];
        return await database.Users.AnyAsync(
            other =>
                (other.NormalizedEmail == account.NormalizedEmail || spellings.Contains(other.NormalizedEmail!))
                && other.Id != account.Id
                && other.EmailConfirmed,
            cancellationToken);
    }
}
