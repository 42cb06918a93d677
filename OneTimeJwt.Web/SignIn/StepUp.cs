using System.Security.Claims;

namespace OneTimeJwt.Web.SignIn;

/// <summary>Whether an account may have a second factor set up by its password alone: false where it has rights that need one.</summary>
/// <param name="accountId">The account.</param>
public delegate Task<bool> NeedsSecondFactor(string accountId);

/// <summary>What a session has to pass before it may change how its account is protected.</summary>
public enum Step
{
    None,

    /// <summary>The account's authenticator app, passkey or recovery code.</summary>
    SecondFactor,

    /// <summary>A code that is mailed, since the account has nothing else that can be asked for here.</summary>
    MailedCode,
}

internal static class StepUpRoutes
{
    public const string Path = "/account/verify";

    public static void MapStepUp(this IEndpointRouteBuilder routes)
    {
        var own = routes.MapGroup(Path).RequireAuthorization();
        own.MapPage<StepUp>("", pages => pages.ShowAsync);
        own.MapForm<StepUp>("", pages => pages.BeginAsync);
    }

    /// <summary>Redirects a session that lacks the step to it, and then back to the page that was requested.</summary>
    /// <param name="routes">What needs the step.</param>
    /// <param name="home">Where a form leads back to.</param>
    public static RouteGroupBuilder NeedsStep(this RouteGroupBuilder routes, string home) =>
        routes.AddEndpointFilter(
            async (context, next) =>
            {
                var http = context.HttpContext;
                if (await http.RequestServices.GetRequiredService<StepUp>().NeededAsync(http.User) == Step.None)
                    return await next(context);

                var back = HttpMethods.IsPost(http.Request.Method) ? home : http.Request.Path + http.Request.QueryString;
                return Page.SeeOther(ReturnUrls.With(Path, back));
            });
}

/// <summary>
/// The second step of a session that began without one, or with one that doesn't count any more. It is the second step of
/// sign-in, and the session goes on as one that has passed it.
/// </summary>
internal sealed class StepUp(
    AccountSignInManager signIn,
    UserManager<Account> users,
    MailedCodes codes,
    NeedsSecondFactor needsSecondFactor)
{
    /// <summary>Judged by the account as it is now: two-factor may have been switched on elsewhere since the session began.</summary>
    public async Task<Step> NeededAsync(ClaimsPrincipal session) => await NeededAsync(session, (await users.GetUserAsync(session))!);

    public async Task<Step> NeededAsync(ClaimsPrincipal session, Account account)
    {
        if (AccountSignInManager.HasPassedSecondFactor(session))
            return Step.None;
        if (await SecondFactor.IsOnAsync(users, account))
            return Step.SecondFactor;

        return !AccountSignInManager.HasPassedMailedCode(session) && (account.TwoFactorEnabled || await needsSecondFactor(account.Id))
            ? Step.MailedCode
            : Step.None;
    }

    public async Task<IResult> ShowAsync(HttpContext http, string? returnUrl)
    {
        var step = await NeededAsync(http.User);
        return step == Step.None
            ? Page.SeeOther(ReturnUrls.Local(returnUrl))
            : Show(step, ReturnUrls.Local(returnUrl), problem: null);
    }

    public async Task<IResult> BeginAsync(HttpContext http, FormPost form)
    {
        var returnUrl = ReturnUrls.Local(form["returnUrl"]);
        var account = (await users.GetUserAsync(http.User))!;
        var step = await NeededAsync(http.User, account);
        if (step == Step.None)
            return Page.SeeOther(returnUrl);
        if (form.Forgery is { } forgery)
            return Show(step, returnUrl, forgery);

        await signIn.BeginSecondStepAsync(account);
        if (step == Step.MailedCode)
            await codes.AskAsync(account, http.ClientAddress());
        return Page.SeeOther(ReturnUrls.With("/sign-in/two-factor", returnUrl));
    }

    private static IResult Show(Step step, string returnUrl, FormProblem? problem) =>
        Page.Of<StepUpPage>(problem, new { ByMail = step == Step.MailedCode, ReturnUrl = returnUrl, Problem = problem });
}
