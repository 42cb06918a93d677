namespace OneTimeJwt.Web.Mail;

/// <summary>The sections <c>Mail:Smtp:OAuth</c> and <c>Mail:Bounces:Imap:OAuth</c>: client credentials (RFC 6749, section 4.4).</summary>
public sealed class OAuthSettings
{
    /// <summary>For example <c>https://login.microsoftonline.com/TENANT/oauth2/v2.0/token</c>.</summary>
    public string? TokenEndpoint { get; set; }

    public string? ClientId { get; set; }

    public string? ClientSecret { get; set; }

    /// <summary>For example <c>https://outlook.office365.com/.default</c>; null asks for none.</summary>
    public string? Scope { get; set; }

    internal bool IsUsed => (TokenEndpoint ?? ClientId ?? ClientSecret ?? Scope) is not null;

    /// <param name="server">The mail server's section.</param>
    /// <param name="settings">Which has these.</param>
    internal IEnumerable<string> Faults(string server, MailServerSettings settings)
    {
        if (!IsUsed)
            yield break;

        var section = $"{server}:OAuth";
        if (
            !Uri.TryCreate(TokenEndpoint, UriKind.Absolute, out var endpoint)
            || (endpoint.Scheme != Uri.UriSchemeHttps && endpoint.Scheme != Uri.UriSchemeHttp))
            yield return $"{section}:TokenEndpoint is not an address: write for example "
                + "https://login.microsoftonline.com/TENANT/oauth2/v2.0/token";
        else if (endpoint.Scheme == Uri.UriSchemeHttp && !endpoint.IsLoopback)
            yield return $"{section}:TokenEndpoint starts with http, so that the secret would travel in clear text: use https";
        if (string.IsNullOrWhiteSpace(ClientId))
            yield return $"{section}:ClientId is missing: set the id of the application that may use the mailbox";
        if (string.IsNullOrWhiteSpace(ClientSecret))
            yield return $"{section}:ClientSecret is missing: make one for the application that may use the mailbox";
        if (string.IsNullOrWhiteSpace(settings.User))
            yield return $"{server}:User is missing, although {section} is set: set the mailbox that is signed in to";
        if (settings.Security == SmtpSecurity.None && !settings.IsLocal)
            yield return $"{server}:Security is None, so that access tokens would travel in clear text: use StartTls or Tls";
        if (settings.Password is not null)
            yield return $"{server}:Password and {section} are both set: take one of them away";
    }
}
