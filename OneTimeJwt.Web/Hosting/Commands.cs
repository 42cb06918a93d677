using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Hosting;

/// <summary>What the executable does besides serving.</summary>
internal static class Commands
{
    private const int Failed = 1;
    private const int Misused = 2;

    private const string Usage = """
        Usage: OneTimeJwt.Web [command] [--key value …]
          (none)                  serve the app
          database migrate        bring the database's schema up to date
          database adopt          add our tables to an Identity database that exists already; --check only reports what is
                                  there, --check --settings prints the settings that it needs; --users <table> says which
                                  users table is meant
          database script         print the SQL that makes the schema; --adopted for a database that exists already
          mail test <email>       send a test mail as the settings say, and tell what came of it
          admins invite <email>   make somebody an admin of the console, and mail a link or a notice
        """;

    private static readonly string[] Switches = ["--check", "--settings", "--adopted"];

    /// <summary>The words ahead of the first option, and a command's own switches at any position; then the options.</summary>
    public static (string[] Words, string[] Options) Words(string[] args)
    {
        var words = args.TakeWhile(arg => arg is not ['-' or '/', ..] && !arg.Contains('=', StringComparison.Ordinal)).ToList();
        var switches = words.Count == 0 ? [] : args.Where(Switches.Contains).ToList();
        return ([.. words, .. switches], [.. args.Skip(words.Count).Except(switches)]);
    }

    public static bool Knows(string[] words) =>
        words
            is ["database", "migrate" or "adopt" or "script"]
                or ["database", "adopt", "--check"]
                or ["database", "adopt", "--check", "--settings"]
                or ["database", "script", "--adopted"]
                or ["mail", "test", _]
        || (words is ["admins", "invite", var address] && Addresses.CanBeMailed(address));

    public static async Task<int> ExplainAsync(string[] words)
    {
        await Console.Error.WriteLineAsync(words is ["admins", "invite", var address]
            ? $"'{address}' is not an e-mail address: write for example ada@example.com"
            : $"There is no command '{string.Join(' ', words)}'.\n{Usage}");
        return Misused;
    }

    /// <summary>A command says in a line what the database refused; Entity Framework would log it as well, with a stack trace.</summary>
    public static void Adjust(WebApplicationBuilder builder) => builder.Logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.None);

    public static Task<int> RunAsync(WebApplication app, string[] words) => words switch
    {
        ["database", "script", ..] => ScriptAsync(app, adopted: words.Length > 2),
        ["database", "adopt", ..] => AdoptAsync(app, words),
        ["mail", "test", var to] => SendTestMailAsync(app, to),
        ["admins", "invite", var address] => InviteAsync(app, address),
        _ => MigrateAsync(app),
    };

    private static async Task<int> ScriptAsync(WebApplication app, bool adopted)
    {
        app.Services.GetRequiredService<IdentityMaps>().MayBeAway = true;
        await Console.Out.WriteLineAsync(await app.Services.GetRequiredService<Migrator>().ScriptAsync(adopted));
        return 0;
    }

    private static async Task<int> AdoptAsync(WebApplication app, string[] words)
    {
        var report = await app.Services.GetRequiredService<AdoptionCheck>().CheckAsync(app.Configuration["users"]);
        if (report.Obstacles.Count > 0)
        {
            await Console.Error.WriteLineAsync(
                $"This database can't be adopted, and nothing was changed:\n  {string.Join("\n  ", report.Obstacles)}");
            return Failed;
        }

        if (words.Contains("--settings"))
        {
            foreach (var line in report.Settings)
                await Console.Out.WriteLineAsync(line);
            return 0;
        }

        await Console.Out.WriteLineAsync($"Found:\n  {string.Join("\n  ", report.Notes)}");
        var isCheck = words.Contains("--check");
        if (report.LacksSettings)
        {
            await (isCheck ? Console.Out : Console.Error).WriteLineAsync(
                $"It can be adopted with these settings. Nothing was changed.\n  {string.Join("\n  ", report.Settings)}");
            return isCheck ? 0 : Failed;
        }

        if (isCheck)
        {
            await Console.Out.WriteLineAsync("It can be adopted. Nothing was changed.");
            return 0;
        }

        var applied = await app.Services.GetRequiredService<Migrator>().AdoptAsync();
        await Console.Out.WriteLineAsync(
            applied.Count == 0
                ? "It was adopted before, and is up to date."
                : $"Adopted. Tables that start with {AccountsContext.OurPrefix} were added, and nothing else was changed. Applied: "
                    + $"{string.Join(", ", applied)}");
        return 0;
    }

    private static async Task<int> MigrateAsync(WebApplication app)
    {
        var applied = await app.Services.GetRequiredService<Migrator>().MigrateAsync();
        await Console.Out.WriteLineAsync(applied.Count == 0 ? "The database is up to date." : $"Applied: {string.Join(", ", applied)}");
        await using var scope = app.Services.CreateAsyncScope();
        if (await ServerEncoding.NoteAsync(scope.ServiceProvider.GetRequiredService<AccountsContext>()) is { } note)
            await Console.Out.WriteLineAsync(note);
        return 0;
    }

    private static async Task<int> SendTestMailAsync(WebApplication app, string to)
    {
        var fault = await app.Services.GetRequiredService<TestMail>().SendAsync(to);
        if (fault is not null)
        {
            await Console.Error.WriteLineAsync($"The test mail to {to} was not sent: {fault.Cause}. {fault.Advice}.");
            return Failed;
        }

        await Console.Out.WriteLineAsync(
            $"The test mail to {to} was accepted. If it doesn't arrive, look into that mailbox's spam folder and then into the log of the "
                + "mail server.");
        return 0;
    }

    private static async Task<int> InviteAsync(WebApplication app, string address)
    {
        if (!app.Services.GetRequiredService<IOptions<ConsoleSettings>>().Value.Local)
        {
            await Console.Error.WriteLineAsync(
                $"{address} was not invited, and nothing was changed: Admin:Local is false, so that accounts have no rights in the "
                    + "console. Make them an admin at the provider (Admin:Oidc:Admins), or set Admin:Local to true.");
            return Failed;
        }

        if (!await Startup.PrepareAsync(app))
            return Failed;

        // What is mailed is written down by a part of the app that runs while it serves.
        var appender = app.Services.GetRequiredService<GroupCommitWriter>();
        await appender.StartAsync(CancellationToken.None);
        await using var scope = app.Services.CreateAsyncScope();
        var outcome = await scope.ServiceProvider.GetRequiredService<AdminInvitation>().SendAsync(address);
        await appender.StopAsync(CancellationToken.None);
        await (outcome.Done ? Console.Out : Console.Error).WriteLineAsync(outcome.Words);
        return outcome.Done ? 0 : Failed;
    }
}
