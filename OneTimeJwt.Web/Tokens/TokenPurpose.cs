using Microsoft.AspNetCore.Identity;
using Microsoft.IdentityModel.Tokens;

namespace OneTimeJwt.Web.Tokens;

/// <summary>
/// What a token may be used for: declared once, with its lifetime and the state that its use changes.
/// A further purpose is a further static member, listed in <see cref="All"/>.
/// </summary>
public sealed class TokenPurpose
{
    private readonly Func<TokenLifetimes, TimeSpan> _lifetime;
    private readonly Func<TokenLifetimes, TimeSpan> _longest;
    private readonly Func<IdentityUser, string?[]> _state;

    private TokenPurpose(
        string name,
        string page,
        string identityPurpose,
        Func<TokenLifetimes, TimeSpan> lifetime,
        Func<TokenLifetimes, TimeSpan> longest,
        Func<IdentityUser, string?[]> state)
    {
        Name = name;
        Page = page;
        IdentityPurpose = identityPurpose;
        _lifetime = lifetime;
        _longest = longest;
        _state = state;
        Checks = TokenUnderKey.Checks(name);
    }

    /// <summary>
    /// Choosing a new password. Redeeming replaces the security stamp and the password hash (a new salt makes a new
    /// hash even for the same password), so the key that signed the link no longer exists: that is what makes it
    /// one-time. The address is bound as well, so that a link mailed to a former address dies with it.
    /// </summary>
    public static TokenPurpose Reset { get; } = new(
        "reset",
        "/reset-password",
        UserManager<IdentityUser>.ResetPasswordTokenPurpose,
        lifetimes => lifetimes.Reset,
        lifetimes => lifetimes.Reset > lifetimes.ResetByAdmin ? lifetimes.Reset : lifetimes.ResetByAdmin,
        user => [user.SecurityStamp, user.PasswordHash, user.NormalizedEmail]);

    /// <summary>
    /// Choosing the first password of an account that was made for somebody. Redeeming replaces the security stamp and
    /// puts a hash where none was; however else the account gets a password, the invitation ends with it.
    /// </summary>
    public static TokenPurpose Invite { get; } = new(
        "invite",
        "/invitation",
        "Invite",
        lifetimes => lifetimes.Invite,
        lifetimes => lifetimes.Invite,
        user => [user.SecurityStamp, user.PasswordHash, user.NormalizedEmail]);

    /// <summary>Every purpose there is.</summary>
    public static IReadOnlyList<TokenPurpose> All { get; } = [Reset, Invite];

    /// <summary>The purpose's name: the <c>aud</c> claim (RFC 7519, section 4.1.3) and a part of the key.</summary>
    public string Name { get; }

    /// <summary>The path that its links lead to.</summary>
    public string Page { get; }

    /// <summary>What ASP.NET Core Identity calls this purpose.</summary>
    public string IdentityPurpose { get; }

    /// <summary>What the library checks of every token of this purpose.</summary>
    internal TokenValidationParameters Checks { get; }

    /// <summary>How long a token lives that the account's own user asked for.</summary>
    /// <param name="lifetimes">The configured lifetimes.</param>
    /// <returns>The time from minting to <c>exp</c>.</returns>
    public TimeSpan Lifetime(TokenLifetimes lifetimes) => _lifetime(lifetimes);

    /// <summary>The longest life that any token of this purpose may have; <c>exp</c> further ahead is refused.</summary>
    /// <param name="lifetimes">The configured lifetimes.</param>
    /// <returns>The time from now to the latest acceptable <c>exp</c>.</returns>
    public TimeSpan LongestLifetime(TokenLifetimes lifetimes) => _longest(lifetimes);

    /// <summary>The state of the account that this purpose's use will change.</summary>
    /// <param name="user">The account as it is now.</param>
    /// <returns>The values in a fixed order; a missing one is <see langword="null"/>.</returns>
    public string?[] State(IdentityUser user) => _state(user);
}
