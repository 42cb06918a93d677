using OneTimeJwt.Tokens;
using OneTimeJwt.Web.Mail;

namespace OneTimeJwt.Web.Links.Purposes;

/// <summary>What becomes of a request for a link. Letters are written later, in the language of their reader.</summary>
internal abstract record LinkMail
{
    /// <summary>A mail with the link.</summary>
    public sealed record Link(TimeSpan Lifetime, Func<MailedLink, MailContent> Write) : LinkMail;

    /// <summary>A mail that says why there is none, and what the trail says of that.</summary>
    public sealed record NoLink(Func<MailContent> Write, string Detail) : LinkMail;

    /// <summary>No mail, and why.</summary>
    public sealed record None(string Reason) : LinkMail;
}

/// <summary>What mails tell beside their link, and what decides which mail it is.</summary>
/// <param name="Host">The site's name.</param>
/// <param name="SignIn">The sign-in page.</param>
/// <param name="Lifetimes">Of tokens.</param>
/// <param name="Providers">Where the account signs in instead of with a password, where that keeps a link from it.</param>
/// <param name="IsTaken">Whether the address that the account wants is another account's.</param>
internal sealed record MailFacts(string Host, string SignIn, TokenLifetimes Lifetimes, IReadOnlyList<string> Providers, bool IsTaken);
