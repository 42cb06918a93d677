using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Campaigns;
using OneTimeJwt.Web.Tests.Hosting;

namespace OneTimeJwt.Web.Tests.Accounts;

/// <summary>
/// An Identity database whose columns of text have a nondeterministic collation, as case-insensitive ones are on PostgreSQL:
/// up to version 17 it has no LIKE for those.
/// </summary>
public sealed class CollationTests
{
    private const string Collation = """
        CREATE COLLATION "anycase" (provider = icu, locale = 'und-u-ks-level2', deterministic = false)
        """;

    // Foreign keys go by equality, which such a collation has.
    private const string Alter = """
        DO $$ DECLARE c record; BEGIN
            FOR c IN SELECT table_name, column_name, data_type FROM information_schema.columns
                WHERE table_schema = 'public' AND table_name LIKE 'AspNet%' AND data_type IN ('text', 'character varying')
            LOOP
                EXECUTE format('ALTER TABLE %I ALTER COLUMN %I TYPE text COLLATE anycase', c.table_name, c.column_name);
            END LOOP;
        END $$
        """;

    // Nothing is compared with a NULL.
    private const string Fill = """
        UPDATE "AspNetUsers" SET "PasswordHash" = 'AQ', "SecurityStamp" = "Id", "ConcurrencyStamp" = "Id", "PhoneNumber" = '1'
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_nondeterministic_collation_is_no_obstacle_to_adoption()
    {
        await using var app = await UnstartedApp.OnAsync(DatabaseProvider.PostgreSql);
        await MakeSiteAsync(app.Database);

        var (obstacles, notes) = await app.Adoption.CheckAsync();
        Assert.Empty(obstacles);
        Assert.Contains("5 accounts.", notes);
        var said = await Executable.RunAsync(
            Path.GetTempPath(),
            new() { ["Database:Provider"] = "PostgreSql", ["ConnectionStrings:Accounts"] = app.Database.ConnectionString },
            "database",
            "adopt",
            "--check");
        Assert.True(said.Code == 0, said.Said);
        Assert.NotEmpty(await app.Migrator.AdoptAsync());
    }

    [Fact]
    public async Task With_a_nondeterministic_collation_the_whole_flow_and_the_consoles_search_work()
    {
        await using var app = await TestApp.StartAsync(provider: DatabaseProvider.PostgreSql, host: MakeSiteAsync);
        var account = await app.AddAccountAsync();
        using var visitor = app.Open();

        Assert.True((await visitor.RedeemAsync(await app.LinkForAsync(account), Passwords.New)).PasswordChanged);
        Assert.Equal("/account", (await visitor.SignInAsync(account.Email!.ToUpperInvariant(), Passwords.New)).Location);

        var search = app.Services.GetRequiredService<AccountSearch>();
        foreach (var start in new[] { account.Email![..9], account.Email[..9].ToUpperInvariant(), account.Id[..8] })
        {
            var found = await search.PageAsync(start, AccountFilters.None, cancellationToken: Cancellation);
            Assert.Equal(account.Id, Assert.Single(found.Rows).Id);
        }

        var trail = await app.Services.GetRequiredService<TrailReader>()
            .PageAsync(new TrailQuery(Account: account.Email), cancellationToken: Cancellation);
        Assert.Contains(trail.Lines, line => line.Kind == RecoveryEventKind.Redeemed);
        var matched = await app
            .Services.GetRequiredService<AccountListMatcher>()
            .NextAsync(
                new CampaignSelection("", AccountFilters.None, AccountListMatcher.ReadLines($"{account.Email}\nnobody@example.com")),
                after: null,
                Cancellation);
        Assert.Equal([[account.Id], []], matched.Lines.Select(line => line.AccountIds));

        Assert.Equal(1, await HostWrites.DeleteAsync(app, account.Id));
        Assert.Equal(1, await app.Services.GetRequiredService<DeletedAccounts>().SweepAsync(Cancellation));
    }

    private static async Task MakeSiteAsync(TestDatabase database)
    {
        await HostDatabase.MakeAsync(database);
        await using var site = HostDatabase.Open(database);
        await site.Database.ExecuteSqlRawAsync(Collation, Cancellation);
        await site.Database.ExecuteSqlRawAsync(Alter, Cancellation);
        await site.Database.ExecuteSqlRawAsync(Fill, Cancellation);
    }
}
