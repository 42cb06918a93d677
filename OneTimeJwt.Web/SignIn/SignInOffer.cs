namespace OneTimeJwt.Web.SignIn;

/// <summary>What the sign-in page offers to whoever is on the way to a page of this site.</summary>
internal sealed class SignInOffer(Passkeys passkeys, IOptions<ConsoleSettings> console, ConsoleProvider? provider = null)
{
    public bool HasPasskeys => passkeys.Offered;

    public bool HasAccounts(string? returnUrl) => console.Value.Local || !ReturnUrls.IsConsole(returnUrl);

    // The provider's people have no account page.
    public ConsoleProvider? Provider(string? returnUrl) => ReturnUrls.IsConsole(returnUrl) ? provider : null;
}
