using System.Security.Cryptography;
using System.Text;

namespace OneTimeJwt.Web.Accounts;

/// <summary>How the trail remembers an address that belongs to no account.</summary>
internal static class AddressHash
{
    /// <param name="secrets">The server secrets.</param>
    /// <param name="address">The normalised address.</param>
    /// <returns>HMAC-SHA-256 (RFC 2104) in hexadecimal, cut to 16 bytes.</returns>
    public static string HashAddress(this ServerSecrets secrets, string address) =>
        Convert.ToHexStringLower(
            HMACSHA256.HashData(secrets.Current.Subkey("ott/address/v1"), Encoding.UTF8.GetBytes(address)).AsSpan(0, 16));
}
