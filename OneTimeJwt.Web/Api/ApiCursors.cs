using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace OneTimeJwt.Web.Api;

/// <summary>
/// Where a list goes on, as a text that only we make and read: proxies log addresses, and a cursor of accounts has one in it. It names
/// the last row that was read, so that rows that are added meanwhile shift nothing.
/// </summary>
internal sealed class ApiCursors(IDataProtectionProvider protection)
{
    private const int MaxLength = 4_000;

    public string? Write<T>(T? cursor)
        where T : class => cursor is null ? null : Protector<T>().Protect(JsonSerializer.Serialize(cursor));

    /// <returns>Whether it is one of this kind of list; without one the list begins.</returns>
    public bool TryRead<T>(string? text, out T? cursor)
        where T : class
    {
        cursor = null;
        if (string.IsNullOrEmpty(text))
            return true;
        if (text.Length > MaxLength)
            return false;

        try
        {
            cursor = JsonSerializer.Deserialize<T>(Protector<T>().Unprotect(text), JsonSerializerOptions.Strict);
            return cursor is not null;
        }
        catch (Exception fault) when (fault is CryptographicException or JsonException)
        {
            // Of nobody's making, or of a version in which lists had other cursors.
            return false;
        }
    }

    private IDataProtector Protector<T>() => protection.CreateProtector("api cursor", typeof(T).Name);
}
