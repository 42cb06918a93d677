using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Mail;

namespace OneTimeJwt.Web;

/// <summary>What the executable does besides serving.</summary>
internal static class Commands
{
    private const string Migrate = "database migrate";
    private const string Script = "database script";

    private const string Usage = """
        Usage: OneTimeJwt.Web [command] [--key value …]
          (none)             serve the app
          database migrate   bring the database's schema up to date
          database script    print the SQL that makes the schema
          mail test <email>  send a test mail as the settings say, and tell what came of it
        """;

    /// <summary>The words ahead of the first option.</summary>
    public static string[] Words(string[] args) => [.. args.TakeWhile(arg => !arg.StartsWith('-') && !arg.StartsWith('/') && !arg.Contains('=', StringComparison.Ordinal))];

    public static bool Knows(string[] words) => words is ["mail", "test", _] || string.Join(' ', words) is Migrate or Script;

    public static async Task<int> ExplainAsync(string[] words)
    {
        await Console.Error.WriteLineAsync($"There is no command '{string.Join(' ', words)}'.\n{Usage}");
        return 2;
    }

    public static async Task<int> RunAsync(WebApplication app, string[] words)
    {
        if (words is ["mail", "test", var to])
            return await SendTestMailAsync(app, to);

        var migrator = app.Services.GetRequiredService<Migrator>();
        if (string.Join(' ', words) == Script)
        {
            await Console.Out.WriteLineAsync(await migrator.ScriptAsync());
            return 0;
        }

        var applied = await migrator.MigrateAsync();
        await Console.Out.WriteLineAsync(applied.Count == 0 ? "The database is up to date." : $"Applied: {string.Join(", ", applied)}");
        return 0;
    }

    private static async Task<int> SendTestMailAsync(WebApplication app, string to)
    {
        var fault = await app.Services.GetRequiredService<TestMail>().SendAsync(to);
        await (fault is null
            ? Console.Out.WriteLineAsync($"The test mail to {to} was accepted. If it doesn't arrive, look into that mailbox's spam folder and then into the log of the mail server.")
            : Console.Error.WriteLineAsync($"The test mail to {to} was not sent: {fault.Words}. {fault.Advice}."));
        return fault is null ? 0 : 1;
    }
}
