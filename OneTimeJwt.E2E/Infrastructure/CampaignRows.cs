using System.Globalization;
using Microsoft.Data.Sqlite;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>A campaign as the console leaves it once it is started, and what the database says of it later.</summary>
internal static class CampaignRows
{
    private const string AddAccounts = """
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $count)
        INSERT INTO AspNetUsers (Id, UserName, NormalizedUserName, Email, NormalizedEmail, EmailConfirmed, PasswordHash,
        SecurityStamp, ConcurrencyStamp, PhoneNumberConfirmed, TwoFactorEnabled, LockoutEnabled, AccessFailedCount)
        SELECT 'bulk-' || i, 'bulk-' || i, 'BULK-' || i, 'bulk-' || i || '@example.org', 'BULK-' || i || '@EXAMPLE.ORG', 1, 'x',
        hex(randomblob(16)), hex(randomblob(16)), 0, 0, 1, 0 FROM n;
        """;

    private const string Start = """
        INSERT INTO RecoveryCampaigns (Id, State, RequiresReset, Accounts, Released, Rate, Chosen, Unmatched, StartedBy, CreatedAt,
        Reason, ReleasedAt, Version)
        SELECT $id, 'Running', 1, $count, 0, 6000, 'a list', 0, Id, $now, 'a test', $now, $id FROM AspNetUsers WHERE Email = $admin;
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $count)
        INSERT INTO RecoveryCampaignAccounts (CampaignId, Position, AccountId) SELECT $id, i, 'bulk-' || i FROM n;
        """;

    private const string Gather = """
        INSERT INTO RecoveryCampaigns (Id, State, RequiresReset, Accounts, Released, Rate, Chosen, Unmatched, UnmatchedLines, StartedBy,
        CreatedAt, GatheredAt, Version, Lines, LinesRead, SeveralAccounts, Doubled)
        SELECT $id, 'Gathering', 0, 33410, 0, 300, 'a list of 100,000 lines', 7, '12, 40, 381, 2004, 9120, 17301, 30002', Id,
        $now, $now, $id, 100000, 34500, 3, 1083 FROM AspNetUsers WHERE Email = $admin;
        """;

    private const string Moment = "yyyy-MM-dd HH:mm:ss.fffffffzzz";

    public static async Task<Guid> StartAsync(RunningApp app, TestAccount admin, int count)
    {
        var id = Guid.NewGuid();
        var now = DateTimeOffset.UtcNow.ToString(Moment, CultureInfo.InvariantCulture);
        await using var database = await DatabaseFile.OpenAsync(app);
        await using var command = Command(database, "BEGIN IMMEDIATE;" + AddAccounts + Start + "COMMIT;", id);
        command.Parameters.AddWithValue("$count", count);
        command.Parameters.AddWithValue("$admin", admin.Email);
        command.Parameters.AddWithValue("$now", now);
        await command.ExecuteNonQueryAsync();
        return id;
    }

    /// <summary>One whose list is being matched, by a server whose clock is ahead, so that nobody takes it for interrupted.</summary>
    public static async Task<Guid> GatherAsync(RunningApp app, TestAccount admin)
    {
        var id = Guid.NewGuid();
        await using var database = await DatabaseFile.OpenAsync(app);
        await using var command = Command(database, Gather, id);
        command.Parameters.AddWithValue("$admin", admin.Email);
        command.Parameters.AddWithValue("$now", DateTimeOffset.UtcNow.AddHours(1).ToString(Moment, CultureInfo.InvariantCulture));
        await command.ExecuteNonQueryAsync();
        return id;
    }

    public static Task<string> StateAsync(RunningApp app, Guid id) =>
        AskAsync<string>(app, id, "SELECT State FROM RecoveryCampaigns WHERE Id = $id");

    /// <summary>Accounts whose mail has left, as the trail has it.</summary>
    public static Task<long> SentAsync(RunningApp app, Guid id) =>
        AskAsync<long>(app, id, "SELECT COUNT(DISTINCT AccountId) FROM RecoveryTrail WHERE CampaignId = $id AND Kind = 'Mailed'");

    /// <summary>Accounts whose password was stopped: once each, or a mailed link would have died of it.</summary>
    public static Task<long> ResetsAsync(RunningApp app, Guid id) =>
        AskAsync<long>(app, id, "SELECT COUNT(*) FROM RecoveryTrail WHERE CampaignId = $id AND Kind = 'ResetRequired'");

    private static async Task<T> AskAsync<T>(RunningApp app, Guid id, string sql)
    {
        await using var database = await DatabaseFile.OpenAsync(app);
        await using var command = Command(database, sql, id);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private static SqliteCommand Command(SqliteConnection database, string sql, Guid id)
    {
        var command = database.CreateCommand();
#pragma warning disable CA2100 // One of the constants above.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Parameters.AddWithValue("$id", id);
        return command;
    }
}
