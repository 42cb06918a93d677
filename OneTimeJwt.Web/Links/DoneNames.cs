using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using OneTimeJwt.Tokens;
using OneTimeJwt.Web.Accounts;

namespace OneTimeJwt.Web.Links;

/// <summary>The name to sign in with, on its way from the form to the page that says it is done: sealed, for minutes.</summary>
internal sealed class DoneNames(IDataProtectionProvider protection)
{
    /// <summary>The query's parameter.</summary>
    public const string Parameter = "account";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <returns>The page to go on to.</returns>
    public string Page(TokenPurpose purpose, AccountLabel? label)
    {
        var done = $"{purpose.Page}/done";
        return label?.UserName is { } name ? done + QueryString.Create(Parameter, Protector(purpose).Protect(name, Patience)) : done;
    }

    /// <returns>Null where it is none of ours, or has waited for too long.</returns>
    public string? Open(TokenPurpose purpose, string? text)
    {
        try
        {
            return string.IsNullOrEmpty(text) ? null : Protector(purpose).Unprotect(text);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private ITimeLimitedDataProtector Protector(TokenPurpose purpose) =>
        protection.CreateProtector("done/v1", purpose.Name).ToTimeLimitedDataProtector();
}
