using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using OneTimeJwt.Web.Admin;

namespace OneTimeJwt.Web.Tests.Accounts;

/// <summary>Identity databases of every kind, made by Identity itself, and what is said of them.</summary>
public sealed class AdoptionChecksTests
{
    private static readonly string Hash = new PasswordHasher<IdentityUser>().HashPassword(new IdentityUser(), Passwords.Old);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider, int> Versions =>
        new(
            from provider in Enum.GetValues<DatabaseProvider>()
            where provider != DatabaseProvider.SqlServer
            from version in Enumerable.Range(1, 3)
            select (provider, version));

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Every_schema_version_is_adopted_and_what_is_odd_is_told(DatabaseProvider provider, int version)
    {
        await using var app = await UnstartedApp.OnAsync(provider);
        await using (var site = SiteOf(app, options => new StringSite(options), version))
        {
            await site.Database.EnsureCreatedAsync(Cancellation);
            site.AddRange(
                Person("ada", "FAMILY@EXAMPLE.COM"),
                Person("bob", "FAMILY@EXAMPLE.COM"),
                Person("carl", "CARL@EXAMPLE.COM", person => person.SecurityStamp = null),
                Person("dora", null, person => person.Email = null),
                Person("eve", "EVE@EXAMPLE.COM", person => person.PasswordHash = "$2a$10$of another kind"));
            var role = new IdentityRole("Recovery.Admin") { NormalizedName = "RECOVERY.ADMIN" };
            site.Add(role);
            site.Add(new IdentityUserRole<string> { RoleId = role.Id, UserId = "ada" });
            await site.SaveChangesAsync(Cancellation);
        }

        var (obstacles, notes) = await app.Adoption.CheckAsync();
        Assert.Empty(obstacles);
        Assert.Contains("5 accounts.", notes);
        Assert.DoesNotContain(notes, note => note.Contains('{', StringComparison.Ordinal));
        Assert.Equal(
            provider == DatabaseProvider.PostgreSql,
            notes.Any(note => note.Contains("(<column> COLLATE \"C\", \"Id\" COLLATE \"C\")", StringComparison.Ordinal)));
        foreach (
            var told in new[]
            {
                "1 address belongs to several accounts",
                "1 account has no security stamp",
                "1 account has no address",
                "1 account has a password hash that isn't Identity's own",
                "4 accounts have an address that was never confirmed",
            })
            Assert.Contains(notes, note => note.StartsWith(told, StringComparison.Ordinal));
        await Assert.ThrowsAsync<ForeignDatabaseException>(() => app.Migrator.MigrateAsync());

        Assert.Equal(
            ["RecoveryTables", "RecoveryActors", "RecoveryApi", "RecoveryOidc", "RecoveryConsoleAndEvents"],
            (await app.Migrator.AdoptAsync()).Select(migration => migration.Split('_')[1]));
        Assert.Empty(await app.Migrator.AdoptAsync());
        Assert.Empty(await app.Migrator.MigrateAsync());
        Assert.Empty((await app.Adoption.CheckAsync()).Obstacles);
        // Whoever has the host's role of that name has no rights here, and is given them without it.
        var roles = app.Services.GetRequiredService<ConsoleRoles>();
        Assert.Null(await roles.OfAsync("ada"));
        Assert.Equal(RoleOutcome.Done, await roles.GrantAsync("bob", ConsoleRole.Admin));
        Assert.Equal(ConsoleRole.Admin, await roles.OfAsync("bob"));
        await using (var site = SiteOf(app, options => new StringSite(options), version))
            Assert.Equal("ada", (await site.UserRoles.SingleAsync(Cancellation)).UserId);
        await using var scope = app.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        Assert.Empty(await users.GetPasskeysAsync((await users.FindByIdAsync("ada"))!));
    }

