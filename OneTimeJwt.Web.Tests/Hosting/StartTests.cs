using Microsoft.Extensions.Hosting;
using OneTimeJwt.Web.SignIn;
using OneTimeJwt.Web.Tests.Mail;

namespace OneTimeJwt.Web.Tests.Hosting;

/// <summary>What is done ahead of the first answer.</summary>
public sealed class StartTests
{
    private static readonly Dictionary<string, string?> Production = new()
    {
        ["environment"] = "Production",
        ["Recovery:PublicOrigin"] = "https://accounts.example",
        ["Mail:Transport"] = "Smtp",
        ["Mail:From"] = "no-reply@example.com",
        ["Mail:Smtp:Host"] = "localhost",
        ["Security:RequireHttps"] = "false",
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider, string?> Databases => new()
    {
        { DatabaseProvider.Sqlite, null },
        { DatabaseProvider.PostgreSql, null },
        { DatabaseProvider.SqlServer, null },
        { DatabaseProvider.Sqlite, "LockoutEnabled = true" },
        { DatabaseProvider.PostgreSql, "LockoutEnabled = true" },
    };

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task On_a_database_in_order_the_first_form_is_shown_without_Entity_Framework(DatabaseProvider provider, string? active)
    {
        await using var first = await TestApp.StartAsync(provider: provider);
        using (var visitor = first.Open())
            await visitor.GetAsync("/forgot-password");

        await using var app = await TestApp.StartAsync(
            new(Production) { ["Database:Identity:Active:0"] = active }, beside: first, replace: RemoveWorkers);
        using (var visitor = app.Open())
            Assert.Contains("<form", (await visitor.GetAsync("/forgot-password")).Body, StringComparison.Ordinal);

        Assert.False(app.Services.GetRequiredService<Lazy<DbContextOptions<AccountsContext>>>().IsValueCreated);
    }

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.PostgreSql)]
    [InlineData(DatabaseProvider.SqlServer)]
    public async Task Both_readings_find_the_same_columns_and_keys(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider: provider);
        using (var visitor = app.Open())
            await visitor.GetAsync("/forgot-password");
        await using var scope = app.Services.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<AccountsContext>();

        var plain = app.Services.GetRequiredService<PlainDatabase>();
        var found = plain.ReadCatalogue();

        Assert.Equal(
            (await DatabaseSchema.ReadAllAsync(context, Cancellation)).Select(column => column.ToString()).Order(StringComparer.Ordinal),
            found.Columns.Select(column => column.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal(await context.Database.GetAppliedMigrationsAsync(Cancellation), found.Applied.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(await context.DataProtectionKeys.Select(key => key.Xml!).ToListAsync(Cancellation), plain.ReadKeyRing());
        Assert.NotEmpty(app.Services.GetRequiredService<KeyRing>().GetAllElements());
    }

    // The first round of work makes a context, a second after the server listens.
    private static void RemoveWorkers(IServiceCollection services)
    {
        foreach (var worker in services
            .Where(service => service.ServiceType == typeof(IHostedService) && typeof(Worker).IsAssignableFrom(service.ImplementationType))
            .ToList())
            services.Remove(worker);
    }
}
