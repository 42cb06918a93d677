using System.Collections.Concurrent;
using Microsoft.IdentityModel.Tokens;

namespace OneTimeJwt.Tokens;

/// <summary>Key material outside the database, known by its id. Only subkeys leave this type.</summary>
public sealed class ServerSecret
{
    private const string TokenLabel = "ott/key/v1";
    private const string ProofLabel = "ott/jti/v1";

    private readonly byte[] _value;
    private readonly KeyedHash _tokens;
    private readonly KeyedHash _proofs;
    private readonly ConcurrentDictionary<string, byte[]> _subkeys = [];

    /// <summary>Derives the subkeys of one configured secret.</summary>
    /// <param name="id">The <c>kid</c> (RFC 7515, section 4.1.4), at most eight characters.</param>
    /// <param name="value">At least 32 random bytes.</param>
    public ServerSecret(string id, ReadOnlySpan<byte> value)
    {
        Id = id;
        _value = value.ToArray();
        var subkey = KeyMaterial.Subkey(value, TokenLabel);
        _tokens = new KeyedHash(subkey);
        _proofs = new KeyedHash(KeyMaterial.Subkey(value, ProofLabel));
        Header = OneTimeTokens.Sign("{}", new SymmetricSecurityKey(subkey) { KeyId = id }).Split('.')[0];
    }

    /// <summary>The secret's id, the <c>kid</c> of tokens signed with it.</summary>
    public string Id { get; }

    /// <summary>The one header segment that tokens under this secret have, base64url.</summary>
    internal string Header { get; }

    /// <summary>A key for a use of the application's own: HKDF with SHA-256 (RFC 5869, section 2) of the secret, the
    /// label as info.</summary>
    /// <param name="label">What it is for, in ASCII, for example <c>shop/invoices/v1</c>; another label gives an unrelated key.</param>
    /// <returns>32 bytes, the same at every call, in an array of the caller's own. Derived once.</returns>
    /// <exception cref="ArgumentException">Tokens are made under that label.</exception>
    public byte[] Subkey(string label) =>
        label is TokenLabel or ProofLabel
            ? throw new ArgumentException($"The subkey '{label}' is for tokens only.", nameof(label))
            : [.. _subkeys.GetOrAdd(label, static (label, value) => KeyMaterial.Subkey(value, label), _value)];

    /// <summary>The signing key for an account in its present state (DESIGN: version 1).</summary>
    internal SymmetricSecurityKey SigningKey(string origin, TokenPurpose purpose, string accountId, ReadOnlySpan<string?> state) =>
        new(KeyMaterial.Derive(_tokens, state, ["v1", origin, purpose.Name, accountId])) { KeyId = Id };

    /// <summary>The keyed half of a <c>jti</c>: the first bytes of HMAC-SHA-256 (RFC 2104) over nonce, account, purpose, expiry.</summary>
    internal void Proof(string nonce, string accountId, string purpose, long expires, Span<byte> proof)
    {
        Span<byte> mac = stackalloc byte[KeyMaterial.KeySize];
        KeyMaterial.Mac(
            _proofs,
            [nonce, accountId, purpose, expires.ToString(System.Globalization.CultureInfo.InvariantCulture)],
            mac);
        mac[..proof.Length].CopyTo(proof);
    }
}
