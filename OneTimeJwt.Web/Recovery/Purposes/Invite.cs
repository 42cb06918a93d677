using OneTimeJwt.Tokens;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Languages;
using OneTimeJwt.Web.Mail;

namespace OneTimeJwt.Web.Recovery.Purposes;

/// <summary>
/// The first password of an account that was made for somebody. Redeeming replaces the security stamp and puts a hash where
/// none was; however else the account gets a password, the invitation ends with it.
/// </summary>
internal sealed class Invite() : PasswordPurpose(Declared)
{
    public static readonly TokenPurpose Declared = new(
        "invite",
        "/invitation",
        lifetimes => lifetimes.Invite,
        account => [account.SecurityStamp, account.PasswordHash, .. account.AddressState()]);

    public override FormWords Form => new(Words.InvitedTitle, Words.InvitedLead, Words.Password, Words.SavePassword);

    public override DoneWords Done => new(Words.ReadyTitle, Words.ReadyLead, "password-chosen");

    public override DeadLinkWords Dead => new(Words.ExpiredInvitation, Words.UsedInvitation, Words.WasThatYou);

    public override IReadOnlyList<string> Mails => [OutboxKind.Invitation];

    public override bool IsRequested => false;

    internal override LinkMail Plan(OutboxMail mail, Account account, MailFacts facts) => account.HasPassword
        ? new LinkMail.None("has a password already")
        : new LinkMail.Link(facts.Lifetimes.Invite, link => Write(link, facts.Host));

    internal override IEnumerable<(string Name, Letter Letter)> Samples(MailedLink link, MailFacts facts) => [("invitation", Write(link, facts.Host))];

    private static Letter Write(MailedLink link, string host) => new(
        Words.MailInvitation,
        [Letters.Fill(Words.MailInvitationText, host)],
        new LetterLink(Words.MailInvitationButton, link.Url),
        [Letters.Lifetime(link), Words.MailInvitationUnexpected]);
}
