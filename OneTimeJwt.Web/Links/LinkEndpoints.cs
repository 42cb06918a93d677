using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using OneTimeJwt.Tokens;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Languages;
using OneTimeJwt.Web.Links.Purposes;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Site;

namespace OneTimeJwt.Web.Links;

internal static class LinkRoutes
{
    public static void MapLinks(this IEndpointRouteBuilder routes)
    {
        routes.MapPage("/forgot-password", (LinkEndpoints pages, HttpContext http) => pages.Ask(http));
        routes.MapForm("/forgot-password", (LinkEndpoints pages, HttpContext http, FormPost form) => pages.RequestAsync(http, form));
        routes.MapPage("/forgot-password/sent", (LinkEndpoints pages, HttpContext http) => pages.LookInYourMail(http));
        routes.MapPage("/how-it-works", () => Page.Of<HowItWorks>());
        foreach (var purpose in routes.ServiceProvider.GetRequiredService<LinkPurposes>().All)
            MapLink(routes, purpose);
    }

    // The limiter is asked by the handler itself, and only where a link doesn't work.
    private static void MapLink(IEndpointRouteBuilder routes, LinkPurpose purpose)
    {
        routes.MapPage(purpose.Page, (LinkEndpoints pages, HttpContext http) => pages.OpenAsync(purpose, http));
        routes
            .MapForm(purpose.Page, (LinkEndpoints pages, HttpContext http, FormPost form) => pages.RedeemAsync(purpose, http, form))
            .DisableRateLimiting();
        routes.MapPage(
            $"{purpose.Page}/done",
            (DoneNames names, HttpContext http) =>
                Page.Of<LinkDone>(
                    parameters: new { Purpose = purpose, UserName = names.Open(purpose.Token, http.Request.Query[DoneNames.Parameter]) }));
    }
}

