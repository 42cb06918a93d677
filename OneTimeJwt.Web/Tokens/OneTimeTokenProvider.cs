using Microsoft.AspNetCore.Identity;

namespace OneTimeJwt.Web.Tokens;

/// <summary>
/// Lets ASP.NET Core Identity make and check its tokens here: named in <see cref="TokenOptions.PasswordResetTokenProvider"/>,
/// so that <see cref="UserManager{TUser}.GeneratePasswordResetTokenAsync"/> and
/// <see cref="UserManager{TUser}.ResetPasswordAsync"/> work unchanged.
/// </summary>
/// <typeparam name="TUser">The account.</typeparam>
/// <param name="tokens">Mints and verifies.</param>
/// <param name="own">The application's own purposes, beside <see cref="TokenPurpose.All"/>.</param>
public sealed class OneTimeTokenProvider<TUser>(OneTimeTokens tokens, IEnumerable<TokenPurpose> own) : IUserTwoFactorTokenProvider<TUser>
    where TUser : IdentityUser
{
    /// <summary>The name under which Identity knows this provider.</summary>
    public const string Name = "OneTimeJwt";

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">No such purpose is declared.</exception>
    public Task<string> GenerateAsync(string purpose, UserManager<TUser> manager, TUser user) =>
        Find(purpose) is { } known
            ? Task.FromResult(tokens.Mint(known, user).Value)
            : throw new NotSupportedException($"No one-time token is declared for the purpose '{purpose}'.");

    /// <inheritdoc/>
    public async Task<bool> ValidateAsync(string purpose, string token, UserManager<TUser> manager, TUser user)
    {
        if (Find(purpose) is not { } known)
            return false;

        var verification = await tokens.VerifyAsync(token, known, id => Task.FromResult<IdentityUser?>(id == user.Id ? user : null));
        return verification.Verdict == TokenVerdict.Valid;
    }

    /// <summary>These tokens travel by mail; they are no second factor.</summary>
    /// <returns>Always <see langword="false"/>.</returns>
    public Task<bool> CanGenerateTwoFactorTokenAsync(UserManager<TUser> manager, TUser user) => Task.FromResult(false);

    private TokenPurpose? Find(string purpose) => TokenPurpose.All.Concat(own).FirstOrDefault(known => (known.IdentityPurpose ?? known.Name) == purpose);
}
