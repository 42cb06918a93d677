using OneTimeJwt.Web.Links.Purposes;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Outbox;

[assembly: Purpose(typeof(Reset))]

namespace OneTimeJwt.Web.Links.Purposes;

/// <summary>A new password.</summary>
internal sealed class Reset() : PasswordPurpose(TokenPurpose.Reset)
{
    public override LinkRequest Request => new(OutboxKind.ResetLink, Field: null, Words.ForgotTitle, Words.ForgotLead);

    public override FormWords Form => new(Words.ResetTitle, Words.ResetLead, Words.NewPassword, Words.SaveNewPassword);

    public override DoneWords Done => new(Words.DoneTitle, Words.DoneLead, "password-changed");

    public override InvalidLinkWords Invalid => new(Words.ExpiredReset, Words.UsedReset, Words.WasThatYou);

    public override string? Notice => OutboxKind.PasswordChangedNotice;

    public override IReadOnlyList<string> Mails => [OutboxKind.ResetLink, OutboxKind.RequiredReset, OutboxKind.SecuredReset];

    public override bool GivesWay => true;

    // A flood of requests for an address must not keep out an owner who has just secured the account.
    public override bool HasBudget(string mail) => mail != OutboxKind.SecuredReset;

    public override string QueueName(string mail) => mail == OutboxKind.RequiredReset ? Words.QueueRequiredReset : Words.QueueResetLink;

    internal override LinkMail Plan(OutboxMail mail, Account account, MailFacts facts) => facts.Providers.Count > 0
        ? new LinkMail.NoLink(() => SignsInElsewhere(facts), "names the other provider, no link")
        : new LinkMail.Link(mail.RequestedBy is null ? facts.Lifetimes.Reset : facts.Lifetimes.ResetByAdmin, link => mail switch
        {
            { Kind: OutboxKind.RequiredReset } => Required(link),
            { Kind: OutboxKind.SecuredReset } => Secured(link),
            { RequestedBy: not null } => ByAdmin(link),
            _ => Asked(link),
        });

    internal override IEnumerable<(string Name, MailContent Content)> Samples(MailedLink link, MailFacts facts)
    {
        var byAdmin = link with
        {
            Lifetime = facts.Lifetimes.ResetByAdmin,
            ExpiresAt = link.ExpiresAt - link.Lifetime + facts.Lifetimes.ResetByAdmin,
        };
        yield return ("reset", Asked(link));
        yield return ("reset-by-admin", ByAdmin(byAdmin));
        yield return ("required-reset", Required(byAdmin));
        yield return ("secured-reset", Secured(link));
        yield return ("external-only", SignsInElsewhere(facts));
    }

    internal static MailContent Asked(MailedLink link) =>
        With(link, Words.MailResetAsked, Words.MailPresentPassword, Words.MailNotAsked);

    private static MailContent ByAdmin(MailedLink link) =>
        With(link, Words.MailResetByAdmin, Words.MailPresentPassword, Words.MailNotExpected);

    private static MailContent Required(MailedLink link) =>
        With(link, Words.MailRequiredReset, Words.MailTooLate);

    private static MailContent Secured(MailedLink link) =>
        With(link, Words.MailSecuredReset, Words.MailTooLate);

    private static MailContent With(MailedLink link, string text, params string[] notes) =>
        MailTemplates.WithLink(Words.MailReset, text, Words.MailReset, link, notes);

    private static MailContent SignsInElsewhere(MailFacts facts)
    {
        var providers = facts.Providers.Aggregate((one, other) => MailTemplates.Fill(Words.OneOrOther, one, other));
        string[] texts =
        [
            MailTemplates.Fill(Words.MailResetAsked, facts.Host),
            MailTemplates.Fill(Words.MailExternalOnly, providers),
            Words.MailNothingToDo,
        ];
        return new(Words.MailHowYouSignIn, texts, Link: null, []);
    }
}
