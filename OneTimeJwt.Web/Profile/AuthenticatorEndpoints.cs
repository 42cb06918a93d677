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
        return await ShowAsync(account, keys.New(account), returnUrl, problem: null);
    }

    public async Task<IResult> UseAsync(FormPost form)
    {
        var account = await confirmed.AccountAsync();
        var returnUrl = form["returnUrl"];
        if (keys.Unseal(account, form["key"]) is not { } key)
            return await ShowAsync(account, keys.New(account), returnUrl, new FormProblem(Words.StaleKey));
        if (form.Forgery is { } forgery)
            return await ShowAsync(account, key, returnUrl, forgery);
        if (!await signIn.CheckPasswordAsync(account, form["password"]))
            return await ShowAsync(account, key, returnUrl, new FormProblem(Words.WrongPassword) { Field = "password" });

        var code = form["code"].Replace(" ", "", StringComparison.Ordinal);
        var change = await factor.UseAuthenticatorAsync(account, key.Key, code, confirmed.Client);
        return change.Problem is { } problem
            ? await ShowAsync(account, key, returnUrl, new FormProblem(problem))
            : await confirmed.DoneAsync(account, change, returnUrl, proven: true);
    }

    private async Task<IResult> ShowAsync(Account account, AuthenticatorKey key, string? returnUrl, FormProblem? problem) =>
        Page.Of<AuthenticatorPage>(
            problem,
            new
            {
                Key = key,
                Address = ConfirmedChange.Address(account),
                Replaces = (await factor.ReadAsync(account)).HasAuthenticator,
                ReturnUrl = ReturnUrls.Local(returnUrl, SecondFactorRoutes.Path),
                Problem = problem,
            });
}
