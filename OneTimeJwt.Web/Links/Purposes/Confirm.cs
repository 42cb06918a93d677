using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Links.Purposes;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Outbox;

[assembly: Purpose(typeof(Confirm))]

namespace OneTimeJwt.Web.Links.Purposes;

/// <summary>Confirms that the account's address is its owner's.</summary>
internal sealed class Confirm() : ButtonPurpose(TokenPurpose.Confirm)
{
    public override LinkRequest Request =>
        new(OutboxKind.ConfirmLink, "confirm", Words.AskToConfirm, Words.AskToConfirmLead, Words.SentUnconfirmed);

    public override string TrailDetail => "to confirm the address";

    public override FormWords Form => new(Words.ConfirmTitle, Words.ConfirmLead, Words.OwnAddress, Words.ConfirmButton);

    public override DoneWords Done => new(Words.ConfirmedTitle, Words.ConfirmedLead, "address-confirmed");

    public override InvalidLinkWords Invalid => new(Words.ExpiredConfirm, Words.UsedConfirm, Words.UsedConfirmNext);

    public override IReadOnlyList<string> Mails => [OutboxKind.ConfirmLink];

    public override string QueueName(string mail) => Words.QueueConfirmLink;

    internal override LinkMail Plan(OutboxMail mail, Account account, MailFacts facts) => account.EmailConfirmed
        ? new LinkMail.NoLink(() => ConfirmedAlready(facts), "says that the address is confirmed, no link")
        : new LinkMail.Link(facts.Lifetimes.Confirm, Write);

    internal override IEnumerable<(string Name, MailContent Content)> Samples(MailedLink link, MailFacts facts) =>
        [("confirm", Write(link)), ("confirmed-already", ConfirmedAlready(facts))];

    internal override Task<RecoveryEventKind?> ApplyAsync(Account account, Redeemer by, RedemptionContext context)
    {
        account.EmailConfirmed = true;
        return Task.FromResult<RecoveryEventKind?>(RecoveryEventKind.AddressConfirmed);
    }

    private static MailContent Write(MailedLink link) => MailTemplates.WithLink(
        Words.MailConfirm, Words.MailConfirmText, Words.ConfirmButton, link, Words.MailNotExpected);

    private static MailContent ConfirmedAlready(MailFacts facts) => new(
        Words.MailConfirmedAlready,
        [MailTemplates.Fill(Words.MailConfirmedAlreadyText, facts.Host)],
        new MailButton(Words.SignIn, facts.SignIn),
        [Words.MailNothingToDo]);
}
