using System.Security.Claims;

namespace OneTimeJwt.Web.Admin;

/// <summary>
/// A program that has proven who it is. Only the API's authentication makes one, so that neither a cookie nor a claim of another
/// application's is ever taken for it.
/// </summary>
/// <param name="actor">What the trail has as the actor.</param>
/// <param name="displayName">What it is called.</param>
/// <param name="role">By which its acts are judged; of a key, its role is read again at each act.</param>
/// <param name="claims">What else it may, for the API.</param>
public sealed class MachineIdentity(string actor, string displayName, ConsoleRole role, IEnumerable<Claim> claims)
    : ClaimsIdentity(claims, "Machine")
{
    // No issuer begins like that, so that nobody of a provider is taken for a program.
    private const string TokenPrefix = "token:";

    public string ActorId { get; } = actor;

    public string DisplayName { get; } = displayName;

    public ConsoleRole Role { get; } = role;

    /// <returns>What the trail has for a program with a provider's token.</returns>
    public static string ActorOf(string issuer, string subject) => $"{TokenPrefix}{issuer} {subject}";

    /// <summary>Whether an actor of the trail is a program with a token, of which nothing is known here but what each token says.</summary>
    public static bool IsOfToken(string actor) => actor.StartsWith(TokenPrefix, StringComparison.Ordinal);
}
