namespace OneTimeJwt.Tokens;

/// <summary>What verification concludes.</summary>
public enum TokenVerdict
{
    /// <summary>Not a token of ours: unreadable, too long, or another spelling of one.</summary>
    Malformed,

    /// <summary>Readable, but its header or its proof of issuance is not ours.</summary>
    Forged,

    /// <summary>Made for another purpose than the one expected here.</summary>
    WrongPurpose,

    /// <summary>Issued by us and past its <c>exp</c>, or further ahead of it than any lifetime allows.</summary>
    Expired,

    /// <summary>Issued by us, but the account's present state doesn't verify it: used, superseded, or no such account.</summary>
    Spent,

    /// <summary>May be redeemed now.</summary>
    Valid,
}

/// <summary>A verdict, and what is known of the token where its proof of issuance held.</summary>
/// <param name="Verdict">What verification concluded.</param>
/// <param name="Claims">The proven claims; <see langword="null"/> for a token that we can't be shown to have issued.</param>
public sealed record Verification(TokenVerdict Verdict, ProvenClaims? Claims = null);

/// <summary>Claims of a token that we issued: its <c>jti</c> proves it, whatever became of the token since.</summary>
/// <param name="AccountId">The account, from <c>sub</c>.</param>
/// <param name="Nonce">The random half of <c>jti</c>, 16 hexadecimal digits: how the trail names this token.</param>
/// <param name="ExpiresAt">From <c>exp</c>.</param>
public sealed record ProvenClaims(string AccountId, string Nonce, DateTimeOffset ExpiresAt);

/// <summary>A new token. It is a secret: it goes into one mail and nowhere else.</summary>
public sealed class MintedToken
{
    internal MintedToken(TokenPurpose purpose, string value, string nonce, DateTimeOffset expiresAt) =>
        (Purpose, Value, Nonce, ExpiresAt) = (purpose, value, nonce, expiresAt);

    /// <summary>What it may be used for.</summary>
    public TokenPurpose Purpose { get; }

    /// <summary>The compact JWS (RFC 7515, section 3.1): about 250 characters of the base64url alphabet and dots.</summary>
    public string Value { get; }

    /// <summary>The random half of its <c>jti</c>, 16 hexadecimal digits: how logs and trails may name it.</summary>
    public string Nonce { get; }

    /// <summary>When it stops to verify, in whole seconds.</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>Never the token.</summary>
    /// <returns>Its nonce.</returns>
    public override string ToString() => $"token {Nonce}";
}
