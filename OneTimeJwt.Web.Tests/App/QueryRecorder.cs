using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace OneTimeJwt.Web.Tests.App;

/// <summary>How a database means to run a query.</summary>
public sealed record QueryPlan(string Sql, string Text, bool ReadsWhole);

/// <summary>Listens to what an app asks its database, each query once, and has it explained.</summary>
public sealed partial class QueryRecorder : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    // A handful of rows, or as many as there are admins, keys, programs and campaigns, or of their logouts in a day.
    private static readonly string[] StaysSmall =
    [
        "RecoveryRoles",
        "RecoveryRoleMembers",
        "RecoveryKeyRing",
        "RecoveryCampaigns",
        "RecoverySavedFilters",
        "RecoveryMigrations",
        "RecoveryApiKeys",
        "RecoveryOidcLogouts",
        // The catalogue, which is read at start.
        "pg_attribute",
        "pg_class",
        "pg_collation",
        "pg_namespace",
        "pg_type",
    ];

    private const string Filling = """
        INSERT INTO "AspNetUsers" ("Id", "UserName", "NormalizedUserName", "Email", "NormalizedEmail", "EmailConfirmed",
        "SecurityStamp", "ConcurrencyStamp", "PhoneNumberConfirmed", "TwoFactorEnabled", "LockoutEnabled", "AccessFailedCount")
            SELECT 'filling-' || i, 'f' || i, 'F' || i, i || '@example.org', i || '@EXAMPLE.ORG', true, i, i, false, false, true, 0
            FROM generate_series(1, 30000) AS i;
        INSERT INTO "RecoveryTrail" ("Id", "At", "Kind", "AccountId", "Actor", "Nonce", "AddressHash", "CampaignId")
            SELECT gen_random_uuid(), now() - i * interval '1 hour', (ARRAY['Requested', 'Mailed', 'Opened', 'Redeemed'])[i % 4 + 1],
            'filling-' || i / 4, 'filling-' || i % 50, left(md5(i::text), 16), md5((i / 4)::text), gen_random_uuid()
            FROM generate_series(1, 30000) AS i;
        INSERT INTO "RecoveryOutbox" ("Id", "Kind", "AccountId", "RequestedAt", "DueAt", "RefusedAt", "Attempts", "Lease", "CampaignId")
            SELECT gen_random_uuid(), 'ResetLink', 'filling-' || i, now() - i * interval '1 minute', now() - i * interval '1 minute',
            CASE WHEN i % 2 = 0 THEN now() - i * interval '1 minute' END, 1, gen_random_uuid(), gen_random_uuid()
            FROM generate_series(1, 30000) AS i;
        INSERT INTO "RecoveryCampaignAccounts" ("CampaignId", "Position", "AccountId")
            SELECT '00000000-0000-0000-0000-000000000001', i, 'filling-' || i FROM generate_series(1, 30000) AS i;
        INSERT INTO "RecoveryActAnswers" ("Id", "Request", "Result", "Message", "EventId", "At")
            SELECT gen_random_uuid(), md5(i::text), 'Done', 'done', gen_random_uuid(), now() - i * interval '1 second'
            FROM generate_series(1, 30000) AS i;
        INSERT INTO "RecoveryOidcSessions" ("IdHash", "Person", "Name", "Role", "SidHash", "IssuedAt", "AskAgainAt")
            SELECT 'filling-' || i, 'https://login.example.com person-' || i % 300, 'Person', 'Support', md5((i / 2)::text),
            now() - i * interval '1 minute', now() - i * interval '1 minute' FROM generate_series(1, 30000) AS i;
        ANALYZE;
        SET enable_seqscan = off;
        SET enable_mergejoin = off
        """;

    private readonly TestApp _app;
    private readonly string _database;
    private readonly ConcurrentDictionary<string, (string Name, object? Value)[]> _queries = [];
    private readonly ConcurrentBag<IDisposable> _subscriptions = [];

    public QueryRecorder(TestApp app)
    {
        _app = app;
        using var context = Context();
        var connection = context.Database.GetDbConnection();
        _database = $"{connection.DataSource}/{connection.Database}";
        _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));
    }

    public async Task<IReadOnlyList<QueryPlan>> ExplainAsync(CancellationToken cancellationToken)
    {
        await using var context = Context();
        await context.Database.OpenConnectionAsync(cancellationToken);
        var connection = context.Database.GetDbConnection();
        if (context is SqlServerAccounts)
            Assert.Skip("Plans are read on SQLite and PostgreSQL.");
        // PostgreSQL reads small tables whole, or through any index, whatever indexes there are. So those that grow have
        // grown, and of the others only what has no index is still read whole; nor is a table gone through in order as far
        // as the few rows of another reach. Never committed.
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (context is PostgreSqlAccounts)
            await ExecuteAsync(connection, Filling, cancellationToken);

        var plans = new List<QueryPlan>();
        foreach (var (sql, parameters) in _queries)
            plans.Add(await ExplainAsync(transaction, context is SqliteAccounts, sql, parameters, cancellationToken));
        return plans;
    }

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == DbLoggerCategory.Name)
            _subscriptions.Add(value.Subscribe(this, name => name == RelationalEventId.CommandExecuting.Name));
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (
            value.Value is not CommandEventData { Command: var command }
            || $"{command.Connection?.DataSource}/{command.Connection?.Database}" != _database)
            return;

        var parameters = command.Parameters.Cast<DbParameter>().Select(parameter => (parameter.ParameterName, parameter.Value)).ToArray();
        foreach (
            var statement in command
                .CommandText.Split(";\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Where(text => Asks().IsMatch(text)))
            _queries.TryAdd(statement.TrimEnd(';'), parameters);
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void Dispose()
    {
        foreach (var subscription in _subscriptions)
            subscription.Dispose();
    }

    private AccountsContext Context() => _app.Services.GetRequiredService<IDbContextFactory<AccountsContext>>().CreateDbContext();

    private static async Task<QueryPlan> ExplainAsync(
        DbTransaction transaction,
        bool isSqlite,
        string sql,
        (string Name, object? Value)[] parameters,
        CancellationToken cancellationToken)
    {
        await using var command = transaction.Connection!.CreateCommand();
#pragma warning disable CA2100 // What the app itself asked.
        command.Transaction = transaction;
        command.CommandText = (isSqlite ? "EXPLAIN QUERY PLAN " : "EXPLAIN ") + sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters.Where(parameter => sql.Contains(parameter.Name.TrimStart('@'), StringComparison.Ordinal)))
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        var lines = new List<string>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                lines.Add(reader.GetString(isSqlite ? 3 : 0));
        }

        var plan = string.Join('\n', lines);
        return new QueryPlan(
            sql,
            plan,
            !CountsAPart().IsMatch(sql) && (isSqlite ? SqliteWholes(plan, sql) : PostgreSqlWholes(plan, sql)).Except(StaysSmall).Any());
    }

    // It names a table by its alias there, and a query within the query too. An index that is gone through in order, up to
    // a limit, is no whole table.
    private static IEnumerable<string> SqliteWholes(string plan, string sql) =>
        from Match scan in SqliteScan().Matches(plan)
        where !(scan.Value.Contains("USING", StringComparison.Ordinal) && sql.Contains("LIMIT", StringComparison.Ordinal))
        from aliased in Regex.Matches(sql, $"\"(\\w+)\" AS \"{scan.Groups[1].Value}\"")
        select aliased.Groups[1].Value;

    // An index that isn't entered by a condition is a whole table as well.
    private static IEnumerable<string> PostgreSqlWholes(string plan, string sql) =>
        from node in plan.Split("->")
        let scan = PostgreSqlScan().Match(node)
        where scan.Success && !node.Contains("Index Cond", StringComparison.Ordinal)
        where !(scan.Groups[1].Success && sql.Contains("LIMIT", StringComparison.Ordinal))
        select scan.Groups[2].Value;

    private static async Task ExecuteAsync(DbConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // A constant.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [GeneratedRegex(@"^(SELECT|UPDATE|DELETE)\b")]
    private static partial Regex Asks();

    // How many mails wait, or were refused: an index of these alone is read from end to end for it.
    [GeneratedRegex("""^SELECT (?i:count)\(\*\)(::int)?\s+FROM "RecoveryOutbox" AS (\S+)\s+WHERE \2\."RefusedAt" IS (NOT )?NULL$""")]
    private static partial Regex CountsAPart();

    [GeneratedRegex(@"^SCAN (?!CONSTANT)(\w+).*$", RegexOptions.Multiline)]
    private static partial Regex SqliteScan();

    [GeneratedRegex("(?:Seq Scan|(Index (?:Only )?Scan(?: Backward)? using \\S+)) on \"?(\\w+)")]
    private static partial Regex PostgreSqlScan();
}
