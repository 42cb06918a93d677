namespace OneTimeJwt.Web.SignIn;

/// <summary>The second step of a sign-in: a code of an app, a mailed code, a recovery code or a passkey.</summary>
internal sealed class SecondStepEndpoints(
    AccountSignInManager signIn,
    SecondFactor factor,
    PasskeyEntry entry,
    MailedCodes codes,
    SignInMetrics meter,
    IOptions<AccountsSettings> settings,
    TimeProvider time)
{
    public async Task<IResult> ShowAsync(HttpContext http, string? returnUrl) =>
        await signIn.GetTwoFactorAuthenticationUserAsync() is { } account
            ? await ShowAsync(account, ReturnUrls.Local(returnUrl), problem: null, again: http.Request.Query.ContainsKey("again"))
            : SignInAgain();

    /// <summary>Another code, where the one before didn't come.</summary>
    public Task<IResult> MailCodeAsync(HttpContext http, FormPost form) => AnswerAsync(form, async (account, returnUrl) =>
    {
        if (!await SecondFactor.IsOnAsync(signIn.UserManager, account))
            await codes.AskAsync(account, http.ClientAddress());
        return Page.SeeOther($"{ReturnUrls.With("/sign-in/two-factor", returnUrl)}&again");
    });

    public Task<IResult> EnterCodeAsync(HttpContext http, FormPost form) => AnswerAsync(form, async (account, returnUrl) =>
    {
        var timebox = new Timebox(time);
        var code = form["code"].Replace(" ", "", StringComparison.Ordinal);
        var state = await factor.ReadAsync(account);
        var isShort = code.Length == 6 && code.All(char.IsAsciiDigit);
        var (method, result) = code.Length == 0 ? (SignInMetrics.Code, SignInResult.Failed)
            : isShort && state.HasAuthenticator ? (SignInMetrics.Code, await signIn.EnterWithAppCodeAsync(account, code))
            : isShort && !state.IsOn ? (SignInMetrics.MailedCode, await EnterMailedCodeAsync())
            : (SignInMetrics.RecoveryCode, await signIn.EnterWithRecoveryCodeAsync(account, code));
        meter.Count(method, result);
        if (result.Succeeded)
            return Page.SeeOther(returnUrl);

        await timebox.WaitRemainingAsync();
        var problem = state.IsOn ? Words.WrongCode : Words.WrongMailedCode.With(DisplayText.Of(MailedCodes.Lifetime));
        return await ShowAsync(account, returnUrl, new FormProblem(problem));

        Task<SignInResult> EnterMailedCodeAsync() => signIn.EnterWithMailedCodeAsync(
            account, () => codes.TryUseAsync(account, code, http.ClientAddress()));
    });

    public Task<IResult> EnterPasskeyAsync(FormPost form) => AnswerAsync(form, async (account, returnUrl) =>
        await entry.EnterAsync(account, form)
            ? Page.SeeOther(returnUrl)
            : await ShowAsync(account, returnUrl, new FormProblem(Words.WrongPasskey)));

    private async Task<IResult> AnswerAsync(FormPost form, Func<Account, string, Task<IResult>> answer)
    {
        var returnUrl = ReturnUrls.Local(form["returnUrl"]);
        return await signIn.GetTwoFactorAuthenticationUserAsync() is not { } account ? SignInAgain()
            : form.Forgery is { } forgery ? await ShowAsync(account, returnUrl, forgery)
            : await answer(account, returnUrl);
    }

    private async Task<IResult> ShowAsync(Account account, string returnUrl, FormProblem? problem, bool again = false)
    {
        var state = await factor.ReadAsync(account);
        if (!state.IsOn)
            return Page.Of<MailedCodePage>(
                problem,
                new
                {
                    ReturnUrl = returnUrl,
                    Problem = problem,
                    Again = again,
                    HasRecoveryCodes = state.CodesLeft > 0,
                    NextAt = await codes.NextAtAsync(account.Id),
                });

        return Page.Of<TwoFactorPage>(problem, new
        {
            ReturnUrl = returnUrl,
            Problem = problem,
            state.HasAuthenticator,
            Passkey = state.Passkeys.Count > 0 ? await entry.AskAsync(account) : null,
        });
    }

    private IResult SignInAgain() => ReturnUrls.SignInAgain(settings.Value);
}
