using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Events;

namespace OneTimeJwt.Web.Outbox;

/// <param name="Text">With a parameter for each column, in their order.</param>
/// <param name="Columns">Whose values the parameters are.</param>
internal sealed record RowStatement(string Text, IReadOnlyList<IProperty> Columns);

/// <summary>
/// Inserts, updates and deletes many rows of one of our own tables by the driver's own commands, past Entity Framework's change
/// tracker, which takes ten times as long. Servers get them in one batch; SQLite runs one prepared statement row by row.
/// </summary>
/// <typeparam name="T">An entity type.</typeparam>
/// <param name="context">Whose transaction has begun.</param>
internal sealed class RowStatements<T>(AccountsContext context)
    where T : class
{
    private readonly IEntityType _type = context.Model.FindEntityType(typeof(T))!;
    private readonly DbConnection _connection = context.Database.GetDbConnection();
    private readonly DbTransaction? _transaction = context.Database.CurrentTransaction?.GetDbTransaction();

    private static readonly bool IsOfEvents = typeof(T) == typeof(RecoveryEvent) || typeof(T) == typeof(EventDelivery);

    private string Table => context.Identity.Quote(_type.GetTableName()!);

    // With the concurrency token, so that a row that somebody else has changed is not found.
    private IReadOnlyList<IProperty> Key =>
        [.. _type.GetProperties().Where(property => property.IsPrimaryKey() || property.IsConcurrencyToken)];

    /// <param name="rows">What is inserted.</param>
    /// <param name="unlessKnown">Leaves out rows whose key is there already.</param>
    /// <exception cref="DbUpdateException">The database refuses one of them.</exception>
    public async Task InsertAsync(IReadOnlyList<T> rows, bool unlessKnown = false)
    {
        var isNew = await RunAsync(Insert(unlessKnown), rows);
        // As AccountsContext adds them where Entity Framework writes events.
        if (rows is not IReadOnlyList<RecoveryEvent> lines || !context.HasDestinations)
            return;

        var deliveries = context.Destinations!.DeliveriesOf(lines.Where((_, i) => isNew[i]));
        await new RowStatements<EventDelivery>(context).InsertAsync(deliveries);
    }

    /// <param name="rows">With the values that are written, and the key and the concurrency token by which they are found.</param>
    /// <param name="properties">What is written of them.</param>
    /// <returns>Whether each row was there.</returns>
    public Task<bool[]> UpdateAsync(IReadOnlyList<T> rows, params IEnumerable<string> properties) => RunAsync(Update(properties), rows);

    /// <returns>Whether each row was there, with the concurrency token that it has here.</returns>
    public Task<bool[]> DeleteAsync(IReadOnlyList<T> rows) => RunAsync(Delete(), rows);

    internal RowStatement Insert(bool unlessKnown)
    {
        IReadOnlyList<IProperty> columns = [.. _type.GetProperties().Where(property => property.ValueGenerated == ValueGenerated.Never)];
        var names = string.Join(", ", columns.Select(Column));
        var values = string.Join(", ", columns.Select((_, i) => Parameter(i)));
        var key = _type.FindPrimaryKey()!.Properties.Single();
        var isKey = $"{Column(key)} = {Parameter(columns.Index().FirstOrDefault(column => column.Item == key).Index)}";
        var text = (unlessKnown, context) switch
        {
            (false, _) => $"INSERT INTO {Table} ({names}) VALUES ({values})",
            (_, SqlServerAccounts) =>
                $"INSERT INTO {Table} ({names}) SELECT {values} WHERE NOT EXISTS (SELECT 1 FROM {Table} WHERE {isKey})",
            _ => $"INSERT INTO {Table} ({names}) VALUES ({values}) ON CONFLICT ({Column(key)}) DO NOTHING",
        };
        return Statement(text, columns);
    }

    internal RowStatement Update(params IEnumerable<string> properties)
    {
        IReadOnlyList<IProperty> changed = [.. properties.Select(name => _type.FindProperty(name)!)];
        var set = string.Join(", ", changed.Select((column, i) => $"{Column(column)} = {Parameter(i)}"));
        return Statement($"UPDATE {Table} SET {set} WHERE {Match(Key, changed.Count)}", [.. changed, .. Key]);
    }

    internal RowStatement Delete() => Statement($"DELETE FROM {Table} WHERE {Match(Key, 0)}", Key);

    // Otherwise a server that is set not to count wouldn't say whether a row was there.
    private RowStatement Statement(string text, IReadOnlyList<IProperty> columns) =>
        new(context is SqlServerAccounts ? $"SET NOCOUNT OFF; {text}" : text, columns);

    private string Match(IEnumerable<IProperty> columns, int first) =>
        string.Join(" AND ", columns.Select((column, i) => $"{Column(column)} = {Parameter(first + i)}"));

    private string Column(IProperty property) => context.Identity.Quote(property.GetColumnName());

    private static string Parameter(int i) => string.Create(CultureInfo.InvariantCulture, $"@p{i}");

    private async Task<bool[]> RunAsync(RowStatement statement, IReadOnlyList<T> rows)
    {
        if (rows.Count == 0)
            return [];

        try
        {
            return await (_connection.CanCreateBatch ? BatchAsync(statement, rows) : OneByOneAsync(statement, rows));
        }
        catch (DbException fault)
        {
            throw new DbUpdateException("The rows were not written.", fault);
        }
    }

    [SuppressMessage("Security", "CA2100", Justification = "Names of the model and parameters.")]
    private async Task<bool[]> OneByOneAsync(RowStatement statement, IReadOnlyList<T> rows)
    {
        await using var command = _connection.CreateCommand();
        (command.CommandText, command.Transaction) = (statement.Text, _transaction);
        var found = new bool[rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            command.Parameters.Clear();
            command.Parameters.AddRange(Values(command, statement.Columns, rows[i]));
            found[i] = await command.ExecuteNonQueryAsync() > 0;
        }

        return found;
    }

    [SuppressMessage("Security", "CA2100", Justification = "Names of the model and parameters.")]
    private async Task<bool[]> BatchAsync(RowStatement statement, IReadOnlyList<T> rows)
    {
        // Makes parameters, which a batch can't.
        await using var maker = _connection.CreateCommand();
        await using var batch = _connection.CreateBatch();
        batch.Transaction = _transaction;
        batch.Timeout = context.Database.GetCommandTimeout() ?? batch.Timeout;
        foreach (var row in rows)
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = statement.Text;
            command.Parameters.AddRange(Values(maker, statement.Columns, row));
            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync();
        return [.. batch.BatchCommands.Select(command => command.RecordsAffected > 0)];
    }

    private DbParameter[] Values(DbCommand command, IReadOnlyList<IProperty> columns, T row)
    {
        var values = new DbParameter[columns.Count];
        for (var i = 0; i < values.Length; i++)
        {
            var value = columns[i].GetGetter().GetClrValue(row);
            values[i] = columns[i].GetRelationalTypeMapping().CreateParameter(command, Parameter(i), value, columns[i].IsNullable);
            if (_connection.CanCreateBatch && values[i].Value is string told)
                values[i].Value = Storable(told);
        }

        return values;
    }

    // What an event says must not keep it from being recorded.
    private string Storable(string text)
    {
        var whole = TextSanitizer.Mend(text);
        return IsOfEvents ? ServerEncoding.Fit(_connection, whole, missing: '?') : whole;
    }
}
