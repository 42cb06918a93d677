using System.Security.Claims;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Profile;

internal static class ProfileRoutes
{
    public static void MapProfile(this IEndpointRouteBuilder routes)
    {
        routes.MapPage<AccountEndpoints>("/account", pages => pages.AccountAsync).RequireAuthorization();
        routes.MapForm<AccountEndpoints>("/account", pages => pages.ChangeAsync).RequireAuthorization();
        routes.MapForm<AccountEndpoints>("/sign-out", pages => pages.SignOutAsync);
        routes.MapSecondFactor();
        routes.MapAddressChange();
        // https://w3c.github.io/webappsec-change-password-url/
        routes.MapPage("/.well-known/change-password", () => Results.LocalRedirect("~/account"));
    }
}

/// <summary>The page of a signed-in user, and signing out.</summary>
internal sealed class AccountEndpoints(
    AccountSignInManager signIn,
    UserManager<Account> users,
    AccountsContext database,
    PasswordChange change,
    AccountLabels labels,
    PasswordLength passwordLength,
    IOptions<AccountsSettings> settings)
{
    public async Task<IResult> AccountAsync(HttpContext http) =>
        await ShowAsync(http.User, problem: null, changed: http.Request.Query.ContainsKey("changed"));

    public async Task<IResult> ChangeAsync(HttpContext http, FormPost form)
    {
        if (form.Forgery is { } forgery)
            return await ShowAsync(http.User, forgery);

        var account = (await users.GetUserAsync(http.User))!;
        if (await change.ApplyAsync(account, form["current-password"], form[PasswordChange.NewField], http.ClientAddress()) is { } problem)
            return await ShowAsync(http.User, problem);

        await signIn.RefreshSignInAsync(account);
        return Page.SeeOther("/account?changed");
    }

    public async Task<IResult> SignOutAsync(HttpContext http, FormPost form)
    {
        if (form.Forgery is { } forgery && http.User.Identity?.IsAuthenticated == true)
            return await ShowAsync(http.User, forgery);

        await signIn.SignOutAsync();
        return ReturnUrls.SignInAgain(settings.Value);
    }

    private async Task<IResult> ShowAsync(ClaimsPrincipal user, FormProblem? problem, bool changed = false)
    {
        var account = (await users.GetUserAsync(user))!;
        var last = await database
            .Trail.AsNoTracking()
            .Where(line =>
                line.AccountId == account.Id
                && (line.Kind == RecoveryEventKind.Redeemed || line.Kind == RecoveryEventKind.PasswordChanged))
            .OrderByDescending(line => line.At)
            .FirstOrDefaultAsync();
        return Page.Of<AccountPage>(problem, new
        {
            Address = account.Email ?? account.UserName ?? "",
            (await labels.OfAsync(database, account))?.UserName,
            account.TwoFactorEnabled,
            ByMail = account.TwoFactorEnabled && !await SecondFactor.IsOnAsync(users, account),
            LastChanged = last?.At,
            Problem = problem,
            MinimumLength = await passwordLength.MinimumAsync(users, account),
            Changed = changed,
        });
    }
}
