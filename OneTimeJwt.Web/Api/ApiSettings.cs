namespace OneTimeJwt.Web.Api;

/// <summary>The <c>Api</c> section.</summary>
public sealed class ApiSettings
{
    public bool Enabled { get; set; }

    /// <summary>The issuer whose bearer tokens count, beside keys; none where it is missing.</summary>
    public string? Authority { get; set; }

    /// <summary>For whom those tokens have to be.</summary>
    public string? Audience { get; set; }
}

internal sealed class ApiSettingsValidator(IHostEnvironment environment, IConfiguration configuration) : SettingsValidator<ApiSettings>
{
    protected override IEnumerable<string> Faults(ApiSettings options)
    {
        if (options.Authority is { } authority
            && !(Uri.TryCreate(authority, UriKind.Absolute, out var uri)
                && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && environment.IsDevelopment()))))
            yield return "Api:Authority is not an https address: write the issuer as in its tokens, for example https://login.example.com";
        if (options.Authority is not null && string.IsNullOrWhiteSpace(options.Audience))
            yield return "Api:Audience is missing: name the audience that tokens of Api:Authority are made for";
        if (options.Authority is null && options.Audience is not null)
            yield return "Api:Authority is missing: name the issuer of the tokens, or leave Api:Audience out and use keys";
        if (options.Audience is not null && options.Audience == configuration["Admin:Oidc:ClientId"])
            yield return "Api:Audience is the ClientId of Admin:Oidc, so that a person's ID token would do for a program's: register the "
                + "API by itself at the provider and name its audience";
    }
}
