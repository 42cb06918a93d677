using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Tokens;

namespace OneTimeJwt.Web.Recovery;

/// <summary>A mail's content, and what the trail is to say of it.</summary>
/// <param name="To">A stored address, never a typed one: some characters fold onto others when Identity normalises.</param>
/// <param name="Letter">What it says; null where nothing is sent for the length of its link.</param>
internal sealed record WrittenMail(string To, Letter? Letter)
{
    public RecoveryEventKind Kind { get; init; } = RecoveryEventKind.Mailed;

    public string? Detail { get; init; }

    /// <summary>What its link was made of.</summary>
    public MintedToken? Token { get; init; }

    /// <summary>How long that link would have been, where it is left out for its length.</summary>
    public int? TooLong { get; init; }
}

/// <summary>Mints the token and writes the letter. The reader's language is set.</summary>
internal sealed class MailWriter(
    OneTimeTokens tokens, OneTimeLink links, PublicOrigin origin, Notices notices, MailedCodes codes, IOptions<TokenSettings> settings, TimeProvider time)
{
    private string Host => new Uri(origin.Value).Authority;

    private TokenLifetimes Lifetimes => settings.Value.Lifetimes;

    /// <returns>Null where there is nobody to write to any more.</returns>
    public async Task<WrittenMail?> WriteAsync(OutboxMail mail, Account account, DeliverySnapshot snapshot, bool isTaken) => mail.Kind switch
    {
        OutboxKind.SignInCode => Code(mail, account),
        OutboxKind.Invitation => WithLink(
            mail, account.Email!, tokens.Mint(TokenPurpose.Invite, account), Lifetimes.Invite, link => Letters.Invitation(link, Host)),
        OutboxKind.ConfirmLink => Confirm(mail, account),
        OutboxKind.ChangeLink => Change(mail, account, isTaken),
        _ when !DeliveryPolicy.IsLink(mail.Kind) => await NoticeAsync(mail, account),
        _ when snapshot.ProvidersOf(mail) is { Count: > 0 } providers =>
            new(notices.LinkAddressOf(mail, account)!, Letters.ExternalOnly(providers, Host)) { Detail = "names the other provider, no link" },
        _ => Reset(mail, account),
    };

    private WrittenMail Code(OutboxMail mail, Account account) =>
        new(account.Email!, Letters.SignInCode(codes.Make(account, mail.Id), time.GetUtcNow() + MailedCodes.Lifetime, mail, Host)) { Kind = RecoveryEventKind.CodeMailed };

    private WrittenMail Reset(OutboxMail mail, Account account)
    {
        var lifetime = mail.RequestedBy is null ? Lifetimes.Reset : Lifetimes.ResetByAdmin;
        return WithLink(mail, notices.LinkAddressOf(mail, account)!, tokens.Mint(TokenPurpose.Reset, account, lifetime), lifetime, link => mail switch
        {
            { Kind: OutboxKind.RequiredReset } => Letters.RequiredReset(link, Host),
            { Kind: OutboxKind.SecuredReset } => Letters.SecuredReset(link, Host),
            { RequestedBy: not null } => Letters.ResetByAdmin(link, Host),
            _ => Letters.Reset(link, Host),
        });
    }

    private WrittenMail Confirm(OutboxMail mail, Account account) => account.EmailConfirmed
        ? new(account.Email!, Letters.ConfirmedAlready(links.To("/sign-in"), Host)) { Detail = "says that the address is confirmed, no link" }
        : WithLink(mail, account.Email!, tokens.Mint(TokenPurpose.Confirm, account), Lifetimes.Confirm, link => Letters.Confirm(link, Host));

    // To the address that waits in the row of ours. Who owns it already hears of it, and whoever asked sees no difference.
    private WrittenMail Change(OutboxMail mail, Account account, bool isTaken)
    {
        var wanted = account.Own!.PendingAddress!;
        return isTaken
            ? new(wanted, Letters.AddressTaken(Host)) { Detail = "another account has that address, no link" }
            : WithLink(mail, wanted, tokens.Mint(Purposes.Change, account), Lifetimes.Change, link => Letters.Change(link, Host));
    }

    private WrittenMail WithLink(OutboxMail mail, string to, MintedToken token, TimeSpan lifetime, Func<MailedLink, Letter> write) =>
        links.Build(token, out var length) is { } link
            ? new(to, write(new MailedLink(link, lifetime, token.ExpiresAt))) { Token = token, Detail = MailPurposes.Detail(mail.Kind) }
            : new(to, Letter: null) { Token = token, TooLong = length };

    private async Task<WrittenMail?> NoticeAsync(OutboxMail mail, Account account)
    {
        if (notices.AddressOf(mail, account) is not { Length: > 0 } to)
            return null;

        var notice = await notices.WriteAsync(mail, account, to);
        return new(to, notice.Letter) { Kind = RecoveryEventKind.NoticeMailed, Token = notice.Token, TooLong = notice.TooLong };
    }
}