    [Fact]
    public async Task On_SQLite_nothing_is_left_behind_but_tables_of_ours()
    {
        await using var app = await UnstartedApp.OnAsync(DatabaseProvider.Sqlite);
        await using (var site = SiteOf(app, options => new StringSite(options)))
            await site.Database.EnsureCreatedAsync(Cancellation);
        await using var database = app.Open();
        var tables = database.Database.SqlQuery<string>($"SELECT name AS Value FROM sqlite_master WHERE type = 'table'");
        var before = await tables.ToListAsync(Cancellation);

        await app.Migrator.AdoptAsync();

        var added = (await tables.ToListAsync(Cancellation)).Except(before);
        Assert.All(added, table => Assert.StartsWith(AccountsContext.OurPrefix, table, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Keys_that_are_numbers_are_proposed_as_such()
    {
        await using var app = await UnstartedApp.OnAsync(DatabaseProvider.Sqlite);
        await using (var site = SiteOf(app, options => new NumberSite(options)))
            await site.Database.EnsureCreatedAsync(Cancellation);

        var report = await app.Adoption.CheckAsync();
        Assert.Empty(report.Obstacles);
        Assert.Equal(["Database__Identity__KeyType=Int64"], report.Settings);
    }

    [Fact]
    public async Task Identity_without_roles_is_adopted()
    {
        await using var app = await UnstartedApp.OnAsync(DatabaseProvider.Sqlite);
        await using (var site = SiteOf(app, options => new RolelessSite(options)))
        {
            await site.Database.EnsureCreatedAsync(Cancellation);
            site.Add(Person("ada", "ADA@EXAMPLE.COM"));
            await site.SaveChangesAsync(Cancellation);
        }

        Assert.Empty((await app.Adoption.CheckAsync()).Obstacles);
        Assert.NotEmpty(await app.Migrator.AdoptAsync());
        var roles = app.Services.GetRequiredService<ConsoleRoles>();
        Assert.Equal(RoleOutcome.Done, await roles.GrantAsync("ada", ConsoleRole.Admin));
        Assert.Equal(ConsoleRole.Admin, await roles.OfAsync("ada"));
    }

    [Fact]
    public async Task A_table_of_Identity_that_is_missing_is_told_by_name()
    {
        await using var app = await UnstartedApp.OnAsync(DatabaseProvider.Sqlite);
        await using (var site = SiteOf(app, options => new StringSite(options)))
        {
            await site.Database.EnsureCreatedAsync(Cancellation);
            await site.Database.ExecuteSqlAsync($"DROP TABLE AspNetUserTokens", Cancellation);
        }

        var (obstacles, notes) = await app.Adoption.CheckAsync();
        Assert.Empty(obstacles);
        Assert.Contains(notes, note => note.StartsWith("There is no table AspNetUserTokens", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_column_that_is_missing_and_a_table_that_is_in_the_way_are_refused()
    {
        await using var app = await UnstartedApp.OnAsync(DatabaseProvider.Sqlite);
        await using (var site = SiteOf(app, options => new StringSite(options)))
        {
            await site.Database.EnsureCreatedAsync(Cancellation);
            await site.Database.ExecuteSqlAsync($"ALTER TABLE AspNetUsers DROP COLUMN TwoFactorEnabled", Cancellation);
            await site.Database.ExecuteSqlAsync($"CREATE TABLE RecoveryOutbox (Id INTEGER)", Cancellation);
        }

        await RefusesAsync(app, "AspNetUsers has no column TwoFactorEnabled.");
        await RefusesAsync(app, "There is a table RecoveryOutbox already");
    }

    [Fact]
    public async Task A_database_without_accounts_is_refused()
    {
        await using var app = await UnstartedApp.OnAsync(DatabaseProvider.Sqlite);
        await RefusesAsync(app, "There is no table AspNetUsers");
    }

    [Fact]
    public async Task A_column_that_must_have_a_value_is_told()
    {
        await using var app = await UnstartedApp.OnAsync(DatabaseProvider.Sqlite);
        await using (var site = SiteOf(app, options => new TenantSite(options)))
            await site.Database.EnsureCreatedAsync(Cancellation);

        var (obstacles, notes) = await app.Adoption.CheckAsync();
        Assert.Empty(obstacles);
        Assert.Contains(notes, note => note.StartsWith("AspNetUsers.TenantId must have a value", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_date_that_NET_cannot_read_is_refused()
    {
        await using var app = await UnstartedApp.OnAsync(DatabaseProvider.PostgreSql);
        await using (var site = SiteOf(app, options => new StringSite(options)))
        {
            await site.Database.EnsureCreatedAsync(Cancellation);
            site.AddRange(Person("ada", "ADA@EXAMPLE.COM"), Person("bob", "BOB@EXAMPLE.COM"), Person("eve", "EVE@EXAMPLE.COM"));
            await site.SaveChangesAsync(Cancellation);
            await site.Database.ExecuteSqlAsync(
                $"""
                UPDATE "AspNetUsers"
                SET "LockoutEnd" = CASE "Id" WHEN 'ada' THEN '10000-01-01+00' WHEN 'bob' THEN 'infinity' END::timestamptz
                """,
                Cancellation);
        }

        await RefusesAsync(app, "AspNetUsers.LockoutEnd lies outside of the years 1 to 9999 in 1 rows");
    }

    private static async Task RefusesAsync(UnstartedApp app, string told)
    {
        var (obstacles, _) = await app.Adoption.CheckAsync();
        Assert.Contains(obstacles, obstacle => obstacle.StartsWith(told, StringComparison.Ordinal));
    }

    private static TContext SiteOf<TContext>(UnstartedApp app, Func<DbContextOptions, TContext> make, int version = 3)
        where TContext : DbContext
    {
        var identity = new ServiceCollection()
            .Configure<IdentityOptions>(options => options.Stores.SchemaVersion = new Version(version, 0))
            .BuildServiceProvider();
        // Else a model is kept for the context's type, whatever its version.
        var options = new DbContextOptionsBuilder<TContext>().UseApplicationServiceProvider(identity).EnableServiceProviderCaching(false);
        _ =
            app.Database.Provider == DatabaseProvider.PostgreSql
                ? options.UseNpgsql(app.Database.ConnectionString)
                : options.UseSqlite(app.Database.ConnectionString);
        return make(options.Options);
    }

    private static IdentityUser Person(string name, string? normalisedAddress, Action<IdentityUser>? shape = null)
    {
        var person = new IdentityUser
        {
            Id = name,
            UserName = name,
            NormalizedUserName = name.ToUpperInvariant(),
            Email = normalisedAddress,
            NormalizedEmail = normalisedAddress,
            PasswordHash = Hash,
        };
        shape?.Invoke(person);
        return person;
    }

    private sealed class StringSite(DbContextOptions options) : IdentityDbContext<IdentityUser>(options);

    private sealed class NumberSite(DbContextOptions options) : IdentityDbContext<IdentityUser<int>, IdentityRole<int>, int>(options);

    private sealed class RolelessSite(DbContextOptions options) : IdentityUserContext<IdentityUser>(options);

    private sealed class TenantSite(DbContextOptions options) : IdentityDbContext<TenantUser>(options);

    private sealed class TenantUser : IdentityUser
    {
        public int TenantId { get; set; }
    }
}
