using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Profile;

/// <summary>Setting up an authenticator app.</summary>
internal sealed class AuthenticatorEndpoints(
    ConfirmedChange confirmed,
    AccountSignInManager signIn,
    SecondFactor factor,
    AuthenticatorKeys keys)
{
    public async Task<IResult> ShowAsync(string? returnUrl)
    {
        var account = await confirmed.AccountAsync();
        return await ShowAsync(StatusCodes.Status200OK, account, keys.New(account), returnUrl, []);
    }

    public async Task<IResult> UseAsync(FormPost form)
    {
        var account = await confirmed.AccountAsync();
        var returnUrl = form["returnUrl"];
        if (keys.Unseal(account, form["key"]) is not { } key)
            return await ShowAsync(StatusCodes.Status422UnprocessableEntity, account, keys.New(account), returnUrl, [Words.StaleKey]);
        if (!form.IsAntiforgeryValid)
            return await ShowAsync(StatusCodes.Status400BadRequest, account, key, returnUrl, [form.Problem]);
        if (!await signIn.CheckPasswordAsync(account, form["password"]))
            return await ShowAsync(
                StatusCodes.Status422UnprocessableEntity,
                account,
                key,
                returnUrl,
                [Words.WrongPassword],
                passwordIsWrong: true);

        var code = form["code"].Replace(" ", "", StringComparison.Ordinal);
        var change = await factor.UseAuthenticatorAsync(account, key.Key, code, confirmed.Client);
        return change.Problem is { } problem
            ? await ShowAsync(StatusCodes.Status422UnprocessableEntity, account, key, returnUrl, [problem])
            : await confirmed.DoneAsync(account, change, returnUrl, proven: true);
    }

    private async Task<IResult> ShowAsync(
        int status,
        Account account,
        AuthenticatorKey key,
        string? returnUrl,
        IReadOnlyList<string> problems,
        bool passwordIsWrong = false) =>
        Page.Of<AuthenticatorPage>(
            status,
            new
            {
                Key = key,
                Address = ConfirmedChange.Address(account),
                Replaces = (await factor.ReadAsync(account)).HasAuthenticator,
                ReturnUrl = ReturnUrls.Local(returnUrl, SecondFactorRoutes.Path),
                Problems = problems,
                PasswordIsWrong = passwordIsWrong,
            });
}
