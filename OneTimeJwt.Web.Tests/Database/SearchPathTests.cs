using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Npgsql;

namespace OneTimeJwt.Web.Tests.Database;

/// <summary>Identity's tables of another application in one schema or another of a PostgreSQL database.</summary>
public sealed class SearchPathTests
{
    private const string User = "$user";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // Where the tables are, and the search path; null where nobody set one.
    public static TheoryData<string, string?> Paths => new()
    {
        { "public", null },
        { "identity", "identity" },
        { "identity", "identity,public" },
        { "identity", "public,identity" },
        { "identity", "missing,public,identity" },
        { "Their \"Site\"", "public,\"Their \"\"Site\"\"\"" },
        { "Identity", "\"Identity\",public" },
        { User, "\"$user\",public" },
        { User, null },
        { User, "public,\"$user\"" },
    };

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Accounts_are_found_wherever_the_search_path_leads_and_never_hidden_by_a_second_set(string schema, string? path)
    {
        await using var made = await UnstartedApp.OnAsync(DatabaseProvider.PostgreSql);
        await MakeSiteAsync(made.Database, schema);
        if (path is not null)
            await SetPathAsync(made.Database, "ROLE CURRENT_USER IN DATABASE", path);

        await Assert.ThrowsAsync<ForeignDatabaseException>(() => made.Migrator.MigrateAsync());
        var (obstacles, notes) = await made.Adoption.CheckAsync();
        Assert.Empty(obstacles);
        Assert.Contains("1 account.", notes);
        Assert.NotEmpty(await made.Migrator.AdoptAsync());

        Assert.Empty(await made.Migrator.AdoptAsync());
        Assert.Empty(await made.Migrator.MigrateAsync());
        await using var database = made.Open();
        Assert.Equal("ada", Assert.Single(await database.Users.ToListAsync(Cancellation)).Id);
        var tables = database.Database.SqlQuery<int>($"""SELECT count(*)::int AS "Value" FROM pg_class WHERE relname = 'AspNetUsers'""");
        Assert.Equal(1, await tables.SingleAsync(Cancellation));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("public,missing")]
    public async Task Tables_outside_of_a_search_path_that_nobody_chose_for_this_user_are_named_and_not_passed_over(string? databasesPath)
    {
        await using var app = await UnstartedApp.OnAsync(DatabaseProvider.PostgreSql);
        await MakeSiteAsync(app.Database, "identity");
        if (databasesPath is not null)
            await SetPathAsync(app.Database, "DATABASE", databasesPath);

        var refused = await Assert.ThrowsAsync<ForeignDatabaseException>(() => app.Migrator.MigrateAsync());
        Assert.Contains("in the schema identity", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Search Path=identity", refused.Message, StringComparison.Ordinal);
        var report = await app.Adoption.CheckAsync();
        Assert.True(report.LacksSettings);
        Assert.Equal(["Database__Identity__Schema=identity"], report.Settings);
    }

    [Fact]
    public async Task A_search_path_that_leads_elsewhere_on_purpose_has_accounts_of_its_own()
    {
        await using var app = await UnstartedApp.OnAsync(DatabaseProvider.PostgreSql);
        await MakeSiteAsync(app.Database, "identity");
        await TellAsync(app.Database.ConnectionString, "CREATE SCHEMA recovery");
        var own = app.Twin(";Search Path=recovery");

        Assert.NotEmpty(await own.Migrator.MigrateAsync());

        await using var database = own.Open();
        Assert.Empty(await database.Users.ToListAsync(Cancellation));
        Assert.Empty(await own.Migrator.MigrateAsync());
    }

    [Fact]
    public async Task A_second_set_of_tables_that_is_not_looked_at_is_told()
    {
        await using var app = await UnstartedApp.OnAsync(DatabaseProvider.PostgreSql);
        await MakeSiteAsync(app.Database, "public");
        await MakeSiteAsync(app.Database, "identity");

        var (obstacles, notes) = await app.Adoption.CheckAsync();

        Assert.Empty(obstacles);
        Assert.Contains(notes, note => note.StartsWith(
            "The accounts are those in the schema public. There is a table AspNetUsers in the schema identity too, which is not looked at.",
            StringComparison.Ordinal));
    }

    private static async Task MakeSiteAsync(TestDatabase database, string schema)
    {
        var name = schema == User ? new NpgsqlConnectionStringBuilder(database.ConnectionString).Username! : schema;
        var quoted = $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        await TellAsync(database.ConnectionString, $"CREATE SCHEMA IF NOT EXISTS {quoted}");
        var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString) { SearchPath = quoted }.ToString();
        await using var site = new IdentityDbContext(new DbContextOptionsBuilder<IdentityDbContext>().UseNpgsql(connection).Options);
        // Making it would stop at the tables of another schema.
        await TellAsync(connection, site.Database.GenerateCreateScript());
        var ada = new IdentityUser { Id = "ada", UserName = "ada", NormalizedUserName = "ADA" };
        (ada.Email, ada.NormalizedEmail) = ("ada@example.com", "ADA@EXAMPLE.COM");
        site.Add(ada);
        await site.SaveChangesAsync(Cancellation);
    }

    private static Task SetPathAsync(TestDatabase database, string whose, string path) =>
        TellAsync(
            database.ConnectionString,
            $"ALTER {whose} \"{new NpgsqlConnectionStringBuilder(database.ConnectionString).Database}\" SET search_path = {path}");

    private static async Task TellAsync(string connectionString, string sql)
    {
        // Sessions that were open before don't hear of a search path.
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(Cancellation);
#pragma warning disable CA2100 // Written here.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
