using System.Security.Cryptography;

namespace Microsoft.AspNetCore.DataProtection;

internal static class DataProtectorExtensions
{
    /// <returns>Null where it was protected for something else or by another key ring, has expired, or never was protected.</returns>
    public static string? TryUnprotect(this IDataProtector protector, string text)
    {
        try
        {
            return protector.Unprotect(text);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
