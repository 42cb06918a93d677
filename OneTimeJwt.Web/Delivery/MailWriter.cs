using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Links.Purposes;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Delivery;

/// <summary>A mail's content, and what the trail records of it.</summary>
/// <param name="To">A stored address, never a typed one: some characters fold onto others when Identity normalises.</param>
/// <param name="Content">Null where nothing is sent because its link is too long.</param>
internal sealed record WrittenMail(string To, MailContent? Content)
{
    public RecoveryEventKind Kind { get; init; } = RecoveryEventKind.Mailed;

    /// <summary>Not in mails to an address that the account doesn't have yet, nor in those to an admin about another account.</summary>
    public bool NamesAccount { get; init; } = true;

    public string? Detail { get; init; }

    /// <summary>The token of its link.</summary>
    public MintedToken? Token { get; init; }

    /// <summary>The length of that link, where it is left out for it.</summary>
    public int? TooLong { get; init; }
}

/// <summary>Mints the token and writes the content, in the language that was set.</summary>
internal sealed class MailWriter(
    LinkPurposes purposes,
    OneTimeTokens tokens,
    LinkBuilder links,
    SecurityNotices notices,
    MailAddresses addresses,
    MailedCodes codes,
    TimeProvider time)
{
    /// <returns>Null where there is no address any more.</returns>
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
            : AboutLink(mail, account, content: null) with
            {
                Token = token,
                TooLong = length,
            };
    }

    private WrittenMail AboutLink(OutboxMail mail, Account account, MailContent? content) =>
        purposes.OfMail(mail.Kind)!.WantedAddress(account) is { } wanted
            ? new(wanted, content) { NamesAccount = false }
            : new(addresses.OfLink(mail, account)!, content);

    private WrittenMail Code(OutboxMail mail, Account account) =>
        new(
            account.Email!,
            MailTemplates.SignInCode(codes.Make(account, mail.Id), time.GetUtcNow() + MailedCodes.Lifetime, mail, links.Host))
        {
            Kind = RecoveryEventKind.CodeMailed,
        };

    private async Task<WrittenMail?> NoticeAsync(OutboxMail mail, Account account)
    {
        if (addresses.Of(mail, account) is not { Length: > 0 } to)
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
