using System.Data.Common;
using System.Globalization;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace OneTimeJwt.Web.Tests.Accounts.Shapes;

/// <summary>What the host itself does to its database.</summary>
internal static class HostSql
{
    private static readonly Dictionary<DatabaseProvider, string> Schemas = new()
    {
        [DatabaseProvider.Sqlite] = """
            SELECT type, name, tbl_name, sql FROM sqlite_master WHERE tbl_name NOT LIKE 'Recovery%' AND name <> 'sqlite_sequence'
            """,
        [DatabaseProvider.PostgreSql] = """
            SELECT attrelid::regclass::text, attname, format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated,
                attcollation, relowner, relacl::text, relrowsecurity, relforcerowsecurity, pg_get_expr(adbin, adrelid)
            FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
                LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
            WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND relname !~ 'Recovery' AND NOT attisdropped
            UNION ALL
            SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), null, null, null, null, null, null, null, null, null
            FROM pg_constraint WHERE conrelid > 16383 AND conrelid::regclass::text !~ 'Recovery'
            UNION ALL
            SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), null, null, null, null, null, null, null, null, null
            FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text !~ 'Recovery'
            UNION ALL
            SELECT tablename::text, indexname, indexdef, null, null, null, null, null, null, null, null, null
            FROM pg_indexes WHERE schemaname NOT IN ('pg_catalog', 'pg_toast') AND tablename !~ 'Recovery'
            UNION ALL
            SELECT tablename::text, policyname, qual, null, null, null, null, null, null, null, null, null
            FROM pg_policies WHERE tablename !~ 'Recovery'
            """,
        [DatabaseProvider.SqlServer] = """
            SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, IS_NULLABLE, COLUMN_DEFAULT, COLLATION_NAME
            FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME NOT LIKE 'Recovery%'
            UNION ALL
            SELECT 'object', OBJECT_NAME(parent_object_id), name, type_desc, null, null, null, null
            FROM sys.objects WHERE parent_object_id <> 0 AND OBJECT_NAME(parent_object_id) NOT LIKE 'Recovery%' AND is_ms_shipped = 0
            UNION ALL
            SELECT 'index', OBJECT_NAME(object_id), name, type_desc, null, null, filter_definition, null
            FROM sys.indexes WHERE OBJECTPROPERTY(object_id, 'IsUserTable') = 1 AND OBJECT_NAME(object_id) NOT LIKE 'Recovery%'
            """,
    };

    private static readonly Dictionary<DatabaseProvider, string> Tables = new()
    {
        [DatabaseProvider.Sqlite] = """
            SELECT null, name FROM sqlite_master
            WHERE type = 'table' AND name NOT LIKE 'Recovery%' AND name NOT LIKE 'sqlite_%' AND name <> '__EFMigrationsLock'
            """,
        [DatabaseProvider.PostgreSql] =
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') "
                + "AND tablename !~ '^Recovery'",
        [DatabaseProvider.SqlServer] = """
            SELECT TABLE_SCHEMA, TABLE_NAME FROM INFORMATION_SCHEMA.TABLES
            WHERE TABLE_TYPE = 'BASE TABLE' AND TABLE_NAME NOT LIKE 'Recovery%'
            """,
    };

    public static async Task MakeAsync(TestDatabase database, HostShape shape, IReadOnlyList<HostAccount> accounts)
    {
        var dialect = new HostDialect(database.Provider, shape);
        var users = shape.Tables(database.Provider).Users;
        await using var connection = await OpenAsync(database);
        foreach (var statement in dialect.Statements())
            await RunAsync(connection, statement);
        foreach (var account in accounts)
            await InsertAsync(connection, dialect.Table(users.Name), [.. account.Row(users)]);
        foreach (var statement in shape.Last(database.Provider))
            await RunAsync(connection, statement);
    }

    public static async Task RunAsync(TestDatabase database, string sql)
    {
        await using var connection = await OpenAsync(database);
        await RunAsync(connection, sql);
    }

    /// <summary>How the host's tables are made: columns, indexes, constraints, triggers.</summary>
    public static async Task<IReadOnlyList<string>> SchemaAsync(TestDatabase database)
    {
        await using var connection = await OpenAsync(database);
        return [.. (await ReadAsync(connection, Schemas[database.Provider])).Select(Text).Order(StringComparer.Ordinal)];
    }

    /// <summary>All rows of the host's tables, each value with its type.</summary>
    public static async Task<IReadOnlyDictionary<string, IReadOnlyList<HostRow>>> RowsAsync(TestDatabase database)
    {
        var rows = new Dictionary<string, IReadOnlyList<HostRow>>();
        await using var connection = await OpenAsync(database);
        foreach (var table in await ReadAsync(connection, Tables[database.Provider]))
        {
            var (schema, name) = (table.Values[0].Trim('\''), table.Values[1].Trim('\''));
            var read = await ReadAsync(connection, $"SELECT * FROM {(schema.Length == 0 ? "" : $"\"{schema}\".")}\"{name}\"");
            rows[name] = [.. read.OrderBy(Text, StringComparer.Ordinal)];
        }

        return rows;
    }

    public static string Text(HostRow row) => string.Join(" | ", row.Columns.Zip(row.Values, (column, value) => $"{column}={value}"));

    private static async Task<DbConnection> OpenAsync(TestDatabase database)
    {
        DbConnection connection = database.Provider switch
        {
            DatabaseProvider.Sqlite => new SqliteConnection($"{database.ConnectionString};Pooling=False"),
            DatabaseProvider.PostgreSql => new NpgsqlConnection($"{database.ConnectionString};Pooling=False"),
            _ => new SqlConnection($"{database.ConnectionString};Pooling=False"),
        };
        await connection.OpenAsync();
        return connection;
    }

    private static Task InsertAsync(DbConnection connection, string table, (string Column, object? Value)[] row) =>
        RunAsync(
            connection,
            $"INSERT INTO {table} ({string.Join(", ", row.Select(cell => $"\"{cell.Column}\""))}) "
                + $"VALUES ({string.Join(", ", row.Select((_, i) => $"@p{i}"))})",
            [.. row.Select(cell => cell.Value)]);

    private static async Task RunAsync(DbConnection connection, string sql, params object?[] values)
    {
        await using var command = Command(connection, sql, values);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<List<HostRow>> ReadAsync(DbConnection connection, string sql)
    {
        await using var command = Command(connection, sql, []);
        await using var reader = await command.ExecuteReaderAsync();
        var columns = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToArray();
        var rows = new List<HostRow>();
        while (await reader.ReadAsync())
            rows.Add(new HostRow(columns, [.. columns.Select((_, i) => Text(reader.GetValue(i)))]));
        return rows;
    }

    private static DbCommand Command(DbConnection connection, string sql, object?[] values)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Written here.
        command.CommandText = sql;
#pragma warning restore CA2100
        for (var i = 0; i < values.Length; i++)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = ($"p{i}", values[i] ?? DBNull.Value);
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private static string Text(object value) => value switch
    {
        DBNull => "",
        byte[] bytes => Convert.ToHexString(bytes),
        DateTime or DateTimeOffset => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(format: null, CultureInfo.InvariantCulture),
        _ => $"'{value}'",
    };
}

/// <summary>A row as it is stored.</summary>
internal sealed record HostRow(string[] Columns, string[] Values)
{
    public string this[string column] => Values[Array.IndexOf(Columns, column)];

    public IEnumerable<string> ChangedIn(HostRow other) => Columns.Where(column => this[column] != other[column]);
}
