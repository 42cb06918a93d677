using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace OneTimeJwt.Web.Database;

/// <summary>
/// Sets what policies of row-level security read, on each connection that is opened. Drivers reset a session before it is used again.
/// </summary>
internal sealed class SessionSetting(SessionSettings settings, DatabaseProvider provider) : ConnectionSetting
{
    // https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-SET
    private const string PostgreSql = "SELECT set_config(@name, @value, false)";

    // https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-set-session-context-transact-sql
    private const string SqlServer = "EXEC sp_set_session_context @key = @name, @value = @value";

    /// <returns>Why a session's setting can't be relied on with this connection string.</returns>
    public static string? Fault(IConfiguration configuration, DatabaseProvider provider)
    {
        var text = configuration.GetConnectionString("Accounts");
        if (ConnectionStrings.Fault(provider, text) is not null)
            return null;

        return provider switch
        {
            DatabaseProvider.Sqlite => "is set, and SQLite has no row-level security: leave it out",
            DatabaseProvider.PostgreSql
                when new NpgsqlConnectionStringBuilder(text) is { NoResetOnClose: true } or { Multiplexing: true } =>
                "needs sessions that are reset: leave No Reset On Close and Multiplexing out of ConnectionStrings:Accounts",
            _ => null,
        };
    }

    [SuppressMessage("Security", "CA2100", Justification = "The text is one of two constants.")]
    protected override DbCommand Command(DbConnection connection)
    {
        var command = connection.CreateCommand();
        command.CommandText = provider == DatabaseProvider.SqlServer ? SqlServer : PostgreSql;
        Add("name", settings.Name);
        Add("value", settings.Value);
        return command;

        void Add(string name, string? value)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
    }
}
