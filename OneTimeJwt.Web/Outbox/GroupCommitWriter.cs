using System.Threading.Channels;
using OneTimeJwt.Web.Audit;

namespace OneTimeJwt.Web.Outbox;

/// <summary>
/// Writes outbox and trail rows in groups: callers that wait at the same moment share one commit. An event whose id exists already
/// counts as written, so one with a derived id is recorded once.
/// </summary>
public sealed class GroupCommitWriter(IDbContextFactory<AccountsContext> contexts, SqliteWriteLock writes) : BackgroundService
{
    private const int MaxAtOnce = 256;

    // When it is full, callers wait: nothing is dropped.
    private readonly Channel<Entry> _queue = Channel.CreateBounded<Entry>(
        new BoundedChannelOptions(4 * MaxAtOnce) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    /// <summary>Returns when the row is committed.</summary>
    public Task AppendAsync(object row, CancellationToken cancellationToken = default) =>
        WriteAsync(new Entry([row], Finished: null), cancellationToken);

    /// <summary>Returns when the outbox row is removed and its outcome written, in one commit.</summary>
    /// <exception cref="DbUpdateConcurrencyException">The lease was lost; nothing was written.</exception>
    public Task ReplaceAsync(OutboxMail finished, params IReadOnlyList<object> outcome) =>
        WriteAsync(new Entry(outcome, finished), CancellationToken.None);

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        return base.StopAsync(cancellationToken);
    }

    private async Task WriteAsync(Entry entry, CancellationToken cancellationToken)
    {
        await _queue.Writer.WriteAsync(entry, cancellationToken);
        await entry.Written.Task.WaitAsync(cancellationToken);
    }

    // Ends when all that waits is written, not before.
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var group = new List<Entry>(MaxAtOnce);
        while (await _queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            group.Clear();
            while (group.Count < MaxAtOnce && _queue.Reader.TryRead(out var entry))
                group.Add(entry);
            await WriteAsync(group);
        }
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031", Justification = "The fault goes to the callers.")]
    private async Task WriteAsync(List<Entry> group, bool isRepeated = false)
    {
        try
        {
            var lost = await writes.RunAsync(() =>
                contexts.TryAsync((context, brokenOff) => SaveAsync(context, group, isRepeated || brokenOff > 0)));
            lost.ForEach(entry => entry.Written.TrySetException(new DbUpdateConcurrencyException("The lease was lost.")));
            group.ForEach(entry => entry.Written.TrySetResult());
        }
        catch (Exception fault) when (group.Count > 1 && fault.MayBeOfOneRow())
        {
            // One row's fault must not fail the others.
            var half = group.Count / 2;
            await WriteAsync(group.GetRange(0, half));
            await WriteAsync(group.GetRange(half, group.Count - half));
        }
        catch (Exception fault) when (group.Count == 1 && !isRepeated && fault.MayBeOfOneRow())
        {
            // Another node may have written the same event at that moment.
            await WriteAsync(group, isRepeated: true);
        }
        catch (Exception fault)
        {
            group.ForEach(entry => entry.Written.TrySetException(fault));
        }
    }

    /// <returns>Those whose lease was lost; nothing of them is written.</returns>
    private static async Task<List<Entry>> SaveAsync(AccountsContext context, List<Entry> group, bool isRepeated)
    {
        if (isRepeated)
        {
            await context.Database.OpenConnectionAsync();
            var unwritten = await UnwrittenAsync(context, group);
            if (unwritten.Count < group.Count)
                await context.ConfirmAsync();
            group = unwritten;
        }

        await using var transaction = await context.Database.BeginTransactionAsync();
        var leased = group.Where(entry => entry.Finished is not null).ToList();
        var found = await new RowStatements<OutboxMail>(context).DeleteAsync([.. leased.Select(entry => entry.Finished!)]);
        var lost = leased.Where((_, i) => !found[i]).ToList();
        var rows = group.Except(lost).SelectMany(entry => entry.Rows).ToList();
        await new RowStatements<RecoveryEvent>(context).InsertAsync([.. rows.OfType<RecoveryEvent>()], unlessKnown: true);
        await new RowStatements<OutboxMail>(context).InsertAsync([.. rows.OfType<OutboxMail>()]);
        await transaction.CommitAsync();
        return lost;
    }

    // A commit that was in doubt may have happened.
    private static async Task<List<Entry>> UnwrittenAsync(AccountsContext context, List<Entry> group)
    {
        var ids = group.SelectMany(entry => entry.Rows).Select(Id).ToList();
        var written = await context.Trail.Where(line => ids.Contains(line.Id)).Select(line => line.Id)
            .Concat(context.Outbox.Where(mail => ids.Contains(mail.Id)).Select(mail => mail.Id)).ToHashSetAsync();
        return [.. group.Where(entry => entry.Rows.Count == 0 || !entry.Rows.All(row => written.Contains(Id(row))))];
    }

    private static Guid Id(object row) => row is RecoveryEvent line ? line.Id : ((OutboxMail)row).Id;

    private sealed record Entry(IReadOnlyList<object> Rows, OutboxMail? Finished)
    {
        public TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
