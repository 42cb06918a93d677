using Microsoft.EntityFrameworkCore;
using OneTimeJwt.Web.Data;

namespace OneTimeJwt.Web.Recovery;

internal sealed partial class Outbox
{
    private const int MostTriesToRecord = 8;
    private static readonly TimeSpan RecordDelay = TimeSpan.FromSeconds(1);

    private int _unrecorded;

    /// <summary>
    /// Writes down what became of a mail that was handed over, once the database takes it, however long that takes: its row
    /// would be sent again. After an outage nothing is leased ahead of it.
    /// </summary>
    /// <param name="record">Writes it; may be called again.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task RecordAsync(Func<Task> record, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _unrecorded);
        try
        {
            for (var tries = 1; !await TryRecordAsync(record, tries, cancellationToken); tries++)
                await Task.Delay(RecordDelay, time, CancellationToken.None);
        }
        finally
        {
            Interlocked.Decrement(ref _unrecorded);
        }
    }

    private bool HasToRecord => _leases.Stands && Volatile.Read(ref _unrecorded) > 0;

    // What the database refuses for good can't be waited for.
    private static async Task<bool> TryRecordAsync(Func<Task> record, int tries, CancellationToken cancellationToken)
    {
        try
        {
            await record();
            return true;
        }
        catch (Exception fault) when (fault is not DbUpdateConcurrencyException
            && (tries < MostTriesToRecord || (!RowFault.Is(fault) && !cancellationToken.IsCancellationRequested)))
        {
            return false;
        }
    }
}
