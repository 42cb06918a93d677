using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Oidc;

/// <summary>What is ours in the handler's course: what is asked for, who may enter, and what is told where it fails.</summary>
internal sealed partial class OidcEvents(
    OidcSessions sessions,
    OidcProvider provider,
    PublicOrigin origin,
    IOptions<OidcSettings> settings,
    IHostEnvironment environment,
    TimeProvider time,
    ILogger<OidcEvents> logger) : OpenIdConnectEvents
{
    public const string Silent = "silent";
    public const string ReturnUrl = "returnUrl";
    public const string AskedAgain = "again";

    /// <summary>Where a person's name is looked for.</summary>
    public static readonly string[] NameClaims = ["name", "preferred_username", "email"];

    // What fits into a cookie of usual size with the rest of the session. Without it the provider may ask whether to sign out.
    private const int MaxIdToken = 6_000;

    public override Task MessageReceived(MessageReceivedContext context)
    {
        if (context.HttpContext.Features.Get<CallbackQuery>() is { } query)
            context.ProtocolMessage = new OpenIdConnectMessage(
                query.Fields.Select(field => KeyValuePair.Create(field.Key, (string[])field.Value.ToArray()!)));
        return Task.CompletedTask;
    }

    public override Task RedirectToIdentityProvider(RedirectContext context)
    {
        var message = context.ProtocolMessage;
        message.RedirectUri = origin.Value + OidcModule.CallbackPath;
        if (context.Properties.Items.ContainsKey(Silent))
            message.Prompt = OpenIdConnectPrompt.None;
        if (settings.Value.SecondFactor.Acr.Count > 0)
            message.AcrValues = string.Join(' ', settings.Value.SecondFactor.Acr);
        return Task.CompletedTask;
    }

    public override Task TokenValidated(TokenValidatedContext context)
    {
        if (context.TokenEndpointResponse?.IdToken is { Length: <= MaxIdToken } idToken)
            context.Properties!.StoreTokens([new AuthenticationToken { Name = OpenIdConnectParameterNames.IdToken, Value = idToken }]);
        return Task.CompletedTask;
    }

    public override async Task TicketReceived(TicketReceivedContext context)
    {
        var told = context.Principal!;
        var (issuer, subject) = (told.FindFirstValue("iss")!, told.FindFirstValue("sub")!);
        if (!TryReadTime(told.FindFirstValue("iat"), out var issuedAt))
        {
            Log.Failed(logger, OidcFault.Clock, "the ID token was issued in the future, or at no time");
            await LeadAsync(context, context.Properties, OidcFault.Clock);
            return;
        }

        var person = new OidcPerson(
            OidcPrincipal.PersonOf(issuer, subject),
            NameClaims.Select(claim => PlainName.Of(told.FindFirstValue(claim))).FirstOrDefault(name => name is not null)
                ?? PlainName.Of(subject) ?? "?",
            settings.Value.RoleOf([.. told.FindAll(settings.Value.RoleClaim).Select(claim => claim.Value)]),
            told.FindFirstValue("sid"),
            issuedAt);
        if (Refusal(told, person) is { } fault)
        {
            if (fault == OidcFault.NoRole)
                await sessions.RefuseAsync(person);
            await LeadAsync(context, context.Properties, fault);
            return;
        }

        var session = await sessions.BeginAsync(person);
        context.Principal = OidcPrincipal.Of(issuer, subject, person.Name, session);
        context.Properties!.IsPersistent = false;
    }

    public override async Task RemoteFailure(RemoteFailureContext context)
    {
        var fault = OidcFaults.Of(context.Failure!);
        var properties = context.Properties;
        // A new key: the provider has signed the person in, so that asking once more takes no click.
        if (
            fault == OidcFault.Keys
            && properties?.Items.ContainsKey(AskedAgain) == false
            && await TryRefreshAsync(context.HttpContext.RequestAborted))
        {
            await context.HttpContext.RequestServices.GetRequiredService<OidcEndpoints>().AskAsync(
                context.HttpContext, Page(properties), properties.Items.ContainsKey(Silent), isAgain: true);
            context.HandleResponse();
            return;
        }

        if (fault is not (OidcFault.SignInNeeded or OidcFault.Denied or OidcFault.Stale))
            Log.Failed(logger, fault, Describe(context.Failure!));
        await LeadAsync(context, properties, fault);
    }

    private bool TryReadTime(string? seconds, out DateTimeOffset at)
    {
        var latest = time.GetUtcNow() + OidcHandler.ClockSkew;
        var isRead = long.TryParse(seconds, CultureInfo.InvariantCulture, out var read) && read > 0 && read <= latest.ToUnixTimeSeconds();
        at = isRead ? DateTimeOffset.FromUnixTimeSeconds(read) : default;
        return isRead;
    }

    private OidcFault? Refusal(ClaimsPrincipal told, OidcPerson person)
    {
        if (person.Person.Any(char.IsControl))
        {
            Log.Failed(logger, OidcFault.Other, "the subject has control characters");
            return OidcFault.Other;
        }

        if (person.Person.Length > ColumnLength.Id)
        {
            Log.LongName(logger, ColumnLength.Id);
            return OidcFault.LongName;
        }

        if (person.Role is null)
        {
            Log.NoRole(logger, settings.Value.RoleClaim, told.FindAll(settings.Value.RoleClaim).Count());
            return OidcFault.NoRole;
        }

        var (acr, amr) = (told.FindFirstValue("acr"), told.FindAll("amr").Select(claim => claim.Value).ToList());
        if (environment.IsDevelopment() || settings.Value.SecondFactor.IsIn(acr, amr))
            return null;

        Log.NoSecondFactor(logger, acr ?? "nothing", amr.Count == 0 ? "nothing" : string.Join(", ", amr));
        return OidcFault.NoSecondFactor;
    }

    // The address of the answer has a code in it: what is told stands on another page.
    private static async Task LeadAsync<TOptions>(
        HandleRequestContext<TOptions> context, AuthenticationProperties? properties, OidcFault fault)
        where TOptions : AuthenticationSchemeOptions
    {
        var page = Page(properties);
        await context.HttpContext.SignOutAsync(OidcModule.Session);
        await OidcEndpoints.Lead(fault, page).ExecuteAsync(context.HttpContext);
        context.HandleResponse();
    }

    private static string Page(AuthenticationProperties? properties) =>
        ReturnUrls.Local(properties?.Items.TryGetValue(ReturnUrl, out var page) == true ? page : null, OidcEndpoints.Console);

    private async Task<bool> TryRefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await provider.RefreshKeysAsync(cancellationToken);
        }
        catch (Exception fault) when (OidcFaults.Of(fault) == OidcFault.Unreachable)
        {
            return false;
        }
    }

    // Of a provider's error its code alone: descriptions may quote what was sent. The libraries' own texts leave values out.
    private static string Describe(Exception fault) =>
        fault is OpenIdConnectProtocolException { Data: { } data } && data["error"] is string error
            ? $"error {new string([.. error.Where(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-').Take(60)])}"
            : fault.Message.Split(':')[0] is { Length: > 0 and < 12 } code && code.StartsWith("IDX", StringComparison.Ordinal)
                ? $"{fault.GetType().Name} {code}"
                : LoggableException.NameOf(fault);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Signing in at the OpenID provider failed: {Fault} ({Cause}).")]
        public static partial void Failed(ILogger logger, OidcFault fault, string cause);

        [LoggerMessage(
            LogLevel.Warning,
            "A person of the OpenID provider has no role here: the claim {Claim} has {Count} values, and none stands under "
                + "Admin:Oidc:Admins, :Supports or :Auditors.")]
        public static partial void NoRole(ILogger logger, string claim, int count);

        [LoggerMessage(
            LogLevel.Warning,
            "The OpenID provider did not say that it asked for a second factor (acr: {Acr}; amr: {Amr}). Name what it says where it "
                + "did under Admin:Oidc:SecondFactor:Acr or :Amr.")]
        public static partial void NoSecondFactor(ILogger logger, string acr, string amr);

        [LoggerMessage(LogLevel.Warning, "Issuer and subject of a person are longer than {Max} characters together.")]
        public static partial void LongName(ILogger logger, int max);
    }
}
