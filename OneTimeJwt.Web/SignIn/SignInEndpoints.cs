namespace OneTimeJwt.Web.SignIn;

internal static class SignInRoutes
{
    public static void MapSignIn(this IEndpointRouteBuilder routes)
    {
        routes.MapPage<SignInEndpoints>("/sign-in", pages => pages.SignIn);
        routes.MapForm<SignInEndpoints>("/sign-in", pages => pages.EnterAsync);
        routes.MapPage<PasskeySignInEndpoints>("/sign-in/passkey", pages => pages.ShowAsync);
        routes.MapForm<PasskeySignInEndpoints>("/sign-in/passkey", pages => pages.EnterAsync);
        routes.MapPage<SecondStepEndpoints>("/sign-in/two-factor", pages => pages.ShowAsync);
        routes.MapForm<SecondStepEndpoints>("/sign-in/two-factor", pages => pages.EnterCodeAsync);
        routes.MapForm<SecondStepEndpoints>("/sign-in/two-factor/passkey", pages => pages.EnterPasskeyAsync);
        routes.MapForm<SecondStepEndpoints>("/sign-in/two-factor/mail", pages => pages.MailCodeAsync);
        routes.MapStepUp();
    }
}

/// <summary>The sign-in page: address and password.</summary>
internal sealed class SignInEndpoints(
    AccountSignInManager signIn,
    PasswordCheck check,
    SignInOffer offer,
    MailedCodes codes,
    SignInMetrics meter,
    IOptions<AccountsSettings> settings,
    TimeProvider time)
{
    public IResult SignIn(HttpContext http, string? returnUrl)
    {
        if (settings.Value.SignInUrl is { } elsewhere && !ReturnUrls.IsConsole(returnUrl))
            return http.Request.Query.ContainsKey(ReturnUrls.FromForm) ? RefreshToSignIn(http) : Results.Redirect(elsewhere);

        // An account that is signed in may lack a role that its owner has at the provider.
        return http.User.Identity?.IsAuthenticated == true && offer.Provider(returnUrl) is null
            ? Page.SeeOther(ReturnUrls.Local(returnUrl))
            : Show(ReturnUrls.Local(returnUrl));
    }

    public async Task<IResult> EnterAsync(HttpContext http, FormPost form)
    {
        var returnUrl = ReturnUrls.Local(form["returnUrl"]);
        if (settings.Value.SignInUrl is not null && !ReturnUrls.IsConsole(returnUrl))
            return ReturnUrls.SignInAgain(settings.Value);
        if (!offer.HasAccounts(returnUrl))
            return Show(returnUrl, new FormProblem(Words.SignInAtProviderOnly) { Status = StatusCodes.Status403Forbidden });

        var (address, password) = (form["email"].Trim(), form["password"]);
        if (form.Forgery is { } forgery)
            return Show(returnUrl, forgery, address);

        // An empty field does not count as a guess.
        if (address.Length == 0 || password.Length == 0)
        {
            var (empty, label) = address.Length == 0 ? ("email", Words.EmailAddress) : ("password", Words.Password);
            return Show(returnUrl, new FormProblem(Words.FieldIsEmpty.With(label)) { Field = empty }, address);
        }

        var timebox = new Timebox(time);
        var result = await signIn.EnterAsync(address, password);
        meter.Count(SignInMetrics.Password, result);
        if (result.RequiresTwoFactor)
        {
            if (await signIn.GetTwoFactorAuthenticationUserAsync() is { } account
                && !await SecondFactor.IsOnAsync(signIn.UserManager, account))
                await codes.AskAsync(account, http.ClientAddress());
            return Page.SeeOther(ReturnUrls.With("/sign-in/two-factor", returnUrl));
        }

        if (result.Succeeded)
            return Page.SeeOther(returnUrl);

        await timebox.WaitRemainingAsync(check.MaxTime(password));
        return Show(returnUrl, new FormProblem(Words.SignInFailed), address);
    }

    private IResult Show(string returnUrl, FormProblem? problem = null, string? address = null) =>
        Page.Of<SignInPage>(problem, new
        {
            ReturnUrl = returnUrl,
            Address = address,
            OffersPasskeys = offer.HasPasskeys,
            OffersAccounts = offer.HasAccounts(returnUrl),
            Provider = offer.Provider(returnUrl),
            Problem = problem,
        });

    // A page ends the redirects of the form: its Refresh header is followed like a link.
    private static IResult RefreshToSignIn(HttpContext http)
    {
        http.Response.Headers["Refresh"] = $"0; url={http.Request.PathBase}/sign-in";
        return Page.Of<SignInElsewhere>();
    }
}
