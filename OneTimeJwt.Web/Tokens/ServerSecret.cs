using Microsoft.IdentityModel.Tokens;

namespace OneTimeJwt.Web.Tokens;

/// <summary>
/// Key material outside the database, known by its id. Only subkeys leave this type; the raw secret is dropped.
/// </summary>
public sealed class ServerSecret
{
    private readonly byte[] _tokenSubkey;
    private readonly byte[] _proofSubkey;

    /// <summary>Derives the subkeys of one configured secret.</summary>
    /// <param name="id">The <c>kid</c> (RFC 7515, section 4.1.4), at most eight characters.</param>
    /// <param name="value">At least 32 random bytes.</param>
    public ServerSecret(string id, ReadOnlySpan<byte> value)
    {
        Id = id;
        _tokenSubkey = KeyMaterial.Subkey(value, "ott/key/v1");
        _proofSubkey = KeyMaterial.Subkey(value, "ott/jti/v1");
        KeyRingSubkey = KeyMaterial.Subkey(value, "ott/keyring/v1");
        AddressSubkey = KeyMaterial.Subkey(value, "ott/address/v1");
        CodeSubkey = KeyMaterial.Subkey(value, "ott/code/v1");
        BounceSubkey = KeyMaterial.Subkey(value, "ott/bounce/v1");
        Header = OneTimeTokens.Sign("{}", new SymmetricSecurityKey(_tokenSubkey) { KeyId = id }).Split('.')[0];
    }

    /// <summary>The secret's id, the <c>kid</c> of tokens signed with it.</summary>
    public string Id { get; }

    /// <summary>The one header segment that tokens under this secret have, base64url.</summary>
    internal string Header { get; }

    /// <summary>Encrypts the data protection key ring.</summary>
    internal byte[] KeyRingSubkey { get; }

    /// <summary>Keys the hash under which the trail remembers an address that belongs to no account.</summary>
    internal byte[] AddressSubkey { get; }

    /// <summary>Makes the codes that are mailed as a second step.</summary>
    internal byte[] CodeSubkey { get; }

    /// <summary>Authenticates the addresses that bounces come back to.</summary>
    internal byte[] BounceSubkey { get; }

    /// <summary>The signing key for an account in its present state (DESIGN: version 1).</summary>
    internal SymmetricSecurityKey SigningKey(string origin, TokenPurpose purpose, string accountId, ReadOnlySpan<string?> state) =>
        new(KeyMaterial.Derive(_tokenSubkey, state, ["v1", origin, purpose.Name, accountId])) { KeyId = Id };

    /// <summary>The keyed half of a <c>jti</c>: the first bytes of HMAC-SHA-256 (RFC 2104) over nonce, account, purpose, expiry.</summary>
    internal void Proof(string nonce, string accountId, string purpose, long expires, Span<byte> proof)
    {
        Span<byte> mac = stackalloc byte[KeyMaterial.KeySize];
        KeyMaterial.Mac(_proofSubkey, [nonce, accountId, purpose, expires.ToString(System.Globalization.CultureInfo.InvariantCulture)], mac);
        mac[..proof.Length].CopyTo(proof);
    }
}
