namespace OneTimeJwt.Web.SignIn;

/// <summary>What an account has besides its password.</summary>
/// <param name="IsOn">Whether sign-in asks for an authenticator app or a passkey.</param>
/// <param name="HasAuthenticator">Whether it has an app whose codes can be checked here.</param>
/// <param name="CodesLeft">How many recovery codes it has.</param>
/// <param name="Passkeys">Those of this site.</param>
/// <param name="IsElsewhere">Whether two-factor is on with nothing that can be asked for here, such as another application's text
/// messages.</param>
public sealed record SecondFactorState(
    bool IsOn, bool HasAuthenticator, int CodesLeft, IReadOnlyList<UserPasskeyInfo> Passkeys, bool IsElsewhere = false);

/// <summary>What stands in the way of a change; the new recovery codes where there are any, to be shown once.</summary>
public sealed record SecondFactorChange(string? Problem, IReadOnlyList<string> Codes);
