using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Links;

/// <param name="Token">The token of its link.</param>
/// <param name="TooLong">The length of that link, where it is left out for it.</param>
internal sealed record Notice(MailContent Content, MintedToken? Token = null, int? TooLong = null);

/// <summary>Writes notices: what happened to an account, and a link that secures it if that wasn't its owner.</summary>
internal sealed class SecurityNotices(
    IDbContextFactory<AccountsContext> contexts,
    OneTimeTokens tokens,
    LinkBuilder links,
    AccountLock accountLock,
    IOptions<TokenSettings> settings,
    TimeProvider time)
{
    private static readonly TimeSpan SecuredLately = TimeSpan.FromDays(1);

    public async Task<Notice> WriteAsync(OutboxMail mail, Account account, string to)
    {
        switch (mail.Kind)
        {
            case OutboxKind.AdminNotice:
                return new Notice(MailTemplates.Admin(links.To("/admin"), mail.RequestedAt, links.Host));
            case OutboxKind.SecuredNotice:
                var page = links.To($"/admin/accounts/{Uri.EscapeDataString(mail.AboutId ?? "")}");
                return new Notice(MailTemplates.Secured(page, mail.RequestedAt, links.Host));
        }

        if (accountLock.IsBanned(account))
            return new Notice(Write(mail, SecureLink.None));
        if (await FollowsSecuringAsync(mail))
            return new Notice(Write(mail, RequestPage));

        var token = tokens.Mint(Purposes.Secure.Declared, account);
        if (links.Build(token, out var length) is not { } link)
            return new Notice(Write(mail, RequestPage), token, length);

        await TrustAsync(account.Id, to);
        return new Notice(Write(mail, new SecureLink(link, token.ExpiresAt)), token);
    }

    private SecureLink RequestPage => new(links.To("/forgot-password"), Until: null);

    private MailContent Write(OutboxMail mail, SecureLink secure) =>
        MailTemplates.Notice(mail.Kind, secure, mail.RequestedAt, links.Host);

    // An owner who secured the account and then chose a password by link has just proved to have the mailbox. Another link that
    // locks would start a loop if a mail scanner pressed the first one.
    private async Task<bool> FollowsSecuringAsync(OutboxMail mail)
    {
        if (mail.Kind != OutboxKind.PasswordChangedNotice)
            return false;

        RecoveryEventKind[] changes = [RecoveryEventKind.Secured, RecoveryEventKind.Redeemed, RecoveryEventKind.PasswordChanged];
        var since = mail.RequestedAt - SecuredLately;
        await using var database = await contexts.CreateDbContextAsync();
        var latest = await database.Trail
            .Where(line => line.AccountId == mail.AccountId && changes.Contains(line.Kind) && line.At > since)
            .OrderByDescending(line => line.At)
            .Select(line => line.Kind)
            .ToListAsync();
        return latest.FirstOrDefault() == RecoveryEventKind.Redeemed && latest.Contains(RecoveryEventKind.Secured);
    }

    // Before the mail is sent, which promises it. Other changes to the account may insert or change the row at the same moment.
    private Task<int> TrustAsync(string accountId, string address) => contexts.TryDespiteConflictsAsync(async database =>
    {
        var state = await database.EnsureRecoveryStateAsync(accountId);
        var now = time.GetUtcNow();
        state.Trust(address, now, now + settings.Value.Lifetimes.Secure);
        return await database.SaveChangesAsync();
    });
}
