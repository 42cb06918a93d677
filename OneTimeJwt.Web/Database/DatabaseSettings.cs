namespace OneTimeJwt.Web.Database;

/// <summary>The <c>Database</c> section, and the connection string <c>ConnectionStrings:Accounts</c>.</summary>
public sealed class DatabaseSettings
{
    public DatabaseProvider Provider { get; set; } = DatabaseProvider.Sqlite;

    /// <summary>Whether the schema is brought up to date at start; true in Development unless set.</summary>
    public bool? MigrateOnStart { get; set; }
}

public enum DatabaseProvider
{
    Sqlite,
    SqlServer,
    PostgreSql,
}

internal sealed class DatabaseSettingsValidator(IConfiguration configuration) : SettingsValidator<DatabaseSettings>
{
    protected override IEnumerable<string> Faults(DatabaseSettings options) =>
        ConnectionStrings.Fault(options.Provider, configuration.GetConnectionString("Accounts")) is { } fault ? [fault] : [];
}
