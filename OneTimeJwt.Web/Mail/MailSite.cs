namespace OneTimeJwt.Web.Mail;

/// <summary>The site that mails come from, where it has no name.</summary>
/// <param name="Host">The public origin's host, with the port where it isn't the usual one.</param>
public sealed record MailSite(string Host)
{
    /// <summary>The host alone, an IPv6 address without brackets.</summary>
    public string Name => new Uri($"https://{Host}").DnsSafeHost;
}
