namespace OneTimeJwt.Web.Mail;

/// <summary>The <c>Mail:Smtp:OAuth</c> section: an access token for client credentials (RFC 6749, section 4.4).</summary>
public sealed class OAuthSettings
{
    /// <summary>For example <c>https://login.microsoftonline.com/TENANT/oauth2/v2.0/token</c>.</summary>
    public string? TokenEndpoint { get; set; }

    public string? ClientId { get; set; }

    public string? ClientSecret { get; set; }

    /// <summary>For example <c>https://outlook.office365.com/.default</c>; null asks for none.</summary>
    public string? Scope { get; set; }

    internal bool IsUsed => (TokenEndpoint ?? ClientId ?? ClientSecret ?? Scope) is not null;

    internal IEnumerable<string> Faults(string? user, string? password)
    {
        const string Section = "Mail:Smtp:OAuth";
        if (!Uri.TryCreate(TokenEndpoint, UriKind.Absolute, out var endpoint) || (endpoint.Scheme != Uri.UriSchemeHttps && endpoint.Scheme != Uri.UriSchemeHttp))
            yield return $"{Section}:TokenEndpoint is not an address: write for example https://login.microsoftonline.com/TENANT/oauth2/v2.0/token";
        else if (endpoint.Scheme == Uri.UriSchemeHttp && !endpoint.IsLoopback)
            yield return $"{Section}:TokenEndpoint starts with http, so that the secret would travel in clear text: use https";
        if (string.IsNullOrWhiteSpace(ClientId))
            yield return $"{Section}:ClientId is missing: set the id of the application that may send mail";
        if (string.IsNullOrWhiteSpace(ClientSecret))
            yield return $"{Section}:ClientSecret is missing: make one for the application that may send mail";
        if (string.IsNullOrWhiteSpace(user))
            yield return "Mail:Smtp:User is missing, although Mail:Smtp:OAuth is set: set the mailbox that mails are sent from";
        if (password is not null)
            yield return "Mail:Smtp:Password and Mail:Smtp:OAuth are both set: take one of them away";
    }
}
