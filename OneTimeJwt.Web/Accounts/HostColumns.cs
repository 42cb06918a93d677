using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace OneTimeJwt.Web.Accounts;

/// <summary>The columns of the users table that Identity doesn't know: what new accounts get there, and people's names.</summary>
internal sealed class HostColumns(IDbContextFactory<AccountsContext> contexts, IOptions<HostColumnSettings> settings, TimeProvider time)
{
    public const string DisplayNameSetting = "Accounts:DisplayNameColumn";

    private const string SampleAddress = "ada@example.com";

    private IReadOnlyList<SchemaColumn> _columns = [];

    private IDictionary<string, string?> Values => settings.Value.New.Columns;

    /// <summary>Whether new accounts get more than Identity's columns.</summary>
    public bool HasValues => Values.Count > 0;

    private bool IsSet => HasValues || !string.IsNullOrEmpty(settings.Value.DisplayNameColumn);

    public static string SettingOf(string column) => $"Accounts:New:Columns:{column}";

    /// <summary>The columns that must have a value and are given none.</summary>
    public async Task<IReadOnlyList<string>> UnsetAsync()
    {
        await using var database = await contexts.CreateDbContextAsync();
        return Unset(await ReadAsync(database), database);
    }

    /// <param name="columns">Of the users table.</param>
    /// <param name="database">Knows Identity's own.</param>
    public IReadOnlyList<string> Unset(IReadOnlyList<SchemaColumn> columns, AccountsContext database)
    {
        var known = OwnOf(database);
        var set = Values.Keys.Select(name => Find(columns, name)).ToHashSet();
        return
        [
            .. columns
                .Where(column => column.IsRequired && !known.Contains(column.Name) && !set.Contains(column))
                .Select(column => column.Name),
        ];
    }

    /// <summary>What is wrong with the settings, seen from the database; nothing where it has no users table yet.</summary>
    public async Task<IReadOnlyList<string>> FaultsAsync()
    {
        if (!IsSet)
            return [];

        await using var database = await contexts.CreateDbContextAsync();
        return await FaultsAsync(database);
    }

    public async Task<IReadOnlyList<string>> FaultsAsync(AccountsContext database)
    {
        var columns = await ReadAsync(database);
        if (columns.Count == 0)
            return [];

        var faults = new List<string>();
        foreach (var (name, text) in Values)
        {
            if (Misnamed(database, columns, name, SettingOf(name)) is { } misnamed)
                faults.Add(misnamed);
            else if (await MisfitAsync(database, Find(columns, name)!, text!) is { } misfit)
                faults.Add($"{SettingOf(name)}: {misfit}");
        }

        if (settings.Value.DisplayNameColumn is { Length: > 0 } column)
        {
            if (Misnamed(database, columns, column, DisplayNameSetting) is { } misnamed)
                faults.Add(misnamed);
            else if (!IsText(Find(columns, column)!.Type))
                faults.Add(
                    $"{DisplayNameSetting}: {column} is of the type {Find(columns, column)!.Type}: name a column of text, or leave it out");
        }

        return faults;
    }

    /// <summary>The columns and parameters that a new account is inserted with, beside Identity's.</summary>
    public async Task<IReadOnlyList<(string Column, DbParameter Value)>> ForAsync(
        AccountsContext database,
        DbCommand command,
        Account account,
        CancellationToken cancellationToken)
    {
        var columns = await KnownAsync(database, cancellationToken);
        var now = time.GetUtcNow();
        var values = new List<(string Column, DbParameter Value)>();
        foreach (var (name, text) in Values)
        {
            if (
                Find(columns, name) is { } column
                && NewColumnValue.Parameter(
                    database,
                    command,
                    $"h{values.Count}",
                    column,
                    NewColumnValue.Fill(text!, account.Email ?? "", now, database))
                    is { } value)
                values.Add((column.Name, value));
        }

        return values;
    }

