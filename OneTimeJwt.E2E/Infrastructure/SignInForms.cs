
namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>Signing in without a browser.</summary>
internal static class SignInForms
{
    /// <summary>Signs in, through the second step where the account has an authenticator.</summary>
    /// <returns>How the last step was answered: 303 where it is in.</returns>
    public static async Task<HttpStatusCode> SignInAsync(this Visitor visitor, TestAccount account, string? password = null)
    {
        var first = await visitor.SignInAsync(account.Email, password ?? account.Password);
        if (first.Status != HttpStatusCode.SeeOther || account.AuthenticatorKey is null)
            return first.Status;

        return (await visitor.SubmitAsync(
            "/sign-in/two-factor", "/sign-in/two-factor", ("code", Totp.Code(account.AuthenticatorKey, DateTimeOffset.UtcNow)))).Status;
    }
}
