namespace OneTimeJwt.Web.Mail;

/// <summary>The site that mails come from.</summary>
/// <param name="Host">The public origin's host, with a port that isn't the scheme's default.</param>
public sealed record MailSite(string Host)
{
    /// <summary>Without the port, and an IPv6 address without brackets.</summary>
    public string Name => new Uri($"https://{Host}").DnsSafeHost;
}
