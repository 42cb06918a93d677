using System.Runtime.ExceptionServices;

namespace OneTimeJwt.Web.Outbox;

internal sealed partial class OutboxQueue
{
    private const int MaxTriesToRecord = 8;
    private const int TriesBeforeLog = 3;
    private const string Unrecorded = "it was sent, and that can't be written down";
    private static readonly TimeSpan RecordDelay = TimeSpan.FromSeconds(1);

    private int _unrecorded;
    private volatile bool _isReadOnly;

    private bool HasToRecord => Volatile.Read(ref _unrecorded) > 0;

    /// <summary>
    /// Records the outcome of a mail that was handed over, however long the database is away, since its row would be sent again.
    /// Until then nothing is leased. A row whose outcome the database refuses for good is marked as refused.
    /// </summary>
    /// <param name="mail">A leased row.</param>
    /// <param name="record">Writes the outcome; may be called again.</param>
    /// <param name="cancellationToken">Ends the retries; without one, as on the command line, they end after some.</param>
    public async Task RecordAsync(OutboxMail mail, Func<Task> record, CancellationToken cancellationToken)
    {
        if (await FaultOfAsync(record) is not { } fault)
            return;

        Interlocked.Increment(ref _unrecorded);
        try
        {
            await RecordLaterAsync(mail, record, fault, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _unrecorded);
        }
    }

    private async Task RecordLaterAsync(OutboxMail mail, Func<Task> record, Exception fault, CancellationToken cancellationToken)
    {
        for (var (tries, last) = (1, fault); ; tries++)
        {
            if (tries == TriesBeforeLog)
                Log.NotRecorded(logger, mail.AccountId, LoggableException.NameOf(last), LoggableException.IfUnexpected(last));
            if (tries >= MaxTriesToRecord && last.MayBeOfOneRow())
            {
                await RefuseUnrecordedAsync(mail);
                return;
            }

            if (tries >= MaxTriesToRecord && (cancellationToken.IsCancellationRequested || !cancellationToken.CanBeCanceled))
                ExceptionDispatchInfo.Throw(last);

            await Task.Delay(RecordDelay, time, CancellationToken.None);
            if (await FaultOfAsync(record) is not { } next)
                return;

            last = next;
        }
    }

    private static async Task<Exception?> FaultOfAsync(Func<Task> record)
    {
        try
        {
            await record();
            return null;
        }
        catch (Exception fault) when (fault is not DbUpdateConcurrencyException)
        {
            return fault;
        }
    }

    // Without a line in the trail, since that may be what the database refuses.
    private Task RefuseUnrecordedAsync(OutboxMail mail)
    {
        Log.Refused(logger, mail.AccountId, Unrecorded);
        return ReleaseAsync(mail, Unrecorded, () => mail.RefusedAt = time.GetUtcNow(), []);
    }

    // Some servers that accept no write still answer queries: the clock of leases stops then, too.
    private async Task WriteAsync(Func<Task<int>> write, CancellationToken cancellationToken)
    {
        try
        {
            await writer.RunAsync(write, cancellationToken);
        }
        catch (Exception fault) when (fault is not OperationCanceledException && !fault.MayBeOfOneRow())
        {
            _isReadOnly = true;
            _leases.Refused();
            throw;
        }

        _isReadOnly = false;
        _leases.Answered();
    }

    private Task ProbeWriteAsync(AccountsContext database, CancellationToken cancellationToken) => WriteAsync(
        () => database.Outbox.Where(mail => mail.Id == Guid.Empty)
            .ExecuteUpdateAsync(mail => mail.SetProperty(m => m.Attempts, m => m.Attempts), cancellationToken),
        cancellationToken);
}
