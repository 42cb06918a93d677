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
public sealed class MailRateLimit
{
    public int Permits { get; set; } = 5;

    public TimeSpan Window { get; set; } = TimeSpan.FromHours(1);
}

internal sealed class RecoverySettingsValidator(IHostEnvironment environment) : IValidateOptions<RecoverySettings>
{
    public ValidateOptionsResult Validate(string? name, RecoverySettings options)
    {
        const string Example = "for example https://accounts.example.com or https://www.example.com/recover";
        if (string.IsNullOrWhiteSpace(options.PublicOrigin))
            return ValidateOptionsResult.Fail(
                $"Recovery:PublicOrigin is missing: set the address that people reach this app at, {Example}");
        if (!PublicOrigin.TryParse(options.PublicOrigin, out var origin, out var fault))
            return ValidateOptionsResult.Fail($"Recovery:PublicOrigin {fault}: write {Example}");

        var faults = new List<string>();
        if (!environment.IsDevelopment() && origin.Value.StartsWith("http:", StringComparison.Ordinal) && !new Uri(origin.Value).IsLoopback)
            faults.Add("Recovery:PublicOrigin starts with http, so that links would travel in clear text: use https");
        if (new SitePath(origin.Path).IsAmbiguous)
            faults.Add($"Recovery:PublicOrigin has the path {origin.Path}, which begins like a page of this app: "
                + "choose another one, for example /recover");
        if (LinkBuilder.MaxLength(origin) > options.MaxLinkLength
            && LinkBuilder.MaxTypicalLength(origin) is var longest && longest > options.MaxLinkLength)
            faults.Add(
                $"Recovery:MaxLinkLength is {options.MaxLinkLength}, but a link for this origin takes up to {longest} characters: "
                    + "raise it to at least that");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}

internal sealed class MailRateLimitValidator : IValidateOptions<MailRateLimit>
{
    public ValidateOptionsResult Validate(string? name, MailRateLimit options)
    {
        var faults = new List<string>();
        if (options.Permits < 1)
            faults.Add($"RateLimits:PerAccount:Permits is {options.Permits}: choose at least 1");
        if (options.Window < TimeSpan.FromMinutes(1) || options.Window > TimeSpan.FromDays(7))
            faults.Add($"RateLimits:PerAccount:Window is {options.Window:c}: choose between 00:01:00 and 7.00:00:00");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
