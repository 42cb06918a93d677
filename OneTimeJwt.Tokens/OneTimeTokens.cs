using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Identity;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace OneTimeJwt.Tokens;

/// <summary>Whether an account may use no token now, whatever its state says, such as one that is banned.</summary>
/// <param name="account">The account as it is now.</param>
/// <returns><see langword="true"/>: its tokens are <see cref="TokenVerdict.Spent"/> as long as that lasts.</returns>
public delegate bool IsBarred(TokenAccount account);

/// <summary>
/// Mints and verifies stateless one-time tokens: JWTs (RFC 7519) as compact JWS (RFC 7515, section 3.1), HS256 under a
/// key derived from state that the token's use changes.
/// </summary>
/// <param name="secrets">The server secrets; the first signs, all verify.</param>
/// <param name="origin">The canonical public origin, a part of every key.</param>
/// <param name="lifetimes">How long tokens live.</param>
/// <param name="time">The clock, to the second.</param>
/// <param name="isBarred">
/// Whether an account may use no token now: a lock-out changes nothing that the key binds. <see langword="null"/>: none is
/// barred, and Identity's lock-out outlives a reset as it does with Identity's own tokens.
/// </param>
public sealed class OneTimeTokens(
    IReadOnlyList<ServerSecret> secrets,
    string origin,
    TokenLifetimes lifetimes,
    TimeProvider time,
    IsBarred? isBarred = null)
{
    /// <summary>The <c>typ</c> header (RFC 8725, section 3.11: explicit typing).</summary>
    public const string Type = "ott+jwt";

    /// <summary>The name under which Identity knows <see cref="OneTimeTokenProvider{TUser, TKey}"/>.</summary>
    public const string ProviderName = "OneTimeJwt";

    /// <summary>A longer token is refused before it is looked at, in characters.</summary>
    public const int MaxLength = 1024;

    private static readonly JsonWebTokenHandler Handler = new()
    {
        SetDefaultTimesOnTokenCreation = false,
        MaximumTokenSizeInBytes = MaxLength,
    };
    private static readonly Dictionary<string, object> Typed = new() { [JwtHeaderParameterNames.Typ] = Type };

    /// <summary>Makes a token for an account in its present state.</summary>
    /// <typeparam name="TKey">The type of its key.</typeparam>
    /// <param name="purpose">What it may be used for.</param>
    /// <param name="user">The account's row; its security stamp must not be missing.</param>
    /// <param name="lifetime">Until it expires; the purpose's own lifetime where <see langword="null"/>.</param>
    /// <returns>The token, its nonce and its expiry.</returns>
    /// <exception cref="InvalidOperationException">The account has no security stamp, so nothing would make it one-time.</exception>
    public MintedToken Mint<TKey>(TokenPurpose purpose, IdentityUser<TKey> user, TimeSpan? lifetime = null)
        where TKey : IEquatable<TKey>
    {
        if (string.IsNullOrEmpty(user.SecurityStamp))
            throw new InvalidOperationException("The account has no security stamp.");

        var (account, secret) = (TokenAccount.Of(user), secrets[0]);
        var expires = (time.GetUtcNow() + (lifetime ?? purpose.Lifetime(lifetimes))).ToUnixTimeSeconds();
        var nonce = TokenId.NewNonce();
        var claims = new TokenClaims(account.Id, purpose.Name, TokenId.Create(secret, nonce, account.Id, purpose.Name, expires), expires);
        var key = secret.SigningKey(origin, purpose, account.Id, purpose.State(account));
        return new MintedToken(purpose, Sign(claims.ToJson(), key), nonce, DateTimeOffset.FromUnixTimeSeconds(expires));
    }

    /// <summary>Concludes what a token is worth now. Total: whatever the input, it ends in a verdict; only the look-up may throw.</summary>
    /// <param name="token">What came in; anything at all.</param>
    /// <param name="purpose">What it is about to be used for.</param>
    /// <param name="find">
    /// Looks an account up by id, for example <c>async id =&gt; TokenAccount.Of(await users.FindByIdAsync(id))</c>. Called
    /// only for a token that we issued and that hasn't expired.
    /// </param>
    /// <returns>The verdict; with the proven claims from the proof of issuance on.</returns>
    public async Task<Verification> VerifyAsync(string? token, TokenPurpose purpose, Func<string, Task<TokenAccount?>> find)
    {
        if (Read(token, out var secret) is not { } claims)
            return new Verification(secret is null && IsShapedLikeAToken(token) ? TokenVerdict.Forged : TokenVerdict.Malformed);
        if (claims.Aud != purpose.Name)
            return new Verification(TokenVerdict.WrongPurpose);
        if (TokenId.ProvenNonce(secret!, claims) is not { } nonce)
            return new Verification(TokenVerdict.Forged);

        var proven = new ProvenClaims(claims.Sub, nonce, DateTimeOffset.FromUnixTimeSeconds(claims.Exp));
        var now = time.GetUtcNow();
        if (proven.ExpiresAt <= now || proven.ExpiresAt > now + purpose.MaxLifetime(lifetimes))
            return new Verification(TokenVerdict.Expired, proven);

        var account = await find(claims.Sub);
        // Computed for everyone: whether there still is an account must not show in the time.
        var present = account ?? new TokenAccount(claims.Sub);
        var signed = new KeyedToken(token!, secret!.SigningKey(origin, purpose, present.Id, purpose.State(present)));
        var holds = (await Handler.ValidateTokenAsync(signed, purpose.Checks)).IsValid;
        var verified = holds && account is not null && account.Id == claims.Sub && !(isBarred?.Invoke(account) ?? false);
        return new Verification(verified ? TokenVerdict.Valid : TokenVerdict.Spent, proven);
    }

    internal static string Sign(string claims, SymmetricSecurityKey key) =>
        Handler.CreateToken(
            claims,
            new SigningCredentials(key, SecurityAlgorithms.HmacSha256) { CryptoProviderFactory = KeyedToken.Uncached },
            Typed);

    private TokenClaims? Read(string? token, out ServerSecret? secret)
    {
        secret = null;
        if (token is null or { Length: > MaxLength })
            return null;

        var (header, payload) = (token.IndexOf('.', StringComparison.Ordinal), token.AsSpan().LastIndexOf('.'));
        if (payload == header)
            return null;

        foreach (var known in secrets)
        {
            if (token.AsSpan(0, header).SequenceEqual(known.Header))
                secret = known;
        }

        Span<byte> bytes = stackalloc byte[MaxLength];
        return
            secret is not null
            && Segment.TryDecode(token.AsSpan(payload + 1), bytes, out _)
            && Segment.TryDecode(token.AsSpan((header + 1)..payload), bytes, out var length)
            ? TokenClaims.Parse(bytes[..length])
            : null;
    }

    internal static bool IsShapedLikeAToken([NotNullWhen(true)] string? token)
    {
        Span<byte> bytes = stackalloc byte[MaxLength];
        return token is { Length: <= MaxLength }
            && token.Split('.') is [var header, var payload, var signature]
            && Segment.TryDecode(header, bytes, out _)
            && Segment.TryDecode(payload, bytes, out _)
            && Segment.TryDecode(signature, bytes, out _);
    }
}
