using System.ComponentModel;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Options;
using OneTimeJwt.Tokens;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Languages;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Recovery;
using OneTimeJwt.Web.Security;
using OneTimeJwt.Web.Shell;

namespace OneTimeJwt.Web;

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
    /// The top-level appsettings.Development.json, which lies beside the executable and not in the content root. It ranks
    /// above the other files and below environment variables and the command line.
    /// </summary>
    public static void AddDevelopmentSettings(this WebApplicationBuilder builder)
    {
        if (!builder.Environment.IsDevelopment())
            return;

        var source = new JsonConfigurationSource { Path = Path.Combine(AppContext.BaseDirectory, "appsettings.Development.json"), Optional = true };
        source.ResolveFileProvider();
        var sources = ((IConfigurationBuilder)builder.Configuration).Sources;
        var lastFile = sources.Select((known, i) => (known, i)).Last(entry => entry.known is JsonConfigurationSource).i;
        sources.Insert(lastFile + 1, source);
    }

    /// <summary>Prints every fault of the settings at once; false where there is one.</summary>
    public static async Task<bool> CheckAsync(WebApplication app, bool databaseOnly = false)
    {
        var faults = databaseOnly ? [.. Faults<DatabaseSettings>(app, "Database"), .. Faults<AdminSettings>(app, "Admin"), .. Faults<AccountsSettings>(app, "Accounts"), .. Faults<HostColumnSettings>(app, "Accounts")] : AllFaults(app);
        return await TellAsync(faults);
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

    private static List<string> AllFaults(WebApplication app) =>
    [
        .. Faults<TokenSettings>(app, "Tokens")
            .Concat(Faults<DatabaseSettings>(app, "Database"))
            .Concat(Faults<SeedSettings>(app, "Seed"))
            .Concat(Faults<MailSettings>(app, "Mail"))
            .Concat(Faults<AccountsSettings>(app, "Accounts"))
            .Concat(Faults<HostColumnSettings>(app, "Accounts"))
            .Concat(Faults<RecoverySettings>(app, "Recovery"))
            .Concat(Faults<BrandingSettings>(app, "Branding"))
            .Concat(Faults<LanguageSettings>(app, "Languages"))
            .Concat(Faults<TrailSettings>(app, "Trail"))
            .Concat(Faults<MailBudget>(app, "RateLimits:PerAccount"))
            .Concat(Faults<AdminBudget>(app, "RateLimits:PerAdmin"))
            .Concat(Faults<ClientLimit>(app, "RateLimits:PerClient"))
            .Concat(Faults<SecuritySettings>(app, "Security"))
            .Concat(Faults<AdminSettings>(app, "Admin"))
            .Concat(Telemetry.Faults(app.Configuration)),
    ];

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
            await Console.Error.WriteLineAsync($"The database lacks {pending.Count} migrations: run 'database migrate' first, or set Database:MigrateOnStart to true.");
            return false;
        }

        if (!await TellAsync(await app.Services.GetRequiredService<HostColumns>().FaultsAsync()))
            return false;

        return !app.Environment.IsDevelopment() || await PrepareDevelopmentAsync(app);
    }

    private static async Task<bool> PrepareDevelopmentAsync(WebApplication app)
    {
        await using var scope = app.Services.CreateAsyncScope();
        if (await scope.ServiceProvider.GetRequiredService<DevelopmentSeed>().PlantAsync() is { } fault)
            return await TellAsync([fault]);

        var accounts = app.Services.GetRequiredService<IOptions<SeedSettings>>().Value.Accounts;
        var names = string.Join(", ", accounts.Select(account => account.Roles.Count == 0 ? account.Email : $"{account.Email} ({string.Join(", ", account.Roles)})"));
        app.Lifetime.ApplicationStarted.Register(() => Log.Ready(app.Logger, app.Services.GetRequiredService<PublicOrigin>().Value, names));
        return true;
    }

    private static List<string> Faults<TSettings>(WebApplication app, string section)
        where TSettings : class
    {
        // The binder stops at the first value that it can't read; people want to know them all, and what else is wrong.
        var unreadable = Unreadable(typeof(TSettings), app.Configuration.GetSection(section)).ToList();
        foreach (var (path, _) in unreadable)
            app.Configuration[path] = null;

        try
        {
            _ = app.Services.GetRequiredService<IOptions<TSettings>>().Value;
            return [.. unreadable.Select(fault => fault.Text)];
        }
        catch (OptionsValidationException fault)
        {
            return [.. unreadable.Select(other => other.Text), .. fault.Failures];
        }
    }

    private static IEnumerable<(string Path, string Text)> Unreadable(Type type, IConfigurationSection section)
    {
        foreach (var property in type.GetProperties())
        {
            var value = section.GetSection(property.Name);
            var wanted = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            if (wanted.IsGenericType)
            {
                var isNamed = wanted.GetGenericTypeDefinition() == typeof(IDictionary<,>);
                if (!string.IsNullOrEmpty(value.Value))
                    yield return (value.Path, isNamed ? $"{value.Path} has named entries: write each as {value.Path}:<name>" : $"{value.Path} is a list: number its entries, the first as {value.Path}:0");
                foreach (var fault in value.GetChildren().SelectMany(item => Unreadable(wanted.GetGenericArguments()[^1], item)))
                    yield return fault;
            }
            else if (wanted.IsClass && wanted != typeof(string))
            {
                foreach (var fault in Unreadable(wanted, value))
                    yield return fault;
            }
            else if (wanted != typeof(string) && value.Value is { } text && !CanRead(wanted, text))
            {
                yield return (value.Path, $"{value.Path} can't be read: write {InWords(wanted)}, or leave it out");
            }
        }
    }

    private static bool CanRead(Type type, string value)
    {
        var converter = TypeDescriptor.GetConverter(type);
        try
        {
            return type.IsEnum ? Enum.TryParse(type, value, ignoreCase: true, out var named) && Enum.IsDefined(type, named) : converter.ConvertFromInvariantString(value) is not null;
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException or NotSupportedException or OverflowException)
        {
            return false;
        }
    }

    private static string InWords(Type type) => type switch
    {
        { IsEnum: true } => string.Join(" or ", Enum.GetNames(type)),
        _ when type == typeof(TimeSpan) => "a duration as hh:mm:ss",
        _ when type == typeof(bool) => "true or false",
        _ => "a whole number",
    };

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Open {Address} in a browser; mails are at {Address}/dev/inbox. Accounts to try: {Accounts}. Their passwords stand in appsettings.Development.json.")]
        public static partial void Ready(ILogger logger, string address, string accounts);
    }
}
