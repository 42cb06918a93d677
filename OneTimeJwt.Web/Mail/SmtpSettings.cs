using System.Net;

namespace OneTimeJwt.Web.Mail;

/// <summary>How a mail server is reached and signed in to.</summary>
public abstract class MailServerSettings(int port, SmtpSecurity security)
{
    public string? Host { get; set; }

    public int Port { get; set; } = port;

    public string? User { get; set; }

    public string? Password { get; set; }

    /// <summary>Signs in with an access token instead of a password.</summary>
    public OAuthSettings OAuth { get; set; } = new();

    public SmtpSecurity Security { get; set; } = security;

    internal bool IsLocal => Host is "localhost" || (IPAddress.TryParse(Host, out var address) && IPAddress.IsLoopback(address));
}

/// <summary>The <c>Mail:Smtp</c> section.</summary>
public sealed class SmtpSettings() : MailServerSettings(587, SmtpSecurity.StartTls)
{
    public SmtpRevocation Revocation { get; set; } = SmtpRevocation.Check;

    /// <summary>Our name in EHLO (RFC 5321, section 4.1.4); the public origin's host unless set.</summary>
    public string? LocalDomain { get; set; }

    /// <summary>The maximum of open connections.</summary>
    public int Connections { get; set; } = 4;

    internal IEnumerable<string> Faults()
    {
        if (string.IsNullOrWhiteSpace(Host))
            yield return "Mail:Smtp:Host is missing: set the name of your mail server";
        if (Port is < 1 or > 65535)
            yield return $"Mail:Smtp:Port is {Port}: choose between 1 and 65535, usually 587";
        if (User is not null && Password is null && !OAuth.IsUsed)
            yield return "Mail:Smtp:Password is missing, although Mail:Smtp:User is set: set both or neither, or Mail:Smtp:OAuth";
        if (Connections is < 1 or > 64)
            yield return $"Mail:Smtp:Connections is {Connections}: choose between 1 and 64";
        if (
            LocalDomain is not null
            && Uri.CheckHostName(LocalDomain) is not (UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6))
            yield return "Mail:Smtp:LocalDomain is not a host name or an address: write for example accounts.example.com";
        foreach (var fault in OAuth.Faults("Mail:Smtp", this))
            yield return fault;
    }
}

public enum SmtpSecurity
{
    StartTls,
    Tls,
    None,
}

/// <summary>How the mail server's certificate is checked for revocation (RFC 5280, RFC 6960).</summary>
public enum SmtpRevocation
{
    /// <summary>Where the certificate names a list or a responder, the answer has to be good.</summary>
    Check,

    /// <summary>The same, unless they can't be reached.</summary>
    IfReachable,

    /// <summary>Not checked.</summary>
    Off,
}
