using Microsoft.Extensions.Options;
using OneTimeJwt.Tokens;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Database;
using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Links.Purposes;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Delivery;

/// <summary>A mail's content, and what the trail is to say of it.</summary>
/// <param name="To">A stored address, never a typed one: some characters fold onto others when Identity normalises.</param>
/// <param name="Content">What it says; null where nothing is sent for the length of its link.</param>
internal sealed record WrittenMail(string To, MailContent? Content)
{
    public RecoveryEventKind Kind { get; init; } = RecoveryEventKind.Mailed;

    /// <summary>Not to who has an address that the account only wants, nor to an admin, whom it tells of somebody else.</summary>
    public bool NamesAccount { get; init; } = true;

    public string? Detail { get; init; }

    /// <summary>What its link was made of.</summary>
    public MintedToken? Token { get; init; }

    /// <summary>How long that link would have been, where it is left out for its length.</summary>
    public int? TooLong { get; init; }
}

/// <summary>Mints the token and writes the letter. The reader's language is set.</summary>
internal sealed class MailWriter(
    LinkPurposes purposes,
    OneTimeTokens tokens,
    LinkBuilder links,
    PublicOrigin origin,
    SecurityNotices notices,
    MailedCodes codes,
    IOptions<TokenSettings> settings,
    TimeProvider time)
{
    private string Host => new Uri(origin.Value).Authority;

    /// <summary>What decides which mail about a link it is, and what such mails tell.</summary>
    public MailFacts Facts(IReadOnlyList<string> providers, bool isTaken) =>
        new(Host, links.To("/sign-in"), settings.Value.Lifetimes, providers, isTaken);

    /// <returns>Null where there is nobody to write to any more.</returns>
    public async Task<WrittenMail?> WriteAsync(OutboxMail mail, Account account, LinkMail? plan) => plan switch
    {
        LinkMail.Link link => WithLink(mail, account, link),
        LinkMail.NoLink without => AboutLink(mail, account, without.Write()) with { Detail = without.Detail },
        _ when mail.Kind == OutboxKind.SignInCode => Code(mail, account),
        _ => await NoticeAsync(mail, account),
    };

    private WrittenMail WithLink(OutboxMail mail, Account account, LinkMail.Link plan)
    {
        var purpose = purposes.OfMail(mail.Kind)!;
        var token = tokens.Mint(purpose.Token, account, plan.Lifetime);
        return links.Build(token, out var length) is { } link
            ? AboutLink(mail, account, plan.Write(new MailedLink(link, plan.Lifetime, token.ExpiresAt))) with
            {
                Token = token,
                Detail = purpose.TrailDetail,
            }
            : AboutLink(mail, account, letter: null) with
            {
                Token = token,
                TooLong = length,
            };
    }

    private WrittenMail AboutLink(OutboxMail mail, Account account, MailContent? letter) =>
        purposes.OfMail(mail.Kind)!.WantedAddress(account) is { } wanted
            ? new(wanted, letter) { NamesAccount = false }
            : new(notices.LinkAddressOf(mail, account)!, letter);

    private WrittenMail Code(OutboxMail mail, Account account) =>
        new(account.Email!, MailTemplates.SignInCode(codes.Make(account, mail.Id), time.GetUtcNow() + MailedCodes.Lifetime, mail, Host))
        {
            Kind = RecoveryEventKind.CodeMailed,
        };

    private async Task<WrittenMail?> NoticeAsync(OutboxMail mail, Account account)
    {
        if (notices.AddressOf(mail, account) is not { Length: > 0 } to)
            return null;

        var notice = await notices.WriteAsync(mail, account, to);
        return new(to, notice.Content)
        {
            Kind = RecoveryEventKind.NoticeMailed,
            NamesAccount = mail.AboutId is null,
            Token = notice.Token,
            TooLong = notice.TooLong,
        };
    }
}
