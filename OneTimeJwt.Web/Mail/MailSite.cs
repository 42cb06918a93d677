namespace OneTimeJwt.Web.Mail;

/// <summary>The site that mails come from, where it has no name.</summary>
/// <param name="Host">The public origin's host, with the port where it isn't the usual one.</param>
public sealed record MailSite(string Host);
