using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Languages;
using OneTimeJwt.Web.Shell;

namespace OneTimeJwt.Web.Accounts;

internal static class AccountRoutes
{
    public static void MapAccounts(this IEndpointRouteBuilder routes)
    {
        routes.MapPage("/sign-in", (AccountPages pages, HttpContext http, string? returnUrl) => pages.SignIn(http, returnUrl));
        routes.MapForm("/sign-in", (AccountPages pages, HttpContext http, FormPost form) => pages.EnterAsync(http, form));
        routes.MapPage("/sign-in/two-factor", (AccountPages pages, HttpContext http, string? returnUrl) => pages.SecondStepAsync(http, returnUrl));
        routes.MapForm("/sign-in/two-factor", (AccountPages pages, HttpContext http, FormPost form) => pages.EnterCodeAsync(http, form));
        routes.MapForm("/sign-in/two-factor/passkey", (AccountPages pages, FormPost form) => pages.EnterSecondPasskeyAsync(form));
        routes.MapPage("/sign-in/passkey", (AccountPages pages, string? returnUrl) => pages.PasskeyAsync(returnUrl));
        routes.MapForm("/sign-in/passkey", (AccountPages pages, FormPost form) => pages.EnterPasskeyAsync(form));
        routes.MapForm("/sign-out", (AccountPages pages, HttpContext http, FormPost form) => pages.SignOutAsync(http, form));
        routes.MapPage("/account", [Authorize] (AccountPages pages, HttpContext http) => pages.AccountAsync(http));
        routes.MapForm("/account", [Authorize] (AccountPages pages, HttpContext http, FormPost form) => pages.ChangeAsync(http, form));
        routes.MapForm("/sign-in/two-factor/mail", (AccountPages pages, HttpContext http, FormPost form) => pages.MailCodeAsync(http, form));
        routes.MapStepUp();
        routes.MapSecondFactor();
        routes.MapAddressChange();
        // https://w3c.github.io/webappsec-change-password-url/
        routes.MapPage("/.well-known/change-password", () => Results.LocalRedirect("~/account"));
    }
}

