using OneTimeJwt.Web.Links.Purposes;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Outbox;

[assembly: Purpose(typeof(Invite))]

namespace OneTimeJwt.Web.Links.Purposes;

/// <summary>
/// The first password of an account that was created for somebody. Redeeming replaces the security stamp and sets the first
/// password hash; a password set in any other way ends the invitation too.
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

    public override InvalidLinkWords Invalid => new(Words.ExpiredInvitation, Words.UsedInvitation, Words.WasThatYou);

    public override IReadOnlyList<string> Mails => [OutboxKind.Invitation];

    public override bool IsRequested => false;

    internal override LinkMail Plan(OutboxMail mail, Account account, MailFacts facts) => account.HasPassword
        ? new LinkMail.None("has a password already")
        : new LinkMail.Link(facts.Lifetimes.Invite, Write);

    internal override IEnumerable<(string Name, MailContent Content)> Samples(MailedLink link, MailFacts facts) =>
        [("invitation", Write(link))];

    private static MailContent Write(MailedLink link) => MailTemplates.WithLink(
        Words.MailInvitation, Words.MailInvitationText, Words.MailInvitationButton, link, Words.MailInvitationUnexpected);
}
