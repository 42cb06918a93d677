using Microsoft.AspNetCore.Identity.EntityFrameworkCore;

namespace OneTimeJwt.Web.Tests.App;

/// <summary>Another application's Identity database, with columns of text that must have a value, by their tables.</summary>
internal sealed class HostDatabase(DbContextOptions options, IReadOnlyCollection<string> required)
    : IdentityDbContext<IdentityUser>(options)
{
    private static readonly Dictionary<string, Type> Tables = new()
    {
        ["AspNetUsers"] = typeof(IdentityUser),
        ["AspNetRoles"] = typeof(IdentityRole),
        ["AspNetUserRoles"] = typeof(IdentityUserRole<string>),
        ["AspNetRoleClaims"] = typeof(IdentityRoleClaim<string>),
        ["AspNetUserTokens"] = typeof(IdentityUserToken<string>),
    };

    private static readonly string[] Seeded =
    [
        "ada@example.com",
        "grace@example.com",
        "alan@example.com",
        "admin@example.com",
        "support@example.com",
    ];

    /// <summary>Makes it, with some accounts.</summary>
    /// <param name="database">Where.</param>
    /// <param name="required">Columns, each as <c>Table.Column</c>.</param>
    public static async Task MakeAsync(TestDatabase database, params string[] required)
    {
        await using var site = Open(database, required);
        await site.Database.EnsureCreatedAsync();
        foreach (var seed in Seeded)
        {
            var row = site.Add(
                new IdentityUser(seed)
                {
                    NormalizedUserName = seed.ToUpperInvariant(),
                    Email = seed,
                    NormalizedEmail = seed.ToUpperInvariant(),
                });
            foreach (var column in required.Where(name => name.StartsWith("AspNetUsers.", StringComparison.Ordinal)))
                row.Property(column.Split('.')[1]).CurrentValue = "theirs";
        }

        await site.SaveChangesAsync();
    }

    public static HostDatabase Open(TestDatabase database, params string[] required)
    {
        var identity = new ServiceCollection()
            .Configure<IdentityOptions>(options => options.Stores.SchemaVersion = new Version(3, 0))
            .BuildServiceProvider();
        // Else a model is kept for the context's type, whatever its columns.
        var options = new DbContextOptionsBuilder<HostDatabase>()
            .UseApplicationServiceProvider(identity)
            .EnableServiceProviderCaching(false);
        _ =
            database.Provider == DatabaseProvider.PostgreSql
                ? options.UseNpgsql(database.ConnectionString)
                : options.UseSqlite(database.ConnectionString);
        return new HostDatabase(options.Options, required);
    }

    /// <summary>Says no to each new account whose address starts with "refused".</summary>
    public static string Trigger(DatabaseProvider provider) =>
        provider == DatabaseProvider.PostgreSql
            ? """
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not this one'; END $$;
                CREATE TRIGGER refuse BEFORE INSERT ON "AspNetUsers" FOR EACH ROW WHEN (NEW."Email" LIKE 'refused%')
                EXECUTE FUNCTION refuse();
                """
            : """
            CREATE TRIGGER refuse BEFORE INSERT ON AspNetUsers WHEN NEW.Email LIKE 'refused%'
            BEGIN SELECT RAISE(ABORT, 'not this one'); END
            """;

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        foreach (var name in required.Select(column => column.Split('.')))
            builder.Entity(Tables[name[0]]).Property<string>(name[1]).IsRequired();
    }
}