/// <summary>What the sign-in and account pages do.</summary>
internal sealed class AccountPages(
    AccountSignIn signIn,
    UserManager<Account> users,
    AccountsContext database,
    PasswordChange change,
    SecondFactor factor,
    AccountLabels labels,
    Passkeys passkeys,
    MailedCodes codes,
    PasswordLength passwordLength,
    SignInMeter meter,
    IOptions<AccountsSettings> settings,
    TimeProvider time)
{
    private const string Account = "/account";
    private const string FromForm = "from-form";

    public IResult SignIn(HttpContext http, string? returnUrl)
    {
        if (settings.Value.SignInUrl is { } elsewhere && !IsConsole(returnUrl))
            return http.Request.Query.ContainsKey(FromForm) ? LeadOn(http) : Results.Redirect(elsewhere);

        return http.User.Identity?.IsAuthenticated == true
            ? Page.SeeOther(Local(returnUrl))
            : Page.Of<SignIn>(parameters: new { ReturnUrl = Local(returnUrl), OffersPasskeys = passkeys.Offered });
    }

    public async Task<IResult> EnterAsync(HttpContext http, FormPost form)
    {
        var returnUrl = Local(form["returnUrl"]);
        if (settings.Value.SignInUrl is not null && !IsConsole(returnUrl))
            return SignInAgain();

        var address = form["email"].Trim();
        if (!form.Genuine)
            return Page.Of<SignIn>(StatusCodes.Status400BadRequest, new { ReturnUrl = returnUrl, Address = address, OffersPasskeys = passkeys.Offered, Problem = form.Problem });

        // An empty field is no guess.
        if (address.Length == 0 || form["password"].Length == 0)
        {
            var (empty, label) = address.Length == 0 ? ("email", Words.EmailAddress) : ("password", Words.Password);
            return Page.Of<SignIn>(
                StatusCodes.Status422UnprocessableEntity,
                new { ReturnUrl = returnUrl, Address = address, OffersPasskeys = passkeys.Offered, Problem = Words.FieldIsEmpty.With(label), Empty = empty });
        }

        var box = new Timebox(time);
        var result = await signIn.EnterAsync(address, form["password"]);
        meter.Count(SignInMeter.Password, result);
        if (result.RequiresTwoFactor)
        {
            if (await signIn.GetTwoFactorAuthenticationUserAsync() is { } account && !await SecondFactor.IsOnAsync(users, account))
                await codes.AskAsync(account, Client(http));
            return Page.SeeOther(With("/sign-in/two-factor", returnUrl));
        }

        if (result.Succeeded)
            return Page.SeeOther(returnUrl);

        await box.FillAsync(signIn.LongestCheck(form["password"]));
        return Page.Of<SignIn>(StatusCodes.Status422UnprocessableEntity, new { ReturnUrl = returnUrl, Address = address, OffersPasskeys = passkeys.Offered, Problem = Words.SignInFailed });
    }

    public async Task<IResult> SecondStepAsync(HttpContext http, string? returnUrl) =>
        await signIn.GetTwoFactorAuthenticationUserAsync() is { } account
            ? await SecondStepAsync(StatusCodes.Status200OK, account, Local(returnUrl), problem: null, again: http.Request.Query.ContainsKey("again"))
            : SignInAgain();

    /// <summary>Another code, where the one before didn't come.</summary>
    public async Task<IResult> MailCodeAsync(HttpContext http, FormPost form)
    {
        var returnUrl = Local(form["returnUrl"]);
        if (await signIn.GetTwoFactorAuthenticationUserAsync() is not { } account)
            return SignInAgain();
        if (!form.Genuine)
            return await SecondStepAsync(StatusCodes.Status400BadRequest, account, returnUrl, form.Problem);

        if (!await SecondFactor.IsOnAsync(users, account))
            await codes.AskAsync(account, Client(http));
        return Page.SeeOther($"{With("/sign-in/two-factor", returnUrl)}&again");
    }

    public async Task<IResult> EnterCodeAsync(HttpContext http, FormPost form)
    {
        var returnUrl = Local(form["returnUrl"]);
        if (await signIn.GetTwoFactorAuthenticationUserAsync() is not { } account)
            return SignInAgain();
        if (!form.Genuine)
            return await SecondStepAsync(StatusCodes.Status400BadRequest, account, returnUrl, form.Problem);

        var box = new Timebox(time);
        var code = form["code"].Replace(" ", "", StringComparison.Ordinal);
        var state = await factor.ReadAsync(account);
        var isShort = code.Length == 6 && code.All(char.IsAsciiDigit);
        var (method, result) = code.Length == 0 ? (SignInMeter.Code, SignInResult.Failed)
            : isShort && state.HasAuthenticator
            ? (SignInMeter.Code, await signIn.EnterWithAppCodeAsync(account, code))
            : isShort && !state.IsOn
            ? (SignInMeter.MailedCode, await signIn.EnterWithMailedCodeAsync(account, () => codes.TryUseAsync(account, code, Client(http))))
            : (SignInMeter.RecoveryCode, await signIn.EnterWithRecoveryCodeAsync(account, code));
        meter.Count(method, result);
        if (result.Succeeded)
            return Page.SeeOther(returnUrl);

        await box.FillAsync();
        return await SecondStepAsync(StatusCodes.Status422UnprocessableEntity, account, returnUrl, state.IsOn ? Words.WrongCode : Words.WrongMailedCode.With(InWords.Of(MailedCodes.Lifetime)));
    }

    public async Task<IResult> EnterSecondPasskeyAsync(FormPost form)
    {
        var returnUrl = Local(form["returnUrl"]);
        if (await signIn.GetTwoFactorAuthenticationUserAsync() is not { } account)
            return SignInAgain();
        if (!form.Genuine)
            return await SecondStepAsync(StatusCodes.Status400BadRequest, account, returnUrl, form.Problem);

        return await TryPasskeyAsync(account, form)
            ? Page.SeeOther(returnUrl)
            : await SecondStepAsync(StatusCodes.Status422UnprocessableEntity, account, returnUrl, Words.WrongPasskey);
    }

    public Task<IResult> PasskeyAsync(string? returnUrl) => PasskeyAsync(StatusCodes.Status200OK, Local(returnUrl), problem: null);

    public async Task<IResult> EnterPasskeyAsync(FormPost form)
    {
        var returnUrl = Local(form["returnUrl"]);
        if (!form.Genuine)
            return await PasskeyAsync(StatusCodes.Status400BadRequest, returnUrl, form.Problem);

        return await TryPasskeyAsync(account: null, form)
            ? Page.SeeOther(returnUrl)
            : await PasskeyAsync(StatusCodes.Status422UnprocessableEntity, returnUrl, Words.WrongPasskey);
    }

    public async Task<IResult> SignOutAsync(HttpContext http, FormPost form)
    {
        if (!form.Genuine && http.User.Identity?.IsAuthenticated == true)
            return await ShowAsync(http.User, StatusCodes.Status400BadRequest, [form.Problem]);

        await signIn.SignOutAsync();
        return SignInAgain();
    }

    public async Task<IResult> AccountAsync(HttpContext http) => await ShowAsync(http.User, StatusCodes.Status200OK, [], changed: http.Request.Query.ContainsKey("changed"));

    public async Task<IResult> ChangeAsync(HttpContext http, FormPost form)
    {
        if (!form.Genuine)
            return await ShowAsync(http.User, StatusCodes.Status400BadRequest, [form.Problem]);

        var account = (await users.GetUserAsync(http.User))!;
        var outcome = await change.ApplyAsync(account, form["current-password"], form["new-password"], http.Connection.RemoteIpAddress?.ToString());
        if (outcome.Problems.Count > 0)
            return await ShowAsync(http.User, StatusCodes.Status422UnprocessableEntity, outcome.Problems, outcome.NewIsRefused);

        await signIn.RefreshSignInAsync(account);
        return Page.SeeOther("/account?changed");
    }

    private async Task<bool> TryPasskeyAsync(Account? account, FormPost form)
    {
        var entered = await passkeys.EnteredAsync(account, form["state"], form["credential"]) is { } proof && await signIn.EnterWithPasskeyAsync(proof);
        meter.Count(SignInMeter.Passkey, entered ? SignInResult.Success : SignInResult.Failed);
        return entered;
    }

    private async Task<IResult> SecondStepAsync(int status, Account account, string returnUrl, string? problem, bool again = false)
    {
        var state = await factor.ReadAsync(account);
        if (!state.IsOn)
            return Page.Of<MailedCodePage>(status, new { ReturnUrl = returnUrl, Problem = problem, Again = again, HasRecoveryCodes = state.CodesLeft > 0, NextAt = await codes.NextAtAsync(account.Id) });

        return Page.Of<TwoFactor>(status, new
        {
            ReturnUrl = returnUrl,
            Problem = problem,
            state.HasAuthenticator,
            Passkey = state.Passkeys.Count > 0 && passkeys.Offered ? await passkeys.AskToEnterAsync(account) : null,
        });
    }

    private async Task<IResult> PasskeyAsync(int status, string returnUrl, string? problem) =>
        passkeys.Offered
            ? Page.Of<PasskeySignIn>(status, new { Request = await passkeys.AskToEnterAsync(account: null), ReturnUrl = returnUrl, Problem = problem })
            : SignInAgain();

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
            (await labels.OfAsync(database, account))?.UserName,
            account.TwoFactorEnabled,
            ByMail = account.TwoFactorEnabled && !await SecondFactor.IsOnAsync(users, account),
            LastChanged = last?.At,
            Problems = problems,
            NewIsRefused = newIsRefused,
            MinimumLength = await passwordLength.MinimumAsync(users, account),
            Changed = changed,
        });
    }

    private IResult SignInAgain() => Page.SeeOther(AfterForm("/sign-in", settings.Value));

    // A page ends the redirects of the form; where it leads is followed as from a link.
    private static IResult LeadOn(HttpContext http)
    {
        http.Response.Headers["Refresh"] = $"0; url={http.Request.PathBase}/sign-in";
        return Page.Of<SignInElsewhere>();
    }

    private static string? Client(HttpContext http) => http.Connection.RemoteIpAddress?.ToString();

    // Nothing but a path of ours: no scheme, no host, no backslash that a browser would read as a slash.
    public static string Local(string? url, string otherwise = Account) =>
        url is ['/', ..] and not ['/', '/' or '\\', ..] && !url.Any(c => char.IsControl(c) || c == '\\') && Uri.IsWellFormedUriString(url, UriKind.Relative)
            ? url
            : otherwise;

    /// <summary>A page that leads on to another one.</summary>
    public static string With(string path, string returnUrl) => path + QueryString.Create("returnUrl", returnUrl);

    /// <summary>
    /// Where a form leads whose sender has to sign in. Chromium holds each redirect of a form against <c>form-action</c>, so where
    /// <c>Accounts:SignInUrl</c> is set, a page of ours comes in between.
    /// </summary>
    public static string AfterForm(string signIn, AccountsSettings settings) =>
        settings.SignInUrl is null ? signIn : QueryHelpers.AddQueryString(signIn, FromForm, "");

    public static bool IsConsole(string? url) => Local(url).StartsWith("/admin", StringComparison.OrdinalIgnoreCase);
}
