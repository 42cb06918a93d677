using Microsoft.AspNetCore.DataProtection;

namespace OneTimeJwt.Web.Outbox;

/// <summary>Encrypts what people typed while it waits in the outbox.</summary>
public sealed class TypedAddress(IDataProtectionProvider protection)
{
    private readonly IDataProtector _protector = protection.CreateProtector("outbox/typed-address/v1");

    public string Protect(string address) => _protector.Protect(address);

    /// <returns>Null where the server secret was changed since.</returns>
    public string? TryUnprotect(string cipher) => _protector.TryUnprotect(cipher);
}
