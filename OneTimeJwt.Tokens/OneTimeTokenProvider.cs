using Microsoft.AspNetCore.Identity;

namespace OneTimeJwt.Tokens;

/// <summary>
/// Lets ASP.NET Core Identity make and check its tokens here: named in <see cref="TokenOptions.PasswordResetTokenProvider"/>,
/// so that <see cref="UserManager{TUser}.GeneratePasswordResetTokenAsync"/> and
/// <see cref="UserManager{TUser}.ResetPasswordAsync"/> work unchanged.
/// </summary>
/// <typeparam name="TUser">The account.</typeparam>
/// <typeparam name="TKey">The type of its key.</typeparam>
/// <param name="tokens">Mints and verifies.</param>
/// <param name="own">The application's own purposes, beside <see cref="TokenPurpose.All"/>.</param>
public sealed class OneTimeTokenProvider<TUser, TKey>(OneTimeTokens tokens, IEnumerable<TokenPurpose> own)
    : IUserTwoFactorTokenProvider<TUser>
    where TUser : IdentityUser<TKey>
    where TKey : IEquatable<TKey>
{
    private readonly TokenPurpose[] _purposes = [.. TokenPurpose.All, .. own];

    /// <summary>Makes a token for an account in its present state.</summary>
    /// <param name="purpose">What Identity calls the purpose, or the name of one of the application's own.</param>
    /// <param name="manager">Not asked.</param>
    /// <param name="user">The account; its security stamp must not be missing.</param>
    /// <returns>The compact JWS (RFC 7515, section 3.1).</returns>
    /// <exception cref="NotSupportedException">No such purpose is declared.</exception>
    /// <exception cref="InvalidOperationException">The account has no security stamp, so nothing would make the token one-time.</exception>
    public Task<string> GenerateAsync(string purpose, UserManager<TUser> manager, TUser user) =>
        Find(purpose) is { } known
            ? Task.FromResult(tokens.Mint(known, user).Value)
            : throw new NotSupportedException($"No one-time token is declared for the purpose '{purpose}'.");

    /// <summary>Whether a token may be redeemed by this account now. It never throws, whatever the token is.</summary>
    /// <param name="purpose">What Identity calls the purpose, or the name of one of the application's own.</param>
    /// <param name="token">What came in.</param>
    /// <param name="manager">Not asked.</param>
    /// <param name="user">The account.</param>
    /// <returns><see langword="true"/> for <see cref="TokenVerdict.Valid"/> only.</returns>
    public async Task<bool> ValidateAsync(string purpose, string token, UserManager<TUser> manager, TUser user)
    {
        if (Find(purpose) is not { } known)
            return false;

        var account = TokenAccount.Of(user);
        var verification = await tokens.VerifyAsync(token, known, id => Task.FromResult(id == account.Id ? account : null));
        return verification.Verdict == TokenVerdict.Valid;
    }

    /// <summary>These tokens travel by mail; they are no second factor.</summary>
    /// <param name="manager">Not asked.</param>
    /// <param name="user">Not looked at.</param>
    /// <returns>Always <see langword="false"/>.</returns>
    public Task<bool> CanGenerateTwoFactorTokenAsync(UserManager<TUser> manager, TUser user) => Task.FromResult(false);

    private TokenPurpose? Find(string purpose) => Array.Find(_purposes, known => (known.IdentityPurpose ?? known.Name) == purpose);
}