    /// <returns>The column's name as the database has it; null where none is set.</returns>
    public async Task<string?> DisplayNameAsync(AccountsContext database) =>
        settings.Value.DisplayNameColumn is { Length: > 0 } name ? Find(await KnownAsync(database), name)?.Name : null;

    private static string TableOf(AccountsContext database) => database.Identity.NameOf("Users");

    private static HashSet<string> OwnOf(AccountsContext database) =>
        [.. database.Model.FindEntityType(typeof(Account))!.GetProperties().Select(property => property.GetColumnName())];

    private static async Task<IReadOnlyList<SchemaColumn>> ReadAsync(
        AccountsContext database, CancellationToken cancellationToken = default) =>
    [
        .. (await DatabaseSchema.ReadAllAsync(database, cancellationToken)).Where(column => database.Identity.Matches(column, "Users")),
    ];

    // Settings don't tell cases apart, and databases may.
    private static SchemaColumn? Find(IReadOnlyList<SchemaColumn> columns, string name) =>
        columns.FirstOrDefault(column => column.Name == name)
        ?? (columns.Where(column => column.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).ToList() is [var only] ? only : null);

    private static string? Misnamed(AccountsContext database, IReadOnlyList<SchemaColumn> columns, string name, string setting) =>
        Find(columns, name) is not { } column
            ? $"{setting}: {TableOf(database)} has no column {name}: name one that is there, or leave the setting out"
        : OwnOf(database).Contains(column.Name) ? $"{setting}: {column.Name} is one of Identity's own columns: leave it out"
        : null;

    private static bool IsText(string type) =>
        type.Contains("char", StringComparison.OrdinalIgnoreCase)
        || type.Contains("text", StringComparison.OrdinalIgnoreCase)
        || type.Contains("clob", StringComparison.OrdinalIgnoreCase)
        // Of PostgreSQL's, citext for one.
        || type == "USER-DEFINED";

    [SuppressMessage("Security", "CA2100", Justification = "Names come from the database and are delimited.")]
    private async Task<string?> MisfitAsync(AccountsContext database, SchemaColumn column, string text)
    {
        var filled = NewColumnValue.Fill(text, SampleAddress, time.GetUtcNow(), database);
        if (column.MaxLength is { } most and >= 0 && !NewColumnValue.IsOfAccount(text) && filled.Length > most)
            return $"the value has {filled.Length} characters and {column.Name} takes {most}: shorten it";

        await database.Database.OpenConnectionAsync();
        await using var command = database.Database.GetDbConnection().CreateCommand();
        var refused =
            $"{column.Name} is of the type {column.Type} and can't hold '{text}': write a value of that type, or give the column a "
                + "default and leave the setting out";
        if (NewColumnValue.Parameter(database, command, "v", column, filled) is not { } value)
            return refused;
        if (Conversion(database, column) is not { } sql)
            return null;

        command.CommandText = sql;
        command.Parameters.Add(value);
        try
        {
            await command.ExecuteNonQueryAsync();
            return null;
        }
        catch (DbException fault) when (new DbUpdateException(fault.Message, fault).IsRefusal())
        {
            return refused;
        }
    }

    // Converts as an insert does, and touches no row. A cast would cut, and allow more.
    private static string? Conversion(AccountsContext database, SchemaColumn column) => database switch
    {
        PostgreSqlAccounts =>
            $"SELECT coalesce({database.Identity.Quote(column.Name)}, @v) FROM {database.Identity.Table("Users")} LIMIT 0",
        SqlServerAccounts when column.Type is not ("text" or "ntext" or "image") =>
            $"DECLARE @column {column.Type}; SET @column = @v;",
        _ => null,
    };

    private async Task<IReadOnlyList<SchemaColumn>> KnownAsync(
        AccountsContext database, CancellationToken cancellationToken = default)
    {
        if (_columns.Count == 0)
            _columns = await ReadAsync(database, cancellationToken);
        return _columns;
    }
}
