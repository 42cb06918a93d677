namespace OneTimeJwt.Web.Tests.Accounts;

/// <summary>What is asked of a tenant's deployment beyond its rows, which ShapeTests look at.</summary>
public sealed class TenantTests
{
    private static readonly Dictionary<string, string?> Acme = new()
    {
        ["Database:Identity:Tenant:Column"] = "TenantId",
        ["Database:Identity:Tenant:Value"] = "acme",
    };

    private static readonly Dictionary<string, string?> Globex = new(Acme) { ["Database:Identity:Tenant:Value"] = "globex" };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_second_tenant_on_the_first_ones_tables_is_refused()
    {
        await using var app = await TestApp.StartAsync(
            Acme, provider: DatabaseProvider.Sqlite, host: database => HostDatabase.MakeAsync(database, "AspNetUsers.TenantId"));

        await using var other = Program.Build(Arguments(app, Globex));
        var refused = await Assert.ThrowsAsync<ForeignDatabaseException>(() =>
            other.Services.GetRequiredService<Migrator>().PendingAsync());
        Assert.StartsWith("the tables that start with Recovery were made for another tenant", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ForeignDatabaseException>(() => other.Services.GetRequiredService<Migrator>().AdoptAsync());

        await using var same = Program.Build(Arguments(app, Acme));
        Assert.Empty(await same.Services.GetRequiredService<Migrator>().PendingAsync());
    }

    [Fact]
    public async Task A_link_is_void_at_another_tenant_with_the_same_secret_origin_and_account()
    {
        await using var app = await TestApp.StartAsync(
            Acme, provider: DatabaseProvider.Sqlite, host: database => HostDatabase.MakeAsync(database, "AspNetUsers.TenantId"));
        var account = new Account { Id = "one", SecurityStamp = "stamp", PasswordHash = "hash" };
        var token = app.Services.GetRequiredService<OneTimeTokens>().Mint(TokenPurpose.Reset, account).Value;

        Assert.Equal(TokenVerdict.Valid, await VerdictAsync(Acme));
        Assert.Equal(TokenVerdict.Spent, await VerdictAsync(Globex));

        async Task<TokenVerdict> VerdictAsync(Dictionary<string, string?> tenant)
        {
            await using var other = Program.Build(Arguments(app, tenant));
            return (await other.Services.GetRequiredService<OneTimeTokens>().VerifyAsync(
                token, TokenPurpose.Reset, _ => Task.FromResult<TokenAccount?>(TokenAccount.Of(account)))).Verdict;
        }
    }

    [Fact]
    public async Task A_new_account_is_the_tenants()
    {
        await using var app = await TestApp.StartAsync(
            Acme, provider: DatabaseProvider.Sqlite, host: database => HostDatabase.MakeAsync(database, "AspNetUsers.TenantId"));

        var account = await app.AddAccountAsync();

        Assert.Equal(account.Id, (await app.ReadAsync(account.Id)).Id);
        await using var site = HostDatabase.Open(app.Database, "AspNetUsers.TenantId");
        var tenants = site.Users.Select(row => EF.Property<string>(row, "TenantId"));
        Assert.Equal(["acme", "theirs"], await tenants.Distinct().Order().ToListAsync(Cancellation));
        var sees = await app.WithAsync<AccountsContext, int>(database => database.Users.CountAsync(Cancellation));
        Assert.Equal(1, sees);
    }

    private static string[] Arguments(TestApp app, Dictionary<string, string?> settings) =>
        [.. app.Arguments(), .. settings.Select(setting => $"--{setting.Key}={setting.Value}")];
}
