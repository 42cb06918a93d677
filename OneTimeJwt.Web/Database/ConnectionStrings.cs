using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace OneTimeJwt.Web.Database;

/// <summary>From <c>ConnectionStrings:Accounts</c> to a provider that knows what to do when the database is busy or away.</summary>
internal static class ConnectionStrings
{
    // Who waits for the database is told to come back sooner than browsers give up.
    private const int DriverTimeout = 30;
    private const int LockTimeout = 8;
    private const int ConnectTimeout = 5;
    private const int MaxRetries = 3;
    private const int HostRecheck = 1;

    private static readonly TimeSpan MaxRetryDelay = TimeSpan.FromSeconds(1);
    private static readonly AccountQueries Queries = new();
    // Entity Framework's warning of a filter on the required end of a relationship: rows of tenants and twins are hidden by intent.
    private static readonly EventId FilteredPrincipal = new(CoreEventId.CoreBaseId + 622);

    private static readonly TextSanitizer Storable = new();

    /// <summary>As it is given to the driver.</summary>
    public static string Complete(DatabaseProvider provider, string? connectionString, string contentRoot) => provider switch
    {
        DatabaseProvider.SqlServer => SqlServer(connectionString),
        DatabaseProvider.PostgreSql => PostgreSql(connectionString),
        _ => Sqlite(connectionString, contentRoot),
    };

    /// <param name="options">What is built.</param>
    /// <param name="provider">Of the database.</param>
    /// <param name="text">A connection string that is <see cref="Complete"/>.</param>
    public static void Use(DbContextOptionsBuilder options, DatabaseProvider provider, string text)
    {
        // The migrator's own transaction is meant; and the names of an adopted database are in no snapshot.
        options
            .ConfigureWarnings(warnings => warnings.Ignore(
                RelationalEventId.MigrationsUserTransactionWarning,
                RelationalEventId.PendingModelChangesWarning,
                FilteredPrincipal,
                CoreEventId.MappedPropertyIgnoredWarning))
            .ReplaceService<IModelCacheKeyFactory, MappedModelCacheKey>()
            .ReplaceService<IMigrationsAssembly, MappedMigrations>()
            .AddInterceptors(Queries);
        // Each in a method of its own, so that the libraries of the others aren't loaded.
        switch (provider)
        {
            case DatabaseProvider.SqlServer:
                UseSqlServer(options, text);
                break;
            case DatabaseProvider.PostgreSql:
                UsePostgreSql(options, text);
                break;
            default:
                options.UseSqlite(text, file => file.MigrationsHistoryTable(AccountsContext.HistoryTable));
                break;
        }
    }

    private static void UseSqlServer(DbContextOptionsBuilder options, string text) => options
        .UseSqlServer(text, server => server
            .EnableRetryOnFailure(MaxRetries, MaxRetryDelay, errorNumbersToAdd: null)
            .MigrationsHistoryTable(AccountsContext.HistoryTable))
        .AddInterceptors(Storable);

    private static void UsePostgreSql(DbContextOptionsBuilder options, string text) => options
        .UseNpgsql(text, server => server
            .ExecutionStrategy(dependencies => new PostgreSqlRetries(dependencies, MaxRetries, MaxRetryDelay))
            .MigrationsHistoryTable(AccountsContext.HistoryTable))
        .AddInterceptors(Storable, new SynchronousCommitInterceptor());

    /// <returns>What is wrong with it, without its text: it may hold a password.</returns>
    public static string? Fault(DatabaseProvider provider, string? connectionString)
    {
        var example = provider switch
        {
            DatabaseProvider.SqlServer => "Server=db.example.com;Database=accounts;User Id=recovery;Password=…",
            DatabaseProvider.PostgreSql => "Host=db.example.com;Database=accounts;Username=recovery;Password=…",
            _ => "Data Source=App_Data/accounts.db",
        };
        try
        {
            var isWhole = provider switch
            {
                DatabaseProvider.SqlServer => IsWholeOnSqlServer(connectionString),
                DatabaseProvider.PostgreSql => IsWholeOnPostgreSql(connectionString),
                _ => new SqliteConnectionStringBuilder(connectionString) is not null,
            };
            if (provider == DatabaseProvider.PostgreSql && IsChoosyWithoutChoice(connectionString))
                return "ConnectionStrings:Accounts has Target Session Attributes and one host to choose from: name several, or leave "
                    + "it out.";

            return isWhole
                ? null
                : $"ConnectionStrings:Accounts has to name a server and a database for Database:Provider {provider}: write for "
                    + $"example {example}";
        }
        catch (Exception fault)
            when (fault is ArgumentException or FormatException or InvalidOperationException or OverflowException or KeyNotFoundException)
        {
            return $"ConnectionStrings:Accounts can't be read as one for Database:Provider {provider}: write for example {example}";
        }
    }

    private static bool IsWholeOnSqlServer(string? text) =>
        new SqlConnectionStringBuilder(text) is { DataSource.Length: > 0, InitialCatalog.Length: > 0 };

    private static bool IsWholeOnPostgreSql(string? text) =>
        new NpgsqlConnectionStringBuilder(text) is { Host.Length: > 0, Database.Length: > 0 };

    public static bool HasManyHosts(NpgsqlConnectionStringBuilder builder) => builder.Host?.Contains(',', StringComparison.Ordinal) == true;

    // The driver refuses that when it connects.
    private static bool IsChoosyWithoutChoice(string? text) =>
        new NpgsqlConnectionStringBuilder(text) is var builder
        && !HasManyHosts(builder)
        && builder.TargetSessionAttributes is { } wanted
        && !wanted.Equals("any", StringComparison.OrdinalIgnoreCase);

    // With its path made absolute below the content root, and its folder made.
    private static string Sqlite(string? connectionString, string contentRoot)
    {
        var builder = new SqliteConnectionStringBuilder(connectionString);
        if (builder.DataSource.Length == 0)
            builder.DataSource = Path.Combine("App_Data", "accounts.db");
        if (builder.DefaultTimeout == DriverTimeout)
            builder.DefaultTimeout = LockTimeout;

        // A file that goes away while the app runs must not be replaced by an empty one.
        if (builder.Mode == SqliteOpenMode.ReadWriteCreate)
            builder.Mode = SqliteOpenMode.ReadWrite;

        builder.DataSource = Path.GetFullPath(builder.DataSource, contentRoot);
        Directory.CreateDirectory(Path.GetDirectoryName(builder.DataSource)!);
        return builder.ToString();
    }

    private static string SqlServer(string? connectionString)
    {
        var builder = new SqlConnectionStringBuilder(connectionString);
        if (!builder.ShouldSerialize("Connect Timeout"))
            builder.ConnectTimeout = ConnectTimeout;
        return builder.ToString();
    }

    private static string PostgreSql(string? connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        if (!builder.ShouldSerialize("Timeout"))
            builder.Timeout = ConnectTimeout;

        // A session that its server ends, as after an update, counts as a server that is away: with ten seconds, which is
        // the driver's default, no retry of ours would reach the next look.
        if (HasManyHosts(builder) && !builder.ShouldSerialize("Host Recheck Seconds"))
            builder.HostRecheckSeconds = HostRecheck;

        // Rows in the texts of errors would end in logs.
        builder.IncludeErrorDetail = false;
        return builder.ToString();
    }
}
