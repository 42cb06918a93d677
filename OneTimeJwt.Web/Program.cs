using System.Net.Sockets;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Api;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Campaigns;
using OneTimeJwt.Web.Delivery;
using OneTimeJwt.Web.Events;
using OneTimeJwt.Web.Hosting;
using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Oidc;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.Profile;
using OneTimeJwt.Web.SignIn;

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
        catch (Exception fault)
            when (fault.IsOfDatabase()
                || fault is ForeignDatabaseException
                || fault.GetBaseException() is IOException or SocketException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(
                $"It can't run: {fault.GetBaseException().Message.TrimEnd('.')}."
                    + (fault.IsOfDatabase() ? " That was the database: look at it and at ConnectionStrings:Accounts." : ""));
            return 1;
        }
    }

    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? adjust = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddHosting();
        builder.AddLanguages();
        builder.Services.CheckSettings<TokenSettings>("Tokens");
        builder.Services.AddOneTimeTokens().AddTokenQuery();
        // The last one is asked first: it takes the provider's codes out of addresses, before tokens are looked for there.
        builder.AddOidc();
        builder.AddDatabase();
        builder.AddAccounts();
        builder.AddMail();
        builder.AddOutbox();
        builder.AddEvents();
        builder.AddSignIn();
        builder.AddProfile();
        builder.AddDelivery();
        // Their workers are stopped ahead of the one that delivers, which waits for mails in flight.
        builder.AddLinks();
        builder.AddAudit();
        builder.AddAdmin();
        builder.AddCampaigns();
        builder.AddApi();
        builder.AddSecurity();
        builder.AddSite();
        builder.AddTelemetry();

        adjust?.Invoke(builder);
        return builder.Build();
    }

    public static void Use(WebApplication app)
    {
        var origin = app.Services.GetRequiredService<PublicOrigin>();
        app.UseTelemetry();
        app.UseSitePath();
        app.UseRequestLoad();
        app.UseSecurity();
        app.UseNoStore();
        app.UseLanguages();
        app.UseErrorResponses();
        app.UseApiErrors();
        CanonicalHost.Use(app, origin.Origin);
        app.UseHttps(origin.Value, TokenQuery.Whole);
        app.UseCircuitOrigin(origin.Origin);
        app.UseApiPage();
        app.UseRouting();
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();

        app.MapSite();
        app.MapLinks();
        app.MapSignIn();
        app.MapProfile();
        app.MapOidc();
        app.MapAdmin();
        app.MapCampaigns();
        app.MapApi();
        app.MapInbox();
        app.MapDelivery();
        app.MapHealth();
    }
}
