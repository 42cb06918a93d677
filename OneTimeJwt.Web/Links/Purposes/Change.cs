using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Links.Purposes;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Outbox;

[assembly: Purpose(typeof(Change))]

namespace OneTimeJwt.Web.Links.Purposes;

/// <summary>
/// Another address. It waits in a row of ours and is not in the token; redeeming makes it the account's own, replaces the stamp
/// and clears that row. Asking for another address ends the link to this one.
/// </summary>
internal sealed class Change() : ButtonPurpose(Declared)
{
    public static readonly TokenPurpose Declared = new(
        "change",
        "/change-email",
        lifetimes => lifetimes.Change,
        account => [account.SecurityStamp, .. account.AddressState(), (account.User as Account)?.RecoveryState?.PendingAddress]);

    public override string TrailDetail => "to change the address";

    public override FormWords Form => new(Words.ChangeTitle, Words.ChangeLead, Words.OwnAddressSoFar, Words.ChangeButton);

    public override DoneWords Done => new(Words.AddressChangedTitle, Words.AddressChangedLead, "address-changed");

    public override InvalidLinkWords Invalid => new(Words.ExpiredChange, Words.UsedChange, Words.UsedChangeNext);

    public override IReadOnlyList<NextStep> NextSteps =>
        [new("/account/email", Words.ChangeYourAddress), new("/account", Words.AccountTitle)];

    public override string WrongAddress => Words.OwnAddressSoFarWrong;

    public override IReadOnlyList<string> Mails => [OutboxKind.ChangeLink];

    public override bool IsAwaited(string mail) => true;

    public override string? WantedAddress(Account account) => account.RecoveryState?.PendingAddress;

    public override string QueueName(string mail) => Words.QueueChangeLink;

    // The account that has the address is told; the page shows no difference.
    internal override LinkMail Plan(OutboxMail mail, Account account, MailFacts facts) =>
        WantedAddress(account) is null ? new LinkMail.None("no address waits any more")
        : facts.IsTaken ? new LinkMail.NoLink(() => Taken(facts.Host), "another account has that address, no link")
        : new LinkMail.Link(facts.Lifetimes.Change, Write);

    internal override IEnumerable<(string Name, MailContent Content)> Samples(MailedLink link, MailFacts facts) =>
        [("change", Write(link)), ("address-taken", Taken(facts.Host))];

    public override IEnumerable<string?> AcceptedAddresses(Account account, DateTimeOffset now) =>
        string.IsNullOrWhiteSpace(account.Email) ? [account.RecoveryState?.PendingAddress] : [account.Email];

    internal override async Task<RecoveryEventKind?> ApplyAsync(Account account, Redeemer by, RedemptionContext context)
    {
        var state = account.EnsureRecoveryState();
        if (state.PendingAddress is not { } wanted || await context.Addresses.IsTakenAsync(account, wanted))
            return null;

        if (account.Email is { Length: > 0 } former)
        {
            state.Trust(former, context.Now, context.Now + context.Lifetimes.Secure);
            context.AddMail(OutboxKind.AddressChangedNotice, account.Id, by.Client, to: former);
        }

        await context.Addresses.RenameAsync(account, wanted);
        account.EmailConfirmed = true;
        account.RenewSecurityStamp();
        state.PendingAddress = null;
        state.Renew();
        return RecoveryEventKind.AddressChanged;
    }

    private static MailContent Write(MailedLink link) => MailTemplates.WithLink(
        Words.MailChange, Words.MailChangeText, Words.ChangeButton, link, Words.MailNotExpected);

    private static MailContent Taken(string host) =>
        new(
            Words.MailAddressTaken,
            [MailTemplates.Fill(Words.MailAddressTakenText, host), Words.MailAddressTakenYou, Words.MailNothingToDo],
            Link: null,
            []);
}
