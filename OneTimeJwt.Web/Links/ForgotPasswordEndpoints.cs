using OneTimeJwt.Web.Links.Purposes;
using OneTimeJwt.Web.Mail;

namespace OneTimeJwt.Web.Links;

/// <summary>Asking for a link, also for a fresh one in exchange for an expired or used one.</summary>
internal sealed class ForgotPasswordEndpoints(
    LinkPurposes purposes,
    RequestReset request,
    RecoveryMetrics metrics,
    MailComposer composer,
    IOptions<TokenSettings> tokens,
    IOptions<MailRateLimit> rateLimit)
{
    public IResult Show(HttpContext http) => Page.Of<ForgotPassword>(parameters: new { Purpose = Asked(http.Request.Query.ContainsKey) });

    public async Task<IResult> RequestAsync(HttpContext http, FormPost form)
    {
        var address = form["email"].Trim();
        var client = http.ClientAddress();
        var purpose = Asked(field => form[field].Length > 0);
        if (form.Forgery is { } forgery)
            return ShowAgain(purpose, address, forgery);

        if (form["link"] is { Length: > 0 } token)
        {
            return await request.ReissueAsync(token, client) is { } reissued
                ? Sent(reissued)
                : ShowAgain(purpose, address: null, new FormProblem(Words.LinkTooOld));
        }

        if (!Addresses.IsAddress(address))
            return ShowAgain(purpose, address, new FormProblem(Words.NotAnAddress));

        await request.ForAddressAsync(purpose, address, client);
        return Sent(purpose);
    }

    public IResult ShowSent(HttpContext http)
    {
        var purpose = Asked(http.Request.Query.ContainsKey);
        return Page.Of<ForgotPasswordSent>(parameters: new
        {
            Lifetime = purpose.Token.Lifetime(tokens.Value.Lifetimes),
            From = composer.Sender,
            rateLimit.Value.Window,
            Purpose = purpose,
            Others = purposes.Requestable.Where(other => other != purpose).ToList(),
        });
    }

    // The first one has no field.
    private LinkPurpose Asked(Func<string, bool> has) =>
        purposes.Requestable.FirstOrDefault(purpose => purpose.Request!.Field is { } field && has(field)) ?? purposes.Requestable[0];

    private static IResult ShowAgain(LinkPurpose purpose, string? address, FormProblem problem) =>
        Page.Of<ForgotPassword>(problem, new { Address = address, Problem = problem, Purpose = purpose });

    private IResult Sent(LinkPurpose purpose)
    {
        metrics.Requested();
        return Page.SeeOther(purpose.Request!.SentPath);
    }
}
