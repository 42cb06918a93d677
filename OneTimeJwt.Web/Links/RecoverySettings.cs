namespace OneTimeJwt.Web.Links;

/// <summary>The <c>Recovery</c> section.</summary>
public sealed class RecoverySettings
{
    /// <summary>
    /// Scheme and host of links, and the path where the app shares the host; by default in Development the address that the app
    /// listens on.
    /// </summary>
    public string? PublicOrigin { get; set; }

    /// <summary>In characters; a longer link is not mailed.</summary>
    public int MaxLinkLength { get; set; } = 2000;

    /// <summary>Whether accounts that sign in through another provider only may choose a password by link.</summary>
    public bool AllowExternalOnly { get; set; }
}

/// <summary>The <c>RateLimits:PerAccount</c> section: mails of one purpose that one address may get on request.</summary>
public sealed class MailRateLimit() : RateLimitSettings(5, TimeSpan.FromHours(1));

internal sealed class RecoverySettingsValidator(IHostEnvironment environment) : SettingsValidator<RecoverySettings>
{
    protected override IEnumerable<string> Faults(RecoverySettings options)
    {
        const string Example = "for example https://accounts.example.com or https://www.example.com/recover";
        if (string.IsNullOrWhiteSpace(options.PublicOrigin))
        {
            yield return $"Recovery:PublicOrigin is missing: set the address that people reach this app at, {Example}";
            yield break;
        }

        if (!PublicOrigin.TryParse(options.PublicOrigin, out var origin, out var fault))
        {
            yield return $"Recovery:PublicOrigin {fault}: write {Example}";
            yield break;
        }

        if (!environment.IsDevelopment() && origin.Value.StartsWith("http:", StringComparison.Ordinal) && !new Uri(origin.Value).IsLoopback)
            yield return "Recovery:PublicOrigin starts with http, so that links would travel in clear text: use https";
        if (new SitePath(origin.Path).IsAmbiguous)
            yield return $"Recovery:PublicOrigin has the path {origin.Path}, which begins like a page of this app: "
                + "choose another one, for example /recover";
        if (LinkBuilder.MaxLength(origin) > options.MaxLinkLength
            && LinkBuilder.MaxTypicalLength(origin) is var longest && longest > options.MaxLinkLength)
            yield return $"Recovery:MaxLinkLength is {options.MaxLinkLength}, but a link for this origin takes up to {longest} characters: "
                + "raise it to at least that";
    }
}

internal sealed class MailRateLimitValidator()
    : RateLimitValidator<MailRateLimit>("RateLimits:PerAccount", TimeSpan.FromMinutes(1), TimeSpan.FromDays(7));
