using Microsoft.AspNetCore.Identity;
using Microsoft.IdentityModel.Tokens;

namespace OneTimeJwt.Tokens;

/// <summary>
/// What a token may be used for: declared once, with its page, its lifetime and the state that its use changes.
/// </summary>
/// <param name="name">The <c>aud</c> claim (RFC 7519, section 4.1.3) and a part of the key; no two purposes share it.</param>
/// <param name="page">The path that its links lead to, for example <c>/reset-password</c>.</param>
/// <param name="lifetime">How long a token lives, from the configured lifetimes.</param>
/// <param name="state">
/// The values of an account that this purpose's use will change, in a fixed order: the key is made of them. A missing
/// one is <see langword="null"/>. It must take any account, also one that is made up.
/// </param>
/// <param name="longest">The longest life that any token of this purpose may have, where some live longer than others.</param>
/// <param name="identityPurpose">What ASP.NET Core Identity calls it, where Identity has such tokens.</param>
public sealed class TokenPurpose(
    string name,
    string page,
    Func<TokenLifetimes, TimeSpan> lifetime,
    Func<TokenAccount, string?[]> state,
    Func<TokenLifetimes, TimeSpan>? longest = null,
    string? identityPurpose = null)
{
    /// <summary>
    /// Choosing a new password. Redeeming replaces the security stamp and the password hash (a new salt makes a new
    /// hash even for the same password), so the key that signed the link no longer exists: that is what makes it
    /// one-time. The address is bound as well, so that a link mailed to a former address stops working.
    /// </summary>
    public static TokenPurpose Reset { get; } = new(
        "reset",
        "/reset-password",
        lifetimes => lifetimes.Reset,
        account => [account.SecurityStamp, account.PasswordHash, .. account.AddressState()],
        lifetimes => lifetimes.Reset > lifetimes.ResetByAdmin ? lifetimes.Reset : lifetimes.ResetByAdmin,
        UserManager<IdentityUser>.ResetPasswordTokenPurpose);

    /// <summary>
    /// Confirming the address. Redeeming sets the flag that is bound here. The stamp stays, so that no session ends
    /// by it; that it is bound ends the link with every other change of the account.
    /// </summary>
    public static TokenPurpose Confirm { get; } = new(
        "confirm",
        "/confirm-email",
        lifetimes => lifetimes.Confirm,
        account => [account.SecurityStamp, .. account.AddressState(), account.EmailConfirmed ? "confirmed" : null],
        identityPurpose: UserManager<IdentityUser>.ConfirmEmailTokenPurpose);

    /// <summary>The purposes that need nothing but Identity's own columns.</summary>
    public static IReadOnlyList<TokenPurpose> All { get; } = [Reset, Confirm];

    /// <summary>The purpose's name: the <c>aud</c> claim (RFC 7519, section 4.1.3) and a part of the key.</summary>
    public string Name { get; } = name;

    /// <summary>The path that its links lead to.</summary>
    public string Page { get; } = page;

    /// <summary>What ASP.NET Core Identity calls this purpose; null where it has no such tokens.</summary>
    public string? IdentityPurpose { get; } = identityPurpose;

    /// <summary>What the library checks of every token of this purpose.</summary>
    internal TokenValidationParameters Checks { get; } = KeyedToken.Checks(name);

    /// <summary>How long a token lives that the account's own user asked for.</summary>
    /// <param name="lifetimes">The configured lifetimes.</param>
    /// <returns>The time from minting to <c>exp</c>.</returns>
    public TimeSpan Lifetime(TokenLifetimes lifetimes) => lifetime(lifetimes);

    /// <summary>The longest life that any token of this purpose may have; <c>exp</c> further ahead is refused.</summary>
    /// <param name="lifetimes">The configured lifetimes.</param>
    /// <returns>The time from now to the latest acceptable <c>exp</c>.</returns>
    public TimeSpan MaxLifetime(TokenLifetimes lifetimes) => (longest ?? lifetime)(lifetimes);

    /// <summary>The state of the account that this purpose's use will change.</summary>
    /// <param name="account">The account as it is now.</param>
    /// <returns>The values in a fixed order; a missing one is <see langword="null"/>.</returns>
    public string?[] State(TokenAccount account) => state(account);
}
