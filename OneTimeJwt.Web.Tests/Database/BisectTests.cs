using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace OneTimeJwt.Web.Tests.Database;

/// <summary>Which faults one row may have caused, and how it is found.</summary>
public sealed class BisectTests
{
    private static readonly Dictionary<string, Exception> OfRows = new()
    {
        ["a character that the encoding lacks"] = PostgreSql("22P05"),
        ["bytes that are no text"] = PostgreSql("22021"),
        ["a value that is too long"] = new DbUpdateException("", PostgreSql("22001")),
        ["a check"] = new DbUpdateException("", PostgreSql("23514")),
        ["a trigger"] = new DbUpdateException("", PostgreSql("P0001")),
        ["something a collation doesn't support"] = PostgreSql("0A000"),
        ["a broken page"] = PostgreSql("XX001"),
        ["a check, on SQLite"] = new DbUpdateException("", new SqliteException("", 19)),
        ["a broken page, on SQLite"] = new SqliteException("", 11),
        ["a row that is there already"] = new DbUpdateException("", PostgreSql("23505")),
        ["a row that somebody else changed"] = new DbUpdateConcurrencyException(),
        ["a date beyond the calendar"] = new InvalidOperationException("", new InvalidCastException()),
        ["two rows with one key"] = new InvalidOperationException(),
        ["a name that can't be normalised"] = new ArgumentException(),
    };

    private static readonly Dictionary<string, Exception> OfTheDatabase = new()
    {
        ["the connection"] = new NpgsqlException("", new SocketException()),
        ["the connection, tried again"] = new RetryLimitExceededException("", new NpgsqlException("", new IOException())),
        ["no answer in time"] = new NpgsqlException("", new TimeoutException()),
        ["the writer is busy"] = new TimeoutException(),
        ["shut down by an operator"] = PostgreSql("57P01"),
        ["cancelled"] = PostgreSql("57014"),
        ["a deadlock"] = new DbUpdateException("", PostgreSql("40P01")),
        ["read-only"] = new DbUpdateException("", PostgreSql("25006")),
        ["a full disk"] = new DbUpdateException("", PostgreSql("53100")),
        ["too many connections"] = PostgreSql("53300"),
        ["a wrong password"] = PostgreSql("28P01"),
        ["no such database"] = PostgreSql("3D000"),
        ["busy, on SQLite"] = new DbUpdateException("", new SqliteException("", 5)),
        ["read-only, on SQLite"] = new DbUpdateException("", new SqliteException("", 8)),
        ["a full disk, on SQLite"] = new DbUpdateException("", new SqliteException("", 13)),
        ["the app stops"] = new OperationCanceledException(),
    };

    public static TheoryData<string> RowCases => [.. OfRows.Keys];

    public static TheoryData<string> DatabaseCases => [.. OfTheDatabase.Keys];

    [Theory]
    [MemberData(nameof(RowCases))]
    public async Task What_one_row_can_cause_ends_with_that_row(string fault)
    {
        int[] bad = [0, 7, 8, 99];
        var (done, failed, calls) = (new List<int>(), new List<int>(), 0);

        await Bisect.EachAsync(
            [.. Enumerable.Range(0, 100)],
            some =>
            {
                calls++;
                if (some.Any(bad.Contains))
                    throw OfRows[fault];
                done.AddRange(some);
                return Task.CompletedTask;
            },
            (row, cause) =>
            {
                Assert.Same(OfRows[fault], cause);
                failed.Add(row);
                return Task.CompletedTask;
            });

        Assert.Equal(Enumerable.Range(0, 100).Except(bad), done);
        Assert.Equal(bad, failed);
        Assert.True(calls < 60, $"{calls}");
    }

    [Theory]
    [MemberData(nameof(DatabaseCases))]
    public async Task A_database_that_is_away_is_not_asked_for_each_row(string fault)
    {
        var calls = 0;

        var thrown = await Assert.ThrowsAnyAsync<Exception>(() => Bisect.EachAsync(
            [.. Enumerable.Range(0, 100)],
            _ =>
            {
                calls++;
                throw OfTheDatabase[fault];
            },
            (_, _) => Task.CompletedTask));

        Assert.Same(OfTheDatabase[fault], thrown);
        Assert.Equal(1, calls);
    }

    private static PostgresException PostgreSql(string state) => new("", "ERROR", "ERROR", state);
}
