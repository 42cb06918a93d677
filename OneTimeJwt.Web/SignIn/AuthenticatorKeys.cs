using Microsoft.AspNetCore.DataProtection;
using QRCoder;

namespace OneTimeJwt.Web.SignIn;

/// <summary>
/// A key for an authenticator app that is not the account's yet. The form that shows it carries it, encrypted, so that
/// opening the page changes nothing and the present app works until a code of the new one was entered.
/// </summary>
/// <param name="Key">Base32, as apps read it.</param>
/// <param name="Sealed">The same, encrypted, for this account in its present state.</param>
/// <param name="Link">The address that apps register for (https://github.com/google/google-authenticator/wiki/Key-Uri-Format).</param>
public sealed record AuthenticatorKey(string Key, string Sealed, string Link)
{
    private const int GroupLength = 4;

    /// <summary>For reading and typing.</summary>
    public string Grouped => string.Join(' ', Key.Chunk(GroupLength).Select(group => new string(group)));

    /// <summary>Without styles, which the content security policy would block.</summary>
    public string QrCode()
    {
        using var data = QRCodeGenerator.GenerateQrCode(Link, QRCodeGenerator.ECCLevel.M);
        using var code = new SvgQRCode(data);
        return code.GetGraphic(1, "#000", "#fff", drawQuietZones: true, SvgQRCode.SizingMode.ViewBoxAttribute);
    }

    /// <summary>Never the key.</summary>
    public override string ToString() => "authenticator key";
}

/// <summary>Makes keys for authenticator apps, and takes them back from the form.</summary>
internal sealed class AuthenticatorKeys(UserManager<Account> users, IDataProtectionProvider protection, PublicOrigin origin)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    public AuthenticatorKey New(Account account) => Show(account, users.GenerateNewAuthenticatorKey());

    /// <returns>Null where it was made for another account or another state of it, or has expired.</returns>
    public AuthenticatorKey? Unseal(Account account, string text) =>
        Protector(account).TryUnprotect(text) is { } key ? Show(account, key) : null;

    private AuthenticatorKey Show(Account account, string key)
    {
        var issuer = Uri.EscapeDataString(new Uri(origin.Value).Host);
        var name = Uri.EscapeDataString(account.Email ?? account.UserName ?? "");
        return new AuthenticatorKey(
            key,
            Protector(account).Protect(key, Lifetime),
            $"otpauth://totp/{issuer}:{name}?secret={key}&issuer={issuer}");
    }

    private ITimeLimitedDataProtector Protector(Account account) =>
        protection.CreateProtector("authenticator/v1", account.Id, account.SecurityStamp ?? "").ToTimeLimitedDataProtector();
}
