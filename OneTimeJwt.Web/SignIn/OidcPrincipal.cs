using System.Security.Claims;

namespace OneTimeJwt.Web.SignIn;

/// <summary>
/// A person who is signed in at the OpenID provider, as the cookie has them: who it is, and the session's id. Never Identity's claim
/// for an account's id, so that none of these people is ever taken for an account.
/// </summary>
public static class OidcPrincipal
{
    public const string AuthenticationType = "provider";

    private const string Issuer = "iss";

    // Antiforgery tokens are bound to it.
    private const string Subject = "sub";
    private const string Name = "name";
    private const string Session = "OneTimeJwt.OidcSession";

    public static ClaimsPrincipal Of(string issuer, string subject, string name, string session) =>
        new(new ClaimsIdentity(
            [new(Issuer, issuer), new(Subject, subject), new(Name, name), new(Session, session)],
            AuthenticationType,
            Name,
            roleType: null));

    /// <returns>The id of the session; null where it is none of the provider's people.</returns>
    public static string? SessionOf(ClaimsPrincipal user) => Find(user, Session);

    /// <returns>Issuer and subject, as the trail has them; null where it is none of the provider's people.</returns>
    public static string? PersonOf(ClaimsPrincipal user) =>
        Find(user, Issuer) is { } issuer && Find(user, Subject) is { } subject ? PersonOf(issuer, subject) : null;

    public static string PersonOf(string issuer, string subject) => $"{issuer} {subject}";

    private static string? Find(ClaimsPrincipal user, string claim) =>
        user.Identities.FirstOrDefault(identity => identity.AuthenticationType == AuthenticationType)?.FindFirst(claim)?.Value;
}
