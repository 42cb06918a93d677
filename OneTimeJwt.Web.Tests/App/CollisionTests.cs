using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using OneTimeJwt.Web.Data;

namespace OneTimeJwt.Web.Tests.App;

public sealed class CollisionTests
{
    public static TheoryData<DbUpdateException, bool> Faults => new()
    {
        { new DbUpdateConcurrencyException(), true },
        { new DbUpdateException("a primary key", new SqliteException("", 19, 1555)), true },
        { new DbUpdateException("a unique index", new SqliteException("", 19, 2067)), true },
        { new DbUpdateException("a unique index", new PostgresException("", "", "", "23505")), true },
        { new DbUpdateException("a foreign key", new SqliteException("", 19, 787)), false },
        { new DbUpdateException("a foreign key", new PostgresException("", "", "", "23503")), false },
        { new DbUpdateException("busy", new SqliteException("", 5, 5)), false },
        { new DbUpdateException("away", new NpgsqlException()), false },
        { new DbUpdateException("away", new TimeoutException()), false },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void What_is_there_already_is_a_collision_and_a_database_that_is_away_is_none(DbUpdateException fault, bool collides) =>
        Assert.Equal(collides, Collision.Is(fault));
}
