using OneTimeJwt.Web.Audit;

namespace OneTimeJwt.Web.Events;

/// <param name="Row">A leased one.</param>
/// <param name="Body">JSON in UTF-8, without a line break.</param>
internal sealed record EventMessage(EventDelivery Row, byte[] Body);

/// <summary>Makes what is sent of the trail's lines.</summary>
internal sealed class EventMessages(IDbContextFactory<AccountsContext> contexts)
{
    /// <returns>In the order of the rows; rows whose event is in the trail no more are left out.</returns>
    public async Task<IReadOnlyList<EventMessage>> ReadAsync(
        EventDestination destination, IReadOnlyList<EventDelivery> rows, CancellationToken cancellationToken)
    {
        var ids = rows.Select(row => row.EventId).Distinct().ToList();
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        var lines = await database.Trail.AsNoTracking()
            .Where(line => ids.Contains(line.Id))
            .ToDictionaryAsync(line => line.Id, cancellationToken);
        var people = lines.Values.SelectMany(line => new[] { line.AccountId, line.Actor });
        var names = destination.IncludesAddresses ? await TrailReader.NamesAsync(database, people, cancellationToken) : null;
        return
        [
            .. from row in rows
            where lines.ContainsKey(row.EventId)
            select new EventMessage(row, EventBody.Of(lines[row.EventId], names).ToUtf8()),
        ];
    }
}
