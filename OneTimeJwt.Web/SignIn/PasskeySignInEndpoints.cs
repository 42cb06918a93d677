namespace OneTimeJwt.Web.SignIn;

/// <summary>Signing in with a passkey alone.</summary>
internal sealed class PasskeySignInEndpoints(
    PasskeyEntry entry,
    IOptions<AccountsSettings> settings)
{
    public Task<IResult> ShowAsync(string? returnUrl) => ShowAsync(StatusCodes.Status200OK, ReturnUrls.Local(returnUrl), problem: null);

    public async Task<IResult> EnterAsync(FormPost form)
    {
        var returnUrl = ReturnUrls.Local(form["returnUrl"]);
        if (!form.IsAntiforgeryValid)
            return await ShowAsync(StatusCodes.Status400BadRequest, returnUrl, form.Problem);

        return await entry.EnterAsync(account: null, form)
            ? Page.SeeOther(returnUrl)
            : await ShowAsync(StatusCodes.Status422UnprocessableEntity, returnUrl, Words.WrongPasskey);
    }

    private async Task<IResult> ShowAsync(int status, string returnUrl, string? problem) =>
        await entry.AskAsync(account: null) is { } request
            ? Page.Of<PasskeySignIn>(status, new { Request = request, ReturnUrl = returnUrl, Problem = problem })
            : ReturnUrls.SignInAgain(settings.Value);
}
