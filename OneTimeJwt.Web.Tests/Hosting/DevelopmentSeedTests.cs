using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Hosting;

/// <summary>Development adds accounts, an admin among them, to a database of its own only.</summary>
public sealed class DevelopmentSeedTests
{
    private const string Told = "No account of Seed:Accounts was added: another application made Identity's tables in this database.";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider> Providers => [.. AppOnEach.Providers];

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_database_that_was_migrated_here_is_seeded_and_an_adopted_one_is_not(DatabaseProvider provider)
    {
        await using var own = await TestApp.StartAsync(provider: provider);
        await using var adopted = await TestApp.StartAsync(provider: provider, host: MakeEmptyAsync);

        Assert.Equal((5, 1), await CountAsync(own));
        Assert.Equal(0, own.Log.Count(Told));
        Assert.Equal((0, 0), await CountAsync(adopted));
        Assert.Equal(1, adopted.Log.Count(Told));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_migrated_database_in_which_another_application_lists_its_migrations_is_left_alone(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider: provider);
        await HostWrites.SqlAsync(app, """CREATE TABLE "__EFMigrationsHistory" ("MigrationId" varchar(150) NOT NULL)""");
        await HostWrites.SqlAsync(app, """DELETE FROM "AspNetUsers" """);

        await using var again = await TestApp.StartAsync(beside: app);

        Assert.Equal(0, (await CountAsync(again)).Accounts);
        Assert.Equal(1, again.Log.Count(Told));
    }

    // A column must have a value that Identity doesn't write.
    private static async Task MakeEmptyAsync(TestDatabase database)
    {
        await HostDatabase.MakeAsync(database, "AspNetUsers.FullName");
        await using var site = HostDatabase.Open(database, "AspNetUsers.FullName");
        await site.Users.ExecuteDeleteAsync(Cancellation);
    }

    private static Task<(int Accounts, int Admins)> CountAsync(TestApp app) =>
        app.WithAsync<AccountsContext, (int, int)>(async database =>
            (await database.Users.CountAsync(Cancellation), (await app.Roles().AdminsAsync(database)).Count));
}
