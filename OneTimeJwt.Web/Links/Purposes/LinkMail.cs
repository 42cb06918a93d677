using OneTimeJwt.Web.Mail;

namespace OneTimeJwt.Web.Links.Purposes;

/// <summary>The mail that answers a request for a link. It is written later, in its reader's language.</summary>
internal abstract record LinkMail
{
    /// <summary>A mail with the link.</summary>
    public sealed record Link(TimeSpan Lifetime, Func<MailedLink, MailContent> Write) : LinkMail;

    /// <summary>A mail that says why there is no link, and the trail's detail.</summary>
    public sealed record NoLink(Func<MailContent> Write, string Detail) : LinkMail;

    /// <summary>No mail, and why.</summary>
    public sealed record None(string Reason) : LinkMail;
}

/// <summary>What mails say beside their link, and what decides which mail it is.</summary>
/// <param name="Host">The site's name.</param>
/// <param name="SignIn">The sign-in page.</param>
/// <param name="Lifetimes">Of tokens.</param>
/// <param name="Providers">Where the account signs in without a password and so gets no link.</param>
/// <param name="IsTaken">Whether another account has the wanted address.</param>
internal sealed record MailFacts(string Host, string SignIn, TokenLifetimes Lifetimes, IReadOnlyList<string> Providers, bool IsTaken);