/// <summary>What the forgot-password page and the pages behind links do.</summary>
internal sealed class LinkEndpoints(
    LinkPurposes purposes,
    RequestReset request,
    RedeemLink redeem,
    LinkAudit trail,
    RecoveryMetrics meter,
    MailComposer composer,
    DoneNames names,
    IOptions<TokenSettings> tokens,
    IOptions<MailRateLimit> budget,
    PartitionedRateLimiter<HttpContext> limiter,
    TimeProvider time)
{
    public IResult Ask(HttpContext http) => Page.Of<ForgotPassword>(parameters: new { Purpose = Asked(http.Request.Query.ContainsKey) });

    public async Task<IResult> RequestAsync(HttpContext http, FormPost form)
    {
        var address = form["email"].Trim();
        var purpose = Asked(field => form[field].Length > 0);
        if (!form.IsAntiforgeryValid)
            return AskAgain(StatusCodes.Status400BadRequest, purpose, address, form.Problem);

        if (form["link"] is { Length: > 0 } deadLink)
        {
            return await request.ForDeadLinkAsync(deadLink, Client(http)) is { } traded
                ? Sent(traded)
                : AskAgain(StatusCodes.Status422UnprocessableEntity, purpose, address: null, Words.LinkTooOld);
        }

        if (!Addresses.IsAddress(address))
            return AskAgain(StatusCodes.Status422UnprocessableEntity, purpose, address, Words.NotAnAddress);

        await request.ForAddressAsync(purpose, address, Client(http));
        return Sent(purpose);
    }

    public async Task<IResult> OpenAsync(LinkPurpose purpose, HttpContext http)
    {
        var token = TokenQuery.From(http);
        var verification = await redeem.VerifyAsync(purpose, token);
        if (verification.Verdict != TokenVerdict.Valid)
            return await RefuseAsync(purpose, http, verification, token);

        meter.Opened(purpose.Token);
        await trail.OpenedAsync(verification.Claims!, Client(http));
        return await FormAsync(purpose, StatusCodes.Status200OK, verification, token!, []);
    }

    public async Task<IResult> RedeemAsync(LinkPurpose purpose, HttpContext http, FormPost form)
    {
        var token = form["token"];
        if (form[Page.ShowAgain].Length > 0)
            return await ShowAgainAsync(purpose, http, token, StatusCodes.Status200OK, []);
        if (!form.IsAntiforgeryValid)
            return await ShowAgainAsync(purpose, http, token, StatusCodes.Status400BadRequest, [form.Problem]);

        var outcome = await redeem.RedeemAsync(
            purpose,
            token,
            form[purpose is PasswordPurpose ? "password" : "email"],
            ClientNetwork.Of(http),
            Client(http));
        if (outcome.Succeeded)
        {
            meter.Redeemed(purpose.Token);
            return Page.SeeOther(names.Page(purpose.Token, await redeem.LabelAfterAsync(outcome.Verification.Claims!)));
        }

        if (outcome.Verification.Verdict != TokenVerdict.Valid)
            return await LimitedAsync(http) ?? await RefuseAsync(purpose, http, outcome.Verification, token);

        await trail.MistypedAsync(outcome.Verification.Claims!, outcome.Address, Client(http));
        if (outcome.Address != TypedAddressVerdict.TooOften)
            return await FormAsync(purpose, StatusCodes.Status422UnprocessableEntity, outcome.Verification, token, outcome.Faults);

        ErrorResponses.RetryAfter(http, AddressAttemptLimiter.Window);
        return await FormAsync(purpose, StatusCodes.Status429TooManyRequests, outcome.Verification, token, outcome.Faults);
    }

    public IResult LookInYourMail(HttpContext http)
    {
        var purpose = Asked(http.Request.Query.ContainsKey);
        return Page.Of<ForgotPasswordSent>(parameters: new
        {
            Lifetime = purpose.Token.Lifetime(tokens.Value.Lifetimes),
            From = composer.Sender,
            budget.Value.Window,
            Purpose = purpose,
            Others = purposes.Requestable.Where(other => other != purpose).ToList(),
        });
    }

    // The first one is told by no field.
    private LinkPurpose Asked(Func<string, bool> has) =>
        purposes.Requestable.FirstOrDefault(purpose => purpose.Request!.Field is { } field && has(field)) ?? purposes.Requestable[0];

    private static IResult AskAgain(int status, LinkPurpose purpose, string? address, string problem) =>
        Page.Of<ForgotPassword>(status, new { Address = address, Problem = problem, Purpose = purpose });

    private IResult Sent(LinkPurpose purpose)
    {
        meter.Requested();
        return Page.SeeOther(purpose.Request!.SentPath);
    }

    private async Task<IResult> ShowAgainAsync(
        LinkPurpose purpose,
        HttpContext http,
        string token,
        int status,
        IReadOnlyList<string> problems)
    {
        var verification = await redeem.VerifyAsync(purpose, token);
        return verification.Verdict == TokenVerdict.Valid
            ? await FormAsync(purpose, status, verification, token, problems)
            : await LimitedAsync(http) ?? await RefuseAsync(purpose, http, verification, token);
    }

    private async Task<IResult> FormAsync(
        LinkPurpose purpose,
        int status,
        Verification verification,
        string token,
        IReadOnlyList<string> problems)
    {
        var claims = verification.Claims!;
        if (purpose is ButtonPurpose press)
        {
            var untold = await redeem.LabelToPressAsync(press, claims);
            return Page.Of<ConfirmActionPage>(
                status,
                new
                {
                    Purpose = press,
                    Token = token,
                    claims.ExpiresAt,
                    Label = untold,
                    Problems = problems,
                });
        }

        var (label, length) = (await redeem.LabelAsync(claims), await redeem.MinimumLengthAsync(claims));
        return Page.Of<ChoosePassword>(
            status,
            new
            {
                Purpose = purpose,
                Token = token,
                claims.ExpiresAt,
                Label = label,
                Problems = problems,
                MinimumLength = length,
            });
    }

    private async Task<IResult> RefuseAsync(LinkPurpose purpose, HttpContext http, Verification verification, string? token)
    {
        var claims = verification.Claims;
        var usedAt = claims is not null && verification.Verdict == TokenVerdict.Spent ? await trail.RedeemedAtAsync(claims.Nonce) : null;
        meter.Refused(purpose.Token, LinkAudit.DisplayText(verification.Verdict, usedAt));
        await trail.RefusedAsync(verification, usedAt, Client(http));
        var tradable = claims is not null && time.GetUtcNow() <= claims.ExpiresAt + RequestReset.FreshLinkGrace;
        return Page.Of<InvalidLink>(
            Status(verification.Verdict),
            new
            {
                Purpose = purpose,
                verification.Verdict,
                claims?.ExpiresAt,
                UsedAt = usedAt,
                Token = claims is null ? null : token,
                Reissuable = tradable,
            });
    }

    // Only tries with a link that doesn't work count: nobody with a good link is ever turned away.
    private async Task<IResult?> LimitedAsync(HttpContext http)
    {
        using var lease = await limiter.AcquireAsync(http, 1, http.RequestAborted);
        if (lease.IsAcquired)
            return null;

        if (lease.TryGetMetadata(MetadataName.RetryAfter, out var wait))
            ErrorResponses.RetryAfter(http, wait);
        return Results.StatusCode(StatusCodes.Status429TooManyRequests);
    }

    private static int Status(TokenVerdict verdict) =>
        verdict is TokenVerdict.Expired or TokenVerdict.Spent ? StatusCodes.Status410Gone : StatusCodes.Status400BadRequest;

    private static string? Client(HttpContext http) => http.Connection.RemoteIpAddress?.ToString();
}
