using Npgsql;
using OneTimeJwt.Web.Data;

namespace OneTimeJwt.Web.Tests.Data;

/// <summary>What a driver's code means for whoever looks after the database.</summary>
public sealed class DatabaseFaultTests
{
    [Theory]
    [InlineData("08007", DatabaseFault.Unconfirmed)]
    [InlineData("08006", DatabaseFault.Away)]
    [InlineData("25006", DatabaseFault.ReadOnly)]
    [InlineData("28P01", DatabaseFault.NoSignIn)]
    [InlineData("28000", DatabaseFault.NoSignIn)]
    [InlineData("3D000", DatabaseFault.Away)]
    [InlineData("42501", DatabaseFault.NoRight)]
    [InlineData("53100", DatabaseFault.Full)]
    [InlineData("53300", DatabaseFault.Busy)]
    [InlineData("57P03", DatabaseFault.Away)]
    [InlineData("23514", DatabaseFault.Other)]
    internal void PostgreSql(string state, DatabaseFault fault) =>
        Assert.Equal(fault, DatabaseFaults.Of(new InvalidOperationException("", new PostgresException("", "", "", state)), hasManyHosts: true));

    [Theory]
    [InlineData(5, DatabaseFault.Busy)]
    [InlineData(6, DatabaseFault.Busy)]
    [InlineData(8, DatabaseFault.ReadOnlyFile)]
    [InlineData(10, DatabaseFault.Away)]
    [InlineData(13, DatabaseFault.Full)]
    [InlineData(14, DatabaseFault.Away)]
    [InlineData(19, DatabaseFault.Other)]
    internal void Sqlite(int code, DatabaseFault fault) =>
        Assert.Equal(fault, DatabaseFaults.Of(new InvalidOperationException("", new Microsoft.Data.Sqlite.SqliteException("", code)), hasManyHosts: false));

    [Theory]
    [InlineData(3906, DatabaseFault.ReadOnly)]
    [InlineData(978, DatabaseFault.ReadOnly)]
    [InlineData(1105, DatabaseFault.Full)]
    [InlineData(9002, DatabaseFault.Full)]
    [InlineData(229, DatabaseFault.NoRight)]
    [InlineData(18456, DatabaseFault.NoSignIn)]
    [InlineData(1222, DatabaseFault.Busy)]
    [InlineData(-2, DatabaseFault.Busy)]
    [InlineData(10061, DatabaseFault.Away)]
    [InlineData(547, DatabaseFault.Other)]
    internal void SqlServer(int number, DatabaseFault fault) => Assert.Equal(fault, DatabaseFaults.OfSqlServer(number));

    [Theory]
    [InlineData(true, DatabaseFault.NoPrimary)]
    [InlineData(false, DatabaseFault.Other)]
    internal void Where_no_server_was_reached(bool hasManyHosts, DatabaseFault noHost) => Assert.Equal(
        [noHost, DatabaseFault.Away, DatabaseFault.Slow, DatabaseFault.Slow, DatabaseFault.Other],
        new Exception[]
        {
            new NpgsqlException("No suitable host was found."),
            new NpgsqlException("", new System.Net.Sockets.SocketException()),
            new NpgsqlException("", new TimeoutException()),
            new OperationCanceledException(),
            new InvalidOperationException(),
        }.Select(fault => DatabaseFaults.Of(fault, hasManyHosts)));

    [Fact]
    public void Each_has_words_of_its_own()
    {
        var words = Enum.GetValues<DatabaseFault>().Select(DatabaseFaults.InWords).ToList();

        Assert.Equal(words.Count, words.Distinct().Count());
    }
}
