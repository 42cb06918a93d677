using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Links.Purposes;

namespace OneTimeJwt.Web.Links;

/// <summary>
/// Writes a redemption: the one write that changes what the link's key is made of. A changed key is no mutual exclusion, so the
/// write is a compare-and-swap on the row that was verified; of parallel redemptions exactly one wins.
/// </summary>
internal sealed partial class RedemptionTransaction(
    LinkVerifier links,
    IUserStore<Account> store,
    AccountsContext database,
    SqliteWriteLock writer,
    IDbContextFactory<AccountsContext> contexts,
    TimeProvider time,
    ILogger<RedemptionTransaction> logger)
{
    private const int MaxTries = 8;
    private const int MaxTaken = 3;

    /// <param name="purpose">What the link is for.</param>
    /// <param name="token">What came in.</param>
    /// <param name="change">
    /// Changes what the purpose's key is made of. It is told its last try after the database refused it: the first time that may
    /// have been a notice that inserted the same row.
    /// </param>
    /// <param name="client">Where it came from.</param>
    public async Task<Verification> RunAsync(
        LinkPurpose purpose,
        string? token,
        Func<Account, bool, Task<RecoveryEventKind?>> change,
        string? client)
    {
        // Not AuditedTransaction: Identity's store writes this scope's context, and a taken name is tried less often than a changed row.
        var taken = 0;
        for (var tries = 1; ; tries++)
        {
            var (verification, result) = await writer.RunAsync(async () =>
            {
                database.ChangeTracker.Clear();
                var verified = await links.VerifyAsync(purpose, token);
                return (
                    verified,
                    verified.Verdict == TokenVerdict.Valid
                        ? await SwapAsync(verified.Claims!, account => change(account, taken == MaxTaken - 1), client)
                        : SwapResult.Refused);
            });
            if (result == SwapResult.Done || verification.Verdict != TokenVerdict.Valid)
                return verification;
            if (result == SwapResult.Taken)
                taken++;
            if (result == SwapResult.Refused || taken == MaxTaken)
                return verification with { Verdict = TokenVerdict.Spent };
            if (tries == MaxTries)
                throw new TimeoutException("The account was changed by others each time.");
        }
    }

    private async Task<SwapResult> SwapAsync(ProvenClaims claims, Func<Account, Task<RecoveryEventKind?>> change, string? client)
    {
        var account = await links.AccountAsync(claims);
        if (await change(account) is not { } kind)
            return SwapResult.Refused;

        var line = RecoveryEvent.Of(kind, account.Id, time.GetUtcNow(), client, nonce: claims.Nonce);
        database.Add(line);
        try
        {
            // The store itself, with its concurrency check: what Identity's validators think of an adopted account's
            // name must not keep its owner out.
            var result = await store.UpdateAsync(account, CancellationToken.None);
            if (result.Succeeded)
                return SwapResult.Done;
            if (result.Errors.Any(error => error.Code == nameof(IdentityErrorDescriber.ConcurrencyFailure)))
                return await IsOwnAsync(line.Id) ? SwapResult.Done : SwapResult.Changed;

            throw new InvalidOperationException(
                $"Identity refused the account: {string.Join(", ", result.Errors.Select(error => error.Code))}");
        }
        catch (DbUpdateException fault) when (fault.IsConflict())
        {
            return await IsOwnAsync(line.Id) ? SwapResult.Done : SwapResult.Taken;
        }
        catch (Exception fault) when (fault.IsOutage())
        {
            // The connection broke around the commit. Our own event tells whether it happened.
            if (!await HappenedAsync(line.Id))
                throw;

            Log.Settled(logger, account.Id);
            return SwapResult.Done;
        }
    }

    // Where a commit was in doubt and tried again, the conflict is with our own change.
    private async Task<bool> IsOwnAsync(Guid line) =>
        database.Database.CreateExecutionStrategy().RetriesOnFailure && await HappenedAsync(line);

    private async Task<bool> HappenedAsync(Guid line)
    {
        try
        {
            await using var fresh = await contexts.CreateDbContextAsync();
            return await fresh.HasHappenedAsync(line);
        }
        catch (Exception fault) when (fault.IsOfDatabase())
        {
            throw new CommitInDoubtException(fault);
        }
    }

    private enum SwapResult
    {
        Done,

        /// <summary>The row was written by somebody else: verify again.</summary>
        Changed,

        /// <summary>A notice inserted the same row of ours, or another account has the name or the address.</summary>
        Taken,

        Refused,
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The commit of a redemption for account {AccountId} was in doubt and has been found done.")]
        public static partial void Settled(ILogger logger, string accountId);
    }
}
