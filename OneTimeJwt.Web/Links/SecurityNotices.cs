using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OneTimeJwt.Tokens;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Database;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Links;

/// <summary>A notice to be sent.</summary>
/// <param name="Content">What it says.</param>
/// <param name="Token">What its link was made of.</param>
/// <param name="TooLong">How long that link would have been, where it is left out for its length.</param>
internal sealed record Notice(MailContent Content, MintedToken? Token = null, int? TooLong = null);

/// <summary>Writes notices: what happened to an account, and the link that secures it where that wasn't its owner.</summary>
internal sealed class SecurityNotices(
    IDbContextFactory<AccountsContext> contexts,
    OneTimeTokens tokens,
    LinkBuilder links,
    AccountLock accountLock,
    PublicOrigin origin,
    TypedAddress typed,
    IOptions<TokenSettings> settings,
    TimeProvider time)
{
    private static readonly TimeSpan SecuredLately = TimeSpan.FromDays(1);

    private string Host => new Uri(origin.Value).Authority;

    /// <summary>Where it goes: to the account's address, or to the one that it had.</summary>
    public string? AddressOf(OutboxMail mail, Account account)
    {
        if (mail.TypedAddress is null)
            return account.Email;

        try
        {
            return typed.Unprotect(mail.TypedAddress);
        }
        catch (CryptographicException)
        {
            // The server secret was changed since.
            return account.Own?.TrustedAt(time.GetUtcNow());
        }
    }

    /// <summary>Where a link goes. Never to what somebody typed: the account is found by that, and its own address gets the mail.</summary>
    public string? LinkAddressOf(OutboxMail mail, Account account) =>
        mail.Kind == OutboxKind.SecuredReset ? AddressOf(mail, account) : account.Email;

    public async Task<Notice> WriteAsync(OutboxMail mail, Account account, string to)
    {
        switch (mail.Kind)
        {
            case OutboxKind.AdminNotice:
                return new Notice(MailTemplates.Admin(links.To("/admin"), mail.RequestedAt, Host));
            case OutboxKind.SecuredNotice:
                return new Notice(
                    MailTemplates.Secured(links.To($"/admin/accounts/{Uri.EscapeDataString(mail.AboutId ?? "")}"), mail.RequestedAt, Host));
        }

        if (accountLock.IsBanned(account))
            return new Notice(Write(mail, SecureLink.None));
        if (await FollowsSecuringAsync(mail))
            return new Notice(Write(mail, NoWay));

        var token = tokens.Mint(Purposes.Secure.Declared, account);
        if (links.Build(token, out var length) is not { } link)
            return new Notice(Write(mail, NoWay), token, length);

        await TrustAsync(account.Id, to);
        return new Notice(Write(mail, new SecureLink(link, token.ExpiresAt)), token);
    }

    private SecureLink NoWay => new(links.To("/forgot-password"), Until: null);

    private MailContent Write(OutboxMail mail, SecureLink way) => mail.Kind switch
    {
        OutboxKind.PasswordChangedNotice => MailTemplates.PasswordChanged(way, mail.RequestedAt, Host),
        OutboxKind.AddressChangedNotice => MailTemplates.AddressChanged(way, mail.RequestedAt, Host),
        OutboxKind.TwoFactorResetNotice => MailTemplates.TwoFactorReset(way, mail.RequestedAt, Host),
        _ => MailTemplates.SecondFactor(mail.Kind, way, mail.RequestedAt, Host),
    };

    // Whoever secured the account and chose a password by link has just proved to have the mailbox. A link that locks would
    // lead whatever pressed the first one round in a circle.
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

    // Ahead of the mail: whoever reads it can count on it. Whoever changes the account may make or change the row too.
    private Task<int> TrustAsync(string accountId, string address) => contexts.TryDespiteConflictsAsync(async database =>
    {
        var own = await database.OwnStates.FindAsync(accountId);
        if (own is null)
            database.Add(own = new RecoveryState { AccountId = accountId });
        var now = time.GetUtcNow();
        own.Trust(address, now, now + settings.Value.Lifetimes.Secure);
        return await database.SaveChangesAsync();
    });
}
