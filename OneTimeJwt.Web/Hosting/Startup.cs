using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Configuration.Memory;
using OneTimeJwt.Web.Admin;

namespace OneTimeJwt.Web.Hosting;

/// <summary>What happens before the first request: settings are read and checked, the database is made ready.</summary>
internal static partial class Startup
{
    /// <summary>What is logged unless the settings say otherwise: no line for each request and each query.</summary>
    public static void AddQuietLogging(this WebApplicationBuilder builder) =>
        ((IConfigurationBuilder)builder.Configuration).Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>
            {
                ["Logging:LogLevel:Default"] = "Information",
                ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
                ["Logging:LogLevel:Microsoft.EntityFrameworkCore"] = "Warning",
                // Lines with every probe: HealthLog has one where something changes.
                ["Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks"] = "None",
            },
        });

    /// <summary>
    /// The top-level appsettings.Development.json, which is beside the executable and not in the content root. It ranks
    /// above the other files and below environment variables and the command line.
    /// </summary>
    public static void AddDevelopmentSettings(this WebApplicationBuilder builder)
    {
        if (!builder.Environment.IsDevelopment())
            return;

        var source = new JsonConfigurationSource
        {
            Path = Path.Combine(AppContext.BaseDirectory, "appsettings.Development.json"),
            Optional = true,
        };
        source.ResolveFileProvider();
        var sources = ((IConfigurationBuilder)builder.Configuration).Sources;
        var lastFile = sources.Select((known, i) => (known, i)).Last(entry => entry.known is JsonConfigurationSource).i;
        sources.Insert(lastFile + 1, source);
    }

    /// <summary>Prints every fault of the settings at once; false where there is one.</summary>
    /// <param name="app">The app, not started.</param>
    /// <param name="databaseOnly">For commands that work on the database alone.</param>
    public static Task<bool> CheckAsync(WebApplication app, bool databaseOnly = false)
    {
        var faults = databaseOnly
            ? FaultsOf<DatabaseSettings>(app)
                .Concat(FaultsOf<AdminSettings>(app))
                .Concat(FaultsOf<IdentitySettings>(app))
                .Concat(FaultsOf<AccountsSettings>(app))
                .Concat(FaultsOf<HostColumnSettings>(app))
#pragma warning disable SYSLIB0066 // IAsyncStartupValidator comes with .NET 11 only; there this one goes on working.
            : Faults(app.Services.GetRequiredService<IStartupValidator>().Validate).Concat(Telemetry.Faults(app.Configuration));
#pragma warning restore SYSLIB0066
        // Options that are made from other options fail with the faults of those.
        return TellAsync([.. faults.Distinct()]);
    }

    private static async Task<bool> TellAsync(IReadOnlyList<string> faults)
    {
        if (faults.Count == 0)
            return true;

        await Console.Error.WriteLineAsync($"The settings can't be used ({faults.Count} {(faults.Count == 1 ? "fault" : "faults")}):");
        foreach (var fault in faults)
            await Console.Error.WriteLineAsync($"  {fault}");
        return false;
    }

    /// <summary>Migrates and seeds where asked to; false where the schema is behind and may not be changed here.</summary>
    public static async Task<bool> PrepareAsync(WebApplication app)
    {
        var migrator = app.Services.GetRequiredService<Migrator>();
        if (app.Services.GetRequiredService<IOptions<DatabaseSettings>>().Value.MigrateOnStart ?? app.Environment.IsDevelopment())
        {
            await migrator.MigrateAsync();
        }
        else if (await migrator.PendingAsync() is { Count: > 0 } pending)
        {
            await Console.Error.WriteLineAsync(
                $"The database lacks {pending.Count} migrations: run 'database migrate' first, or set Database:MigrateOnStart to true.");
            return false;
        }

        ForeignDatabaseException.ThrowIfUnknown(app.Services.GetRequiredService<IdentityMaps>().Current);
        if (!await TellAsync([
            .. await app.Services.GetRequiredService<IdentityFaults>().FindAsync(),
            .. await app.Services.GetRequiredService<HostColumns>().FaultsAsync(),
        ]))
            return false;

        return !app.Environment.IsDevelopment() || await PrepareDevelopmentAsync(app);
    }

    private static async Task<bool> PrepareDevelopmentAsync(WebApplication app)
    {
        if (await app.Services.GetRequiredService<AdoptedDatabase>().ReadAsync())
        {
            app.Lifetime.ApplicationStarted.Register(() =>
                Log.ReadyBesideHost(app.Logger, app.Services.GetRequiredService<PublicOrigin>().Value));
            return true;
        }

        await using var scope = app.Services.CreateAsyncScope();
        if (await scope.ServiceProvider.GetRequiredService<DevelopmentSeed>().SeedAsync() is { } fault)
            return await TellAsync([fault]);

        var accounts = app.Services.GetRequiredService<IOptions<SeedSettings>>().Value.Accounts;
        var names = string.Join(
            ", ",
            accounts.Select(account => account.Roles.Count == 0 ? account.Email : $"{account.Email} ({string.Join(", ", account.Roles)})"));
        app.Lifetime.ApplicationStarted.Register(() =>
            Log.Ready(app.Logger, app.Services.GetRequiredService<PublicOrigin>().Value, names));
        return true;
    }

    private static IEnumerable<string> Faults(Action check)
    {
        try
        {
            check();
            return [];
        }
        catch (OptionsValidationException fault)
        {
            return fault.Failures;
        }
        catch (AggregateException faults) when (faults.InnerExceptions.All(fault => fault is OptionsValidationException))
        {
            return faults.InnerExceptions.Cast<OptionsValidationException>().SelectMany(fault => fault.Failures);
        }
    }

    private static IEnumerable<string> FaultsOf<TSettings>(WebApplication app)
        where TSettings : class =>
        Faults(() => _ = app.Services.GetRequiredService<IOptions<TSettings>>().Value);

    private static partial class Log
    {
        [LoggerMessage(
            LogLevel.Information,
            "Open {Address} in a browser; mails are at {Address}/dev/inbox. No account of Seed:Accounts was added: another "
                + "application made Identity's tables in this database.")]
        public static partial void ReadyBesideHost(ILogger logger, string address);

        [LoggerMessage(
            LogLevel.Information,
            "Open {Address} in a browser; mails are at {Address}/dev/inbox. Accounts to try: {Accounts}. Their passwords stand in "
                + "appsettings.Development.json.")]
        public static partial void Ready(ILogger logger, string address, string accounts);
    }
}
