using System.Threading.RateLimiting;
using OneTimeJwt.Web.Links.Purposes;

namespace OneTimeJwt.Web.Links;

internal static class LinkRoutes
{
    public static void MapLinks(this IEndpointRouteBuilder routes)
    {
        routes.MapPage<ForgotPasswordEndpoints>("/forgot-password", pages => pages.Show);
        routes.MapForm<ForgotPasswordEndpoints>("/forgot-password", pages => pages.RequestAsync);
        routes.MapPage<ForgotPasswordEndpoints>("/forgot-password/sent", pages => pages.ShowSent);
        routes.MapPage("/how-it-works", () => Page.Of<HowItWorks>());
        foreach (var purpose in routes.ServiceProvider.GetRequiredService<LinkPurposes>().All)
            MapLink(routes, purpose);
    }

    // The handler asks the limiter itself, and only where a link doesn't work.
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

/// <summary>Opening and redeeming links.</summary>
internal sealed class LinkEndpoints(
    LinkVerifier links,
    RedeemLink redeem,
    LinkForms forms,
    RequestReset request,
    LinkAudit audit,
    RecoveryMetrics metrics,
    PartitionedRateLimiter<HttpContext> limiter)
{
    public async Task<IResult> OpenAsync(LinkPurpose purpose, HttpContext http)
    {
        var token = TokenQuery.From(http);
        var verification = await links.VerifyAsync(purpose, token);
        if (verification.Verdict != TokenVerdict.Valid)
            return await RefuseAsync(purpose, http, verification, token);

        metrics.Opened(purpose.Token);
        await audit.OpenedAsync(verification.Claims!, http.ClientAddress());
        return await forms.ShowAsync(purpose, verification, token!, problem: null);
    }

    public async Task<IResult> RedeemAsync(LinkPurpose purpose, HttpContext http, FormPost form)
    {
        var token = form["token"];
        if (form[Page.ShowAgain].Length > 0)
            return await ShowAgainAsync(purpose, http, token, problem: null);
        if (form.Forgery is { } forgery)
            return await ShowAgainAsync(purpose, http, token, forgery);

        var answer = form[purpose is PasswordPurpose ? "password" : "email"];
        var outcome = await redeem.RedeemAsync(purpose, token, answer, ClientNetwork.Of(http), http.ClientAddress());
        if (outcome.Succeeded)
        {
            metrics.Redeemed(purpose.Token);
            return await forms.DoneAsync(purpose, outcome.Verification.Claims!);
        }

        if (outcome.Verification.Verdict != TokenVerdict.Valid)
            return await LimitedAsync(http) ?? await RefuseAsync(purpose, http, outcome.Verification, token);

        await audit.MistypedAsync(outcome.Verification.Claims!, outcome.Address, http.ClientAddress());
        var problem = new FormProblem(outcome.Faults);
        if (outcome.Address == TypedAddressVerdict.TooOften)
        {
            ErrorResponses.RetryAfter(http, AddressAttemptLimiter.Window);
            problem = problem with { Status = StatusCodes.Status429TooManyRequests };
        }

        return await forms.ShowAsync(purpose, outcome.Verification, token, problem);
    }

    private async Task<IResult> ShowAgainAsync(LinkPurpose purpose, HttpContext http, string token, FormProblem? problem)
    {
        var verification = await links.VerifyAsync(purpose, token);
        return verification.Verdict == TokenVerdict.Valid
            ? await forms.ShowAsync(purpose, verification, token, problem)
            : await LimitedAsync(http) ?? await RefuseAsync(purpose, http, verification, token);
    }

    private async Task<IResult> RefuseAsync(LinkPurpose purpose, HttpContext http, Verification verification, string? token)
    {
        var claims = verification.Claims;
        var usedAt = claims is not null && verification.Verdict == TokenVerdict.Spent ? await audit.RedeemedAtAsync(claims.Nonce) : null;
        metrics.Refused(purpose.Token, LinkAudit.DisplayText(verification.Verdict, usedAt));
        await audit.RefusedAsync(verification, usedAt, http.ClientAddress());
        return Page.Of<InvalidLink>(
            verification.Verdict is TokenVerdict.Expired or TokenVerdict.Spent
                ? StatusCodes.Status410Gone
                : StatusCodes.Status400BadRequest,
            new
            {
                Purpose = purpose,
                verification.Verdict,
                claims?.ExpiresAt,
                UsedAt = usedAt,
                Token = claims is null ? null : token,
                Reissuable = request.CanReissue(claims),
            });
    }

    // Only tries with a link that doesn't work count: nobody with a good link is turned away.
    private async Task<IResult?> LimitedAsync(HttpContext http)
    {
        using var lease = await limiter.AcquireAsync(http, 1, http.RequestAborted);
        if (lease.IsAcquired)
            return null;

        if (lease.TryGetMetadata(MetadataName.RetryAfter, out var wait))
            ErrorResponses.RetryAfter(http, wait);
        return Results.StatusCode(StatusCodes.Status429TooManyRequests);
    }
}
