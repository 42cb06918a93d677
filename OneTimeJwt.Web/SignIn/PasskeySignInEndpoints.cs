namespace OneTimeJwt.Web.SignIn;

/// <summary>Signing in with a passkey alone.</summary>
internal sealed class PasskeySignInEndpoints(PasskeyEntry entry, IOptions<AccountsSettings> settings)
{
    public Task<IResult> ShowAsync(string? returnUrl) => ShowAsync(ReturnUrls.Local(returnUrl), problem: null);

    public async Task<IResult> EnterAsync(FormPost form)
    {
        var returnUrl = ReturnUrls.Local(form["returnUrl"]);
        if (form.Forgery is null && await entry.EnterAsync(account: null, form))
            return Page.SeeOther(returnUrl);

        return await ShowAsync(returnUrl, form.Forgery ?? new FormProblem(Words.WrongPasskey));
    }

    private async Task<IResult> ShowAsync(string returnUrl, FormProblem? problem) =>
        await entry.AskAsync(account: null) is { } request
            ? Page.Of<PasskeySignIn>(problem, new { Request = request, ReturnUrl = returnUrl, Problem = problem })
            : ReturnUrls.SignInAgain(settings.Value);
}
