using System.Security.Cryptography;
using System.Text;

namespace OneTimeJwt.Web.Tokens;

/// <summary>The configured server secrets: the first makes, all check.</summary>
/// <param name="all">At least one secret, each with an id of its own.</param>
public sealed class ServerSecrets(IReadOnlyList<ServerSecret> all)
{
    /// <summary>Every secret, the one in use first.</summary>
    public IReadOnlyList<ServerSecret> All { get; } = all;

    /// <summary>The secret that signs and encrypts.</summary>
    public ServerSecret Current => All[0];

    /// <summary>How the trail remembers an address that belongs to no account.</summary>
    /// <param name="address">The normalised address.</param>
    /// <returns>HMAC-SHA-256 (RFC 2104) in hexadecimal, cut to 16 bytes.</returns>
    public string HashAddress(string address) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Current.AddressSubkey, Encoding.UTF8.GetBytes(address)).AsSpan(0, 16));
}
