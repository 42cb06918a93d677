using Microsoft.AspNetCore.DataProtection;

namespace OneTimeJwt.Web.Links;

/// <summary>Carries the name to sign in with from the form to the page after it, encrypted and for some minutes.</summary>
internal sealed class DoneNames(IDataProtectionProvider protection)
{
    /// <summary>The query's parameter.</summary>
    public const string Parameter = "account";

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    public string Page(TokenPurpose purpose, AccountLabel? label)
    {
        var done = $"{purpose.Page}/done";
        return label?.UserName is { } name ? done + QueryString.Create(Parameter, Protector(purpose).Protect(name, Lifetime)) : done;
    }

    /// <returns>Null where it isn't ours or has expired.</returns>
    public string? Open(TokenPurpose purpose, string? text) =>
        string.IsNullOrEmpty(text) ? null : Protector(purpose).TryUnprotect(text);

    private ITimeLimitedDataProtector Protector(TokenPurpose purpose) =>
        protection.CreateProtector("done/v1", purpose.Name).ToTimeLimitedDataProtector();
}
