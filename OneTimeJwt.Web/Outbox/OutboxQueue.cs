using System.Security.Cryptography;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Mail;

namespace OneTimeJwt.Web.Outbox;

/// <summary>
/// Leases outbox rows by conditional update, so that of several nodes one gets a row. A lease is short and renewed while its mail is
/// in flight: the rows of a killed process are free again within seconds.
/// </summary>
internal sealed partial class OutboxQueue(
    IDbContextFactory<AccountsContext> contexts,
    SqliteWriteLock writer,
    TimeProvider time,
    ILogger<OutboxQueue> logger)
{
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan RenewalInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromMinutes(15);

    // The first mail may take a while to arrive.
    private static readonly TimeSpan CopyDelay = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan NoticeCopyDelay = TimeSpan.FromMinutes(25);

    private readonly LeaseClock _leases = new(time);

    /// <summary>Leases rows, the longest due first. No two nodes work on one account at a time.</summary>
    /// <param name="max">How many.</param>
    /// <param name="patience">How long they have to be due.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    public async Task<List<OutboxMail>> LeaseAsync(int max, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (HasToRecord)
            return [];

        var now = time.GetUtcNow();
        var lease = Guid.NewGuid();
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        if (_isReadOnly)
            await ProbeWriteAsync(database, cancellationToken);

        // A DueAt beyond the longest back-off can only come from a clock that was set back since.
        var (dueAt, noLaterThan) = (now - patience, now + MaxDelay + MaxDelay);
        var due = await Free(database, lease, now)
            .Where(mail => mail.DueAt <= dueAt || mail.DueAt > noLaterThan)
            .OrderBy(mail => mail.DueAt)
            .Take(max)
            .Select(mail => mail.Id)
            .ToListAsync(cancellationToken);
        _leases.Answered();
        return due.Count == 0 ? [] : await TakeAsync(database, due, lease, now, cancellationToken);
    }

    /// <summary>Leases one row, due or not; null where another node has it, or another mail of its account.</summary>
    public async Task<OutboxMail?> LeaseAsync(Guid id)
    {
        await using var database = await contexts.CreateDbContextAsync();
        return (await TakeAsync(database, [id], Guid.NewGuid(), time.GetUtcNow(), CancellationToken.None)).SingleOrDefault();
    }

    // Checks the conditions again: another node may have been faster on some rows.
    private async Task<List<OutboxMail>> TakeAsync(
        AccountsContext database,
        List<Guid> due,
        Guid lease,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var until = now + LeaseTime;
        await WriteAsync(
            () =>
                Free(database, lease, now)
                    .Where(mail => due.Contains(mail.Id))
                    .ExecuteUpdateAsync(
                        mail =>
                            mail.SetProperty(m => m.Lease, lease)
                                .SetProperty(m => m.LeasedUntil, until)
                                .SetProperty(m => m.Attempts, m => m.Attempts + 1),
                        CancellationToken.None),
            cancellationToken);
        var leased = await database
            .Outbox.AsNoTracking()
            .Where(mail => due.Contains(mail.Id) && mail.Lease == lease)
            .OrderBy(mail => mail.DueAt)
            .ToListAsync(CancellationToken.None);
        return database is SqliteAccounts ? leased : await ReleaseContestedAsync(database, leased, [lease], now);
    }

    /// <summary>Records the accounts that were found for typed addresses. Their rows stay leased.</summary>
    /// <param name="found">Leased rows, with the account.</param>
    /// <param name="ours">The leases that this node has.</param>
    /// <returns>Those that it may send now: not of an account that another node has a lease for.</returns>
    public async Task<List<OutboxMail>> AssignAsync(IReadOnlyList<OutboxMail> found, IReadOnlyCollection<Guid> ours)
    {
        if (found.Count == 0)
            return [];

        bool[] isLeased = [];
        await WriteAsync(
            async () => (isLeased = await contexts.TryAsync(async (database, _) =>
            {
                await using var transaction = await database.Database.BeginTransactionAsync();
                var rows = new RowStatements<OutboxMail>(database);
                var updated = await rows.UpdateAsync(found, nameof(OutboxMail.AccountId), nameof(OutboxMail.TypedAddress));
                await transaction.CommitAsync();
                return updated;
            })).Length,
            CancellationToken.None);
        await using var database = await contexts.CreateDbContextAsync();
        return await ReleaseContestedAsync(database, [.. found.Where((_, i) => isLeased[i])], ours, time.GetUtcNow());
    }

    // Where writes are concurrent, two nodes may have leased mails of one account at the same moment: a node that sees this releases
    // its own.
    private async Task<List<OutboxMail>> ReleaseContestedAsync(
        AccountsContext database, List<OutboxMail> leased, IReadOnlyCollection<Guid> ours, DateTimeOffset now)
    {
        var accounts = leased.Select(mail => mail.AccountId).OfType<string>().Distinct().ToList();
        if (accounts.Count == 0)
            return leased;

        var noLease = now + LeaseTime + LeaseTime;
        var contested = await database
            .Outbox.Where(other =>
                accounts.Contains(other.AccountId!) && !ours.Contains(other.Lease)
                && other.LeasedUntil > now && other.LeasedUntil <= noLease)
            .Select(other => other.AccountId)
            .ToHashSetAsync();
        var may = leased.ToLookup(mail => mail.AccountId is null || !contested.Contains(mail.AccountId));
        await PutBackAsync([.. may[false]]);
        return [.. may[true]];
    }

    /// <summary>Renews leases until it is cancelled; a lost one stays lost.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage(
        "Design",
        "CA1031",
        Justification = "After any fault of the database, the next renewal may succeed.")]
    public async Task KeepAsync(Func<IReadOnlyCollection<OutboxMail>> leased, CancellationToken done)
    {
        using var timer = new PeriodicTimer(RenewalInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(done))
            {
                try
                {
                    await ExtendLeasesAsync(leased(), CancellationToken.None);
                }
                catch (Exception fault)
                {
                    Log.NotKept(logger, LoggableException.NameOf(fault), LoggableException.IfUnexpected(fault));
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    public async Task ExtendLeasesAsync(IReadOnlyCollection<OutboxMail> leased, CancellationToken cancellationToken)
    {
        var until = time.GetUtcNow() + LeaseTime;
        await UpdateAsync(
            leased,
            mails => mails.ExecuteUpdateAsync(mail => mail.SetProperty(m => m.LeasedUntil, until), cancellationToken),
            cancellationToken);
    }

    /// <summary>Releases rows that were not tried: another node, or the next start, may lease them at once.</summary>
    public Task PutBackAsync(IReadOnlyCollection<OutboxMail> leased) => UpdateAsync(
        leased,
        mails => mails.ExecuteUpdateAsync(mail => mail
            .SetProperty(m => m.Lease, Guid.Empty)
            .SetProperty(m => m.LeasedUntil, (DateTimeOffset?)null)
            .SetProperty(m => m.Attempts, m => m.Attempts - 1)));

    public Task RetryLaterAsync(OutboxMail mail, MailFault fault)
    {
        var now = time.GetUtcNow();
        Log.NotSent(logger, mail.AccountId, fault.Cause, mail.Attempts, LoggableException.IfUnexpected(fault.Unexplained));
        return ReleaseAsync(
            mail,
            RecoveryEventKind.MailFailed,
            now,
            fault.Cause,
            () => mail.DueAt = now + Delay(mail.Attempts, fault.Wait));
    }

    /// <summary>The mail was handed over and not answered: it is sent once more, later.</summary>
    /// <param name="mail">A leased row.</param>
    /// <param name="lines">The trail's lines.</param>
    /// <param name="isUrgent">Whether somebody waits for it.</param>
    public Task CopyLaterAsync(OutboxMail mail, IEnumerable<RecoveryEvent> lines, bool isUrgent)
    {
        var dueAt = time.GetUtcNow() + (isUrgent ? CopyDelay : NoticeCopyDelay);
        return ReleaseAsync(mail, MailFault.Unanswered.Cause, () => mail.DueAt = dueAt, lines);
    }

    /// <summary>Keeps the row, marked and not leased, until an admin asks for another try or its retention ends.</summary>
    public Task RefuseAsync(OutboxMail mail, string cause)
    {
        var now = time.GetUtcNow();
        Log.Refused(logger, mail.AccountId, cause);
        return ReleaseAsync(mail, RecoveryEventKind.MailRefused, now, cause, () => mail.RefusedAt = now);
    }

    /// <summary>Removes mails that were refused longer ago.</summary>
    /// <returns>How many.</returns>
    public async Task<int> RemoveRefusedAsync(TimeSpan olderThan, CancellationToken cancellationToken)
    {
        var limit = time.GetUtcNow() - olderThan;
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        return await writer.RunAsync(
            () => database.Outbox.Where(mail => mail.RefusedAt < limit).ExecuteDeleteAsync(cancellationToken),
            cancellationToken);
    }

    // Not of an account that another node has a lease for, so that its limit holds.
    private IQueryable<OutboxMail> Free(AccountsContext database, Guid lease, DateTimeOffset now)
    {
        var (over, noLease) = (_leases.Now, now + LeaseTime + LeaseTime);
        return database.Outbox
            .Where(mail => mail.RefusedAt == null && (mail.LeasedUntil == null || mail.LeasedUntil <= over || mail.LeasedUntil > noLease))
            .Where(mail => mail.AccountId == null || !database.Outbox.Any(other =>
                other.AccountId == mail.AccountId && other.Lease != lease && other.LeasedUntil > over && other.LeasedUntil <= noLease));
    }

    private async Task UpdateAsync(
        IReadOnlyCollection<OutboxMail> leased,
        Func<IQueryable<OutboxMail>, Task<int>> update,
        CancellationToken cancellationToken = default)
    {
        if (leased.Count == 0)
            return;

        var ids = leased.Select(mail => mail.Id).ToList();
        var leases = leased.Select(mail => mail.Lease).Distinct().ToList();
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        await WriteAsync(
            () => update(database.Outbox.Where(mail => ids.Contains(mail.Id) && leases.Contains(mail.Lease))),
            cancellationToken);
    }

    private Task ReleaseAsync(OutboxMail mail, RecoveryEventKind kind, DateTimeOffset now, string cause, Action change) =>
        ReleaseAsync(mail, cause, change, [mail.Event(kind, now, detail: cause)]);

    private async Task ReleaseAsync(OutboxMail mail, string cause, Action change, IEnumerable<RecoveryEvent> lines)
    {
        await using var database = await contexts.CreateDbContextAsync();
        var row = database.Attach(mail);
        var before = row.CurrentValues.Clone();
        // It may have been set before a write that failed.
        row.Property(m => m.UnansweredAt).IsModified = true;
        (mail.Lease, mail.LeasedUntil, mail.Cause) = (Guid.Empty, null, cause);
        change();
        database.AddRange(lines);
        try
        {
            await database.SaveChangesAsync();
        }
        catch (DbUpdateException fault) when (fault.IsConflict())
        {
            // The lease ran out and another node has the row and records its outcome; or a commit that was in doubt has written it.
        }
        catch
        {
            // The next try needs the lease that the row still has.
            row.CurrentValues.SetValues(before);
            throw;
        }
    }

    // Exponential, with jitter to spare a recovering mail server; no sooner than it asked for.
    private static TimeSpan Delay(int attempts, TimeSpan? wait)
    {
        var delay = FirstDelay * Math.Pow(2, Math.Clamp(attempts - 1, 0, 10));
        if (wait > delay)
            delay = wait.Value;
        return (delay < MaxDelay ? delay : MaxDelay) * ((wait is null ? 0.75 : 1) + (RandomNumberGenerator.GetInt32(500) / 1000.0));
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Mail for account {AccountId} was not sent: {Cause}, attempt {Attempts}. It will be tried again.")]
        public static partial void NotSent(ILogger logger, string? accountId, string cause, int attempts, Exception? unexpected);

        [LoggerMessage(LogLevel.Warning, "Leases of mails could not be renewed ({Fault}); trying again shortly.")]
        public static partial void NotKept(ILogger logger, string fault, Exception? unexpected);

        [LoggerMessage(
            LogLevel.Warning,
            "A mail for account {AccountId} was sent, and that can't be written down yet ({Fault}); no other mail is taken up until "
                + "it is.")]
        public static partial void NotRecorded(ILogger logger, string? accountId, string fault, Exception? unexpected);

        [LoggerMessage(
            LogLevel.Error,
            "Mail for account {AccountId} was refused for good: {Cause}. It stays in the outbox until somebody asks for another try.")]
        public static partial void Refused(ILogger logger, string? accountId, string cause);
    }
}
