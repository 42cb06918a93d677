using System.Collections.Concurrent;
using System.Globalization;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Links;

/// <summary>
/// Records what happens to links. A proven token leaves one line per nonce and kind, however often it is tried; unproven ones
/// are counted and leave one line a minute, so that strangers can't fill the disk.
/// </summary>
public sealed class LinkAudit(GroupCommitWriter writer, IDbContextFactory<AccountsContext> contexts, TimeProvider time)
{
    private readonly ConcurrentDictionary<TokenVerdict, int> _unproven = [];

    public Task OpenedAsync(ProvenClaims claims, string? client) =>
        AppendOnceAsync(RecoveryEventKind.Opened, claims, detail: null, client);

    /// <param name="verification">What was refused.</param>
    /// <param name="redeemedAt">When this link was used, where that is known: then this is a replay.</param>
    /// <param name="client">Where it came from.</param>
    public Task RefusedAsync(Verification verification, DateTimeOffset? redeemedAt, string? client)
    {
        if (verification.Claims is { } claims)
            return AppendOnceAsync(RecoveryEventKind.Refused, claims, DisplayText(verification.Verdict, redeemedAt), client);

        Count(verification.Verdict, 1);
        return Task.CompletedTask;
    }

    /// <summary>The button of a working link was pressed without the account's address: by a mail scanner, or after a typo.</summary>
    public Task MistypedAsync(ProvenClaims claims, TypedAddressVerdict address, string? client) => address switch
    {
        TypedAddressVerdict.Missing => AppendOnceAsync(RecoveryEventKind.Refused, claims, "no address typed", client),
        TypedAddressVerdict.Wrong => AppendOnceAsync(RecoveryEventKind.Refused, claims, "another address typed", client),
        _ => Task.CompletedTask,
    };

    /// <summary>When the link with this nonce was redeemed; null where it wasn't.</summary>
    public async Task<DateTimeOffset?> RedeemedAtAsync(string nonce)
    {
        await using var database = await contexts.CreateDbContextAsync();
        await database.Database.OpenConnectionAsync();
        var at = await database.Trail
            .Where(line => line.Nonce == nonce && RecoveryEvent.Uses.Contains(line.Kind))
            .Select(line => (DateTimeOffset?)line.At)
            .FirstOrDefaultAsync();
        // The page shows it, possibly after a commit that was in doubt.
        if (at is not null)
            await database.ConfirmAsync();
        return at;
    }

    /// <summary>One line for all unproven tokens since the last call.</summary>
    public async Task SummariseAsync(CancellationToken cancellationToken)
    {
        var counts = new List<(TokenVerdict Verdict, int Count)>();
        foreach (var verdict in _unproven.Keys.Order())
        {
            if (_unproven.TryRemove(verdict, out var count))
                counts.Add((verdict, count));
        }

        if (counts.Count == 0)
            return;

        try
        {
            var detail = string.Join(
                ", ",
                counts.Select(known => string.Create(CultureInfo.InvariantCulture, $"{DisplayText(known.Verdict)}: {known.Count}")));
            await writer.AppendAsync(
                new RecoveryEvent { At = time.GetUtcNow(), Kind = RecoveryEventKind.RefusedUnproven, Detail = detail },
                cancellationToken);
        }
        catch
        {
            // Counted again for the next summary.
            counts.ForEach(known => Count(known.Verdict, known.Count));
            throw;
        }
    }

    private void Count(TokenVerdict verdict, int more) => _unproven.AddOrUpdate(verdict, more, (_, count) => count + more);

    public static string DisplayText(TokenVerdict verdict, DateTimeOffset? redeemedAt = null) =>
        redeemedAt is not null ? "replayed"
        : verdict == TokenVerdict.WrongPurpose ? "wrong purpose"
        : verdict.ToString().ToLowerInvariant();

    private Task AppendOnceAsync(RecoveryEventKind kind, ProvenClaims claims, string? detail, string? client) =>
        writer.AppendAsync(RecoveryEvent.Of(
            kind,
            claims.AccountId,
            time.GetUtcNow(),
            client,
            detail,
            RecoveryEvent.IdOf($"{kind}/{detail}/{claims.Nonce}/{claims.AccountId}"),
            claims.Nonce));
}
