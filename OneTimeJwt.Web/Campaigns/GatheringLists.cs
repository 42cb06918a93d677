using System.Collections.Concurrent;
using System.Threading.Channels;

namespace OneTimeJwt.Web.Campaigns;

/// <param name="CampaignId">Whose list it is.</param>
/// <param name="Selection">What was chosen.</param>
/// <param name="Actor">Who draws it up.</param>
public sealed record GatheringList(Guid CampaignId, CampaignSelection Selection, string Actor);

/// <summary>
/// The lists that this node has taken in and has still to match. They are in memory only, since what names no account is kept
/// nowhere, and so they are few.
/// </summary>
public sealed class GatheringLists
{
    public const int Max = 3;

    private readonly Channel<GatheringList> _waiting = Channel.CreateUnbounded<GatheringList>();
    private readonly ConcurrentDictionary<Guid, bool> _present = [];
    private int _reserved;

    public IReadOnlyCollection<Guid> Present => [.. _present.Keys];

    /// <summary>Takes a place.</summary>
    /// <returns>Whether there was one.</returns>
    public bool TryReserve()
    {
        if (Interlocked.Increment(ref _reserved) <= Max)
            return true;

        Release();
        return false;
    }

    /// <summary>Gives a place back that was taken for nothing.</summary>
    public void Release() => Interlocked.Decrement(ref _reserved);

    /// <summary>Into the place that was taken.</summary>
    public void Add(GatheringList list)
    {
        _present[list.CampaignId] = true;
        _waiting.Writer.TryWrite(list);
    }

    public void Remove(Guid campaign)
    {
        if (_present.TryRemove(campaign, out _))
            Release();
    }

    public IAsyncEnumerable<GatheringList> ReadAllAsync(CancellationToken cancellationToken) =>
        _waiting.Reader.ReadAllAsync(cancellationToken);
}
