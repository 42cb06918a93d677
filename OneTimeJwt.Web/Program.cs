using System.Net.Sockets;
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

/// <summary>The table of contents: every slice is added, then the pipeline in its order.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        (var words, args) = Commands.Words(args);
        if (words.Length > 0 && !Commands.Knows(words))
            return await Commands.ExplainAsync(words);

        await using var app = Build(args, words.Length > 0 ? Commands.Adjust : null);
        if (!await Startup.CheckAsync(app, databaseOnly: words is ["database", ..]))
            return 1;

        try
        {
            if (words.Length > 0)
                return await Commands.RunAsync(app, words);
            if (!await Startup.PrepareAsync(app))
                return 1;

            Use(app);
            await app.RunAsync();
            return 0;
        }
        catch (Exception fault) when (fault.IsOfDatabase() || fault is ForeignDatabaseException || fault.GetBaseException() is IOException or SocketException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"It can't run: {fault.GetBaseException().Message.TrimEnd('.')}.{(fault.IsOfDatabase() ? " That was the database: look at it and at ConnectionStrings:Accounts." : "")}");
            return 1;
        }
    }

    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? adjust = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddQuietLogging();
        builder.AddDevelopmentSettings();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));

        builder.AddLanguages();
        builder.Services.CheckSettings<TokenSettings>("Tokens");
        builder.Services.AddOneTimeTokens().AddTokenQuery();
        builder.AddData();
        builder.AddMail();
        builder.AddAccounts();
        builder.AddRecovery();
        builder.AddAdmin();
        builder.AddSecurity();
        builder.AddShell();
        builder.AddTelemetry();

        adjust?.Invoke(builder);
        return builder.Build();
    }

    public static void Use(WebApplication app)
    {
        var origin = app.Services.GetRequiredService<PublicOrigin>();
        app.UseTelemetry();
        app.UseSitePath();
        app.UseSecurity();
        app.UseNoStore();
        app.UseLanguages();
        app.UseErrorPages();
        HostCheck.Use(app, origin.Origin);
        app.UseHttps(origin.Value, TokenQuery.Whole);
        app.UseCircuitOrigin(origin.Origin);
        app.UseRouting();
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();

        app.MapShell();
        app.MapRecovery();
        app.MapAccounts();
        app.MapAdmin();
        app.MapInbox();
        SendGridWebhook.Map(app);
        app.MapSampleMails();
        app.MapHealthChecks("/health/live", new() { Predicate = _ => false });
        app.MapHealthChecks("/health/ready", new() { ResponseWriter = HealthAnswer.WriteAsync });
    }
}
