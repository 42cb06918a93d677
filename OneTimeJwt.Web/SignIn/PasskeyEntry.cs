using Microsoft.AspNetCore.Identity;
using OneTimeJwt.Web.Database;
using OneTimeJwt.Web.Site;

namespace OneTimeJwt.Web.SignIn;

/// <summary>Signs in with the passkey that a form carries.</summary>
internal sealed class PasskeyEntry(Passkeys passkeys, AccountSignInManager signIn, SignInMetrics meter)
{
    public async Task<bool> TryAsync(Account? account, FormPost form)
    {
        var entered =
            await passkeys.EnteredAsync(account, form["state"], form["credential"]) is { } proof
            && await signIn.EnterWithPasskeyAsync(proof);
        meter.Count(SignInMetrics.Passkey, entered ? SignInResult.Success : SignInResult.Failed);
        return entered;
    }

    /// <returns>What the browser is asked for; null where passkeys aren't offered.</returns>
    public async Task<PasskeyRequest?> AskAsync(Account? account) => passkeys.Offered ? await passkeys.AskToEnterAsync(account) : null;
}
