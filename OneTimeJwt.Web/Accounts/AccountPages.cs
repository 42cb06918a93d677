using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Shell;

namespace OneTimeJwt.Web.Accounts;

internal static class AccountRoutes
{
    public static void MapAccounts(this IEndpointRouteBuilder routes)
    {
        routes.MapPage("/sign-in", (AccountPages pages, HttpContext http, string? returnUrl) => pages.SignIn(http, returnUrl));
        routes.MapPost("/sign-in", (AccountPages pages, FormPost form) => pages.EnterAsync(form));
        routes.MapPage("/sign-in/two-factor", (AccountPages pages, string? returnUrl) => pages.SecondStepAsync(returnUrl));
        routes.MapPost("/sign-in/two-factor", (AccountPages pages, FormPost form) => pages.EnterCodeAsync(form));
        routes.MapPost("/sign-out", (AccountPages pages, HttpContext http, FormPost form) => pages.SignOutAsync(http, form));
        routes.MapPage("/account", [Authorize] (AccountPages pages, HttpContext http) => pages.AccountAsync(http));
        routes.MapPost("/account", [Authorize] (AccountPages pages, HttpContext http, FormPost form) => pages.ChangeAsync(http, form));
        // https://w3c.github.io/webappsec-change-password-url/
        routes.MapPage("/.well-known/change-password", () => Results.LocalRedirect("/account"));
    }
}

/// <summary>What the sign-in and account pages do.</summary>
internal sealed class AccountPages(
    AccountSignIn signIn,
    UserManager<Account> users,
    AccountsContext database,
    PasswordChange change,
    IOptions<AccountsSettings> settings,
    TimeProvider time)
{
    public const string Again = "For your safety, please press the button once more: this page had been open for long, or in another session.";
    private const string Failed = "That address and password don’t fit together, or this account can’t sign in at the moment. After several wrong tries there is a pause of 15 minutes.";
    private const string WrongCode = "That code didn’t work. Codes change every 30 seconds, and a recovery code works once.";
    private const string Account = "/account";

    public IResult SignIn(HttpContext http, string? returnUrl)
    {
        if (settings.Value.SignInUrl is { } elsewhere && !IsConsole(returnUrl))
            return Results.Redirect(elsewhere);

        return http.User.Identity?.IsAuthenticated == true
            ? Page.SeeOther(Local(returnUrl))
            : Page.Of<SignIn>(parameters: new { ReturnUrl = Local(returnUrl) });
    }

    public async Task<IResult> EnterAsync(FormPost form)
    {
        var returnUrl = Local(form["returnUrl"]);
        var address = form["email"].Trim();
        if (!form.Genuine)
            return Page.Of<SignIn>(StatusCodes.Status400BadRequest, new { ReturnUrl = returnUrl, Address = address, Problem = Again });

        var box = new Timebox(time);
        var result = await signIn.EnterAsync(address, form["password"]);
        if (result.RequiresTwoFactor)
            return Page.SeeOther("/sign-in/two-factor" + QueryString.Create("returnUrl", returnUrl));
        if (result.Succeeded)
            return Page.SeeOther(returnUrl);

        await box.FillAsync();
        return Page.Of<SignIn>(StatusCodes.Status422UnprocessableEntity, new { ReturnUrl = returnUrl, Address = address, Problem = Failed });
    }

    public async Task<IResult> SecondStepAsync(string? returnUrl) =>
        await signIn.GetTwoFactorAuthenticationUserAsync() is null
            ? Page.SeeOther("/sign-in")
            : Page.Of<TwoFactor>(parameters: new { ReturnUrl = Local(returnUrl) });

    public async Task<IResult> EnterCodeAsync(FormPost form)
    {
        var returnUrl = Local(form["returnUrl"]);
        if (await signIn.GetTwoFactorAuthenticationUserAsync() is null)
            return Page.SeeOther("/sign-in");
        if (!form.Genuine)
            return Page.Of<TwoFactor>(StatusCodes.Status400BadRequest, new { ReturnUrl = returnUrl, Problem = Again });

        var box = new Timebox(time);
        var code = form["code"].Replace(" ", "", StringComparison.Ordinal);
        var result = code.Length == 6 && code.All(char.IsAsciiDigit)
            ? await signIn.TwoFactorAuthenticatorSignInAsync(code, isPersistent: false, rememberClient: false)
            : await signIn.TwoFactorRecoveryCodeSignInAsync(code);
        if (result.Succeeded)
            return Page.SeeOther(returnUrl);

        await box.FillAsync();
        return Page.Of<TwoFactor>(StatusCodes.Status422UnprocessableEntity, new { ReturnUrl = returnUrl, Problem = WrongCode });
    }

    public async Task<IResult> SignOutAsync(HttpContext http, FormPost form)
    {
        if (!form.Genuine && http.User.Identity?.IsAuthenticated == true)
            return await ShowAsync(http.User, StatusCodes.Status400BadRequest, [Again]);

        await signIn.SignOutAsync();
        return Page.SeeOther("/sign-in");
    }

    public async Task<IResult> AccountAsync(HttpContext http) => await ShowAsync(http.User, StatusCodes.Status200OK, [], changed: http.Request.Query.ContainsKey("changed"));

    public async Task<IResult> ChangeAsync(HttpContext http, FormPost form)
    {
        if (!form.Genuine)
            return await ShowAsync(http.User, StatusCodes.Status400BadRequest, [Again]);

        var account = (await users.GetUserAsync(http.User))!;
        var outcome = await change.ApplyAsync(account, form["current-password"], form["new-password"], http.Connection.RemoteIpAddress?.ToString());
        if (outcome.Problems.Count > 0)
            return await ShowAsync(http.User, StatusCodes.Status422UnprocessableEntity, outcome.Problems, outcome.NewIsRefused);

        await signIn.RefreshSignInAsync(account);
        return Page.SeeOther("/account?changed");
    }

    private async Task<IResult> ShowAsync(ClaimsPrincipal user, int status, IReadOnlyList<string> problems, bool newIsRefused = false, bool changed = false)
    {
        var account = (await users.GetUserAsync(user))!;
        var last = await database.Trail.AsNoTracking()
            .Where(line => line.AccountId == account.Id && (line.Kind == RecoveryEventKind.Redeemed || line.Kind == RecoveryEventKind.PasswordChanged))
            .OrderByDescending(line => line.At)
            .FirstOrDefaultAsync();
        return Page.Of<AccountPage>(status, new
        {
            Address = account.Email ?? account.UserName ?? "",
            account.TwoFactorEnabled,
            LastChanged = last?.At,
            Problems = problems,
            NewIsRefused = newIsRefused,
            MinimumLength = settings.Value.Passwords.MinimumFor(account),
            Changed = changed,
        });
    }

    // Nothing but a path of ours: no scheme, no host, no backslash that a browser would read as a slash.
    private static string Local(string? url) =>
        url is ['/', ..] and not ['/', '/' or '\\', ..] && !url.Any(c => char.IsControl(c) || c == '\\') && Uri.IsWellFormedUriString(url, UriKind.Relative)
            ? url
            : Account;

    private static bool IsConsole(string? url) => Local(url).StartsWith("/admin", StringComparison.OrdinalIgnoreCase);
}
