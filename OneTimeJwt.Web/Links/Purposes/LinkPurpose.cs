using OneTimeJwt.Tokens;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Database;
using OneTimeJwt.Web.Languages;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Links.Purposes;

/// <summary>
/// What a link is for: all that is special about the links of one purpose, declared in one file. The rest, from the proof of
/// issuance to the limits, is the same for all purposes.
/// </summary>
public abstract class LinkPurpose(TokenPurpose token)
{
    /// <summary>Its name, page and lifetime, and the state of the account that its use changes.</summary>
    public TokenPurpose Token { get; } = token;

    public string Name => Token.Name;

    public string Page => Token.Page;

    /// <summary>How anybody may ask for such a link, also in exchange for a dead one; null where nobody may.</summary>
    public virtual LinkRequest? Request => null;

    /// <summary>What the trail adds to the lines of its mails; null for links that choose a password.</summary>
    public virtual string? TrailDetail => null;

    /// <summary>The rows of the outbox that become mails with such a link; none where it comes in other mails.</summary>
    public virtual IReadOnlyList<string> Mails => [];

    /// <summary>Whether its mails are asked for, and so recorded as requests and counted. An invitation isn't.</summary>
    public virtual bool IsRequested => true;

    /// <summary>Whether, beyond an address's budget, mails go only to the account that has confirmed it, where one has.</summary>
    public virtual bool GivesWay => false;

    /// <summary>Whether somebody waits for the mail, so that after hours it is of no use any more.</summary>
    public virtual bool IsAwaited(string mail) => mail == Request?.Mail;

    /// <summary>Whether the budget of its address holds the mail back.</summary>
    public virtual bool HasBudget(string mail) => true;

    /// <summary>The address that the mail goes to where the account only wants it and doesn't have it yet.</summary>
    public virtual string? WantedAddress(Account account) => null;

    /// <summary>What the console calls a mail that waits.</summary>
    public virtual string QueueName(string mail) => Words.QueueNotice;

    /// <summary>What becomes of a row of <see cref="Mails"/>.</summary>
    internal virtual LinkMail Plan(OutboxMail mail, Account account, MailFacts facts) =>
        throw new NotSupportedException($"{Name} has no mails of its own.");

    /// <summary>Each of its mails, to be looked at in Development.</summary>
    internal virtual IEnumerable<(string Name, MailContent Content)> Samples(MailedLink link, MailFacts facts) => [];

    /// <summary>The page behind a link that works.</summary>
    public abstract FormWords Form { get; }

    /// <summary>The page after its use.</summary>
    public abstract DoneWords Done { get; }

    /// <summary>The page behind a link that doesn't work.</summary>
    public abstract InvalidLinkWords Dead { get; }

    /// <summary>Where the holder of a dead link may go on, the most likely first.</summary>
    public virtual IReadOnlyList<NextStep> NextSteps => [new("/forgot-password", Words.AskForANewLink), new("/sign-in", Words.SignIn)];
}

/// <summary>A link whose use is to choose a password.</summary>
public abstract class PasswordPurpose(TokenPurpose token) : LinkPurpose(token)
{
    /// <summary>What the owner is mailed after its use; null where there is nobody to warn.</summary>
    public virtual string? Notice => null;
}

/// <summary>
/// A link whose use is to press a button. The account's own address has to be typed beside it: mail security presses the
/// buttons that it finds, but it doesn't know what the page never shows.
/// </summary>
public abstract class ButtonPurpose(TokenPurpose token) : LinkPurpose(token)
{
    /// <summary>Said where another address was typed.</summary>
    public virtual string WrongAddress => Words.OwnAddressWrong;

    /// <summary>Whether the address that the link was mailed to is right as well, although the account may have
    /// another one by now.</summary>
    public virtual bool AcceptsRecipient => false;

    /// <summary>The addresses of which one has to be typed.</summary>
    public virtual IEnumerable<string?> AcceptedAddresses(Account account, DateTimeOffset now) => [account.Email];

    /// <summary>Changes the account, and with it what the link's key is made of.</summary>
    /// <returns>What happened, as the trail calls it; null where the account can't be changed so any more.</returns>
    internal abstract Task<RecoveryEventKind?> ApplyAsync(Account account, Redeemer by, RedemptionContext context);
}

/// <summary>Who redeems a link, and how it stands with the database.</summary>
/// <param name="Client">Where they come from.</param>
/// <param name="IsLastTry">Whether the database refused the change before, and not by chance.</param>
public sealed record Redeemer(string? Client, bool IsLastTry);

/// <summary>How the forgot-password page asks for a link.</summary>
/// <param name="Mail">The outbox row.</param>
/// <param name="Field">Tells it from others in the page's address and form; null for links that choose a password.</param>
/// <param name="Title">Of the page.</param>
/// <param name="Lead">What the link is for.</param>
/// <param name="Hint">Said to who waits for another link, with a place for one that leads here; null where there is none.</param>
public sealed record LinkRequest(string Mail, string? Field, string Title, string Lead, string? Hint = null)
{
    public string Path => Field is null ? "/forgot-password" : $"/forgot-password?{Field}";

    public string SentPath => Field is null ? "/forgot-password/sent" : $"/forgot-password/sent?{Field}";
}

/// <summary>The form behind a link.</summary>
/// <param name="Title">Of the page.</param>
/// <param name="Lead">What its button does.</param>
/// <param name="Field">What has to be filled in.</param>
/// <param name="Button">What is on it.</param>
public sealed record FormWords(string Title, string Lead, string Field, string Button);

/// <param name="Title">Of the page after the use.</param>
/// <param name="Lead">What has happened, and what comes next.</param>
/// <param name="Outcome">The same for machines.</param>
public sealed record DoneWords(string Title, string Lead, string Outcome);

/// <param name="Expired">Until when the link was good, with a place for that.</param>
/// <param name="Used">That it was used, with a place for when.</param>
/// <param name="IfNotYou">What to do where that was somebody else.</param>
public sealed record InvalidLinkWords(string Expired, string Used, string IfNotYou);

/// <param name="Path">A page of ours.</param>
/// <param name="Label">What its link says.</param>
public sealed record NextStep(string Path, string Label);
