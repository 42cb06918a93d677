using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Links.Purposes;

/// <summary>
/// What a link is for: what is special about the links of one purpose, declared in one file. The rest, from the proof of issuance
/// to the limits, is the same for all purposes.
/// </summary>
public abstract class LinkPurpose(TokenPurpose token)
{
    /// <summary>Its name, page and lifetime, and the state of the account that its use changes.</summary>
    public TokenPurpose Token { get; } = token;

    public string Name => Token.Name;

    public string Page => Token.Page;

    /// <summary>How anybody may ask for such a link, also in exchange for an invalid one; null where nobody may.</summary>
    public virtual LinkRequest? Request => null;

    /// <summary>The trail's detail of its mails; null for links that choose a password.</summary>
    public virtual string? TrailDetail => null;

    /// <summary>The kinds of outbox rows that become mails with such a link; none where other mails carry it.</summary>
    public virtual IReadOnlyList<string> Mails => [];

    /// <summary>Whether its mails are requested, and so recorded and counted. Invitations aren't.</summary>
    public virtual bool IsRequested => true;

    /// <summary>Whether, beyond an address's limit, mails go only to the account that has confirmed it, where one has.</summary>
    public virtual bool GivesWay => false;

    /// <summary>Whether somebody waits for the mail, so that it is useless after some hours.</summary>
    public virtual bool IsAwaited(string mail) => mail == Request?.Mail;

    /// <summary>Whether the address's limit applies to the mail.</summary>
    public virtual bool HasBudget(string mail) => true;

    /// <summary>The address that the account is to have and the mail goes to; null for its present one.</summary>
    public virtual string? WantedAddress(Account account) => null;

    /// <summary>What the console calls a waiting mail.</summary>
    public virtual string QueueName(string mail) => Words.QueueNotice;

    /// <summary>The mail for a row of <see cref="Mails"/>.</summary>
    internal virtual LinkMail Plan(OutboxMail mail, Account account, MailFacts facts) =>
        throw new NotSupportedException($"{Name} has no mails of its own.");

    /// <summary>Each of its mails, shown in Development.</summary>
    internal virtual IEnumerable<(string Name, MailContent Content)> Samples(MailedLink link, MailFacts facts) => [];

    /// <summary>The page behind a link that works.</summary>
    public abstract FormWords Form { get; }

    /// <summary>The page after its use.</summary>
    public abstract DoneWords Done { get; }

    /// <summary>The page behind a link that doesn't work.</summary>
    public abstract InvalidLinkWords Invalid { get; }

    /// <summary>Where the page of an invalid link leads, the most likely first.</summary>
    public virtual IReadOnlyList<NextStep> NextSteps => [new("/forgot-password", Words.AskForANewLink), new("/sign-in", Words.SignIn)];
}

/// <summary>A link whose use is to choose a password.</summary>
public abstract class PasswordPurpose(TokenPurpose token) : LinkPurpose(token)
{
    /// <summary>The notice that the owner is mailed after its use; null for none.</summary>
    public virtual string? Notice => null;
}

/// <summary>
/// A link whose use is to press a button. The account's own address has to be typed beside it: mail scanners press buttons that
/// they find, but don't know what the page doesn't show.
/// </summary>
public abstract class ButtonPurpose(TokenPurpose token) : LinkPurpose(token)
{
    /// <summary>Shown where another address was typed.</summary>
    public virtual string WrongAddress => Words.OwnAddressWrong;

    /// <summary>Whether the address that the link was mailed to is right, too; the account may have another one by now.</summary>
    public virtual bool AcceptsRecipient => false;

    /// <summary>The addresses of which one has to be typed.</summary>
    public virtual IEnumerable<string?> AcceptedAddresses(Account account, DateTimeOffset now) => [account.Email];

    /// <summary>Changes the account, and with it what the link's key is made of.</summary>
    /// <returns>The trail's event; null where this change isn't possible any more.</returns>
    internal abstract Task<RecoveryEventKind?> ApplyAsync(Account account, Redeemer by, RedemptionContext context);
}

/// <param name="Client">The network address that the request came from.</param>
/// <param name="IsLastTry">Whether the database refused the change before, and not by chance.</param>
public sealed record Redeemer(string? Client, bool IsLastTry);

/// <summary>How the forgot-password page asks for a link.</summary>
/// <param name="Mail">The outbox row.</param>
/// <param name="Field">Names it in the page's address and form; null for links that choose a password.</param>
/// <param name="Title">Of the page.</param>
/// <param name="Lead">What the link is for.</param>
/// <param name="Hint">Shown while another link is awaited, with a place for a link to here; null for none.</param>
public sealed record LinkRequest(string Mail, string? Field, string Title, string Lead, string? Hint = null)
{
    public string Path => Field is null ? "/forgot-password" : $"/forgot-password?{Field}";

    public string SentPath => Field is null ? "/forgot-password/sent" : $"/forgot-password/sent?{Field}";
}

/// <summary>The form behind a link.</summary>
/// <param name="Title">Of the page.</param>
/// <param name="Lead">What its button does.</param>
/// <param name="Field">What has to be filled in.</param>
/// <param name="Button">Its label.</param>
public sealed record FormWords(string Title, string Lead, string Field, string Button);

/// <param name="Title">Of the page after the use.</param>
/// <param name="Lead">What has happened, and what comes next.</param>
/// <param name="Outcome">The same for machines.</param>
public sealed record DoneWords(string Title, string Lead, string Outcome);

/// <param name="Expired">Until when the link was good, with a place for that.</param>
/// <param name="Used">That it was used, with a place for when.</param>
/// <param name="IfNotYou">What to do if that was somebody else.</param>
public sealed record InvalidLinkWords(string Expired, string Used, string IfNotYou);

/// <param name="Path">A page of ours.</param>
/// <param name="Label">What its link says.</param>
public sealed record NextStep(string Path, string Label);

/// <summary>
/// Stands in the file of each purpose, so that the app finds it: looking through all types would load them, and the libraries that
/// they are made from.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class PurposeAttribute(Type type) : Attribute
{
    public Type Type => type;
}
