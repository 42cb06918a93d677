using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Tokens;

namespace OneTimeJwt.Web.Recovery;

/// <summary>
/// Turns one leased outbox row into mail. Whatever it concludes is written together with the row's removal, so that a
/// crash either leaves the row to be tried again or has left its event behind.
/// </summary>
internal sealed partial class Delivery(
    AccountsContext database,
    OneTimeTokens tokens,
    ServerSecrets secrets,
    TypedAddress typed,
    ILookupNormalizer normalizer,
    ResetLink links,
    PublicOrigin origin,
    MailComposer composer,
    IMailTransport transport,
    IOptions<RecoverySettings> recovery,
    IOptions<TokenSettings> tokenSettings,
    IOptions<MailBudget> budget,
    TimeProvider time,
    ILogger<Delivery> logger)
{
    private string Host => new Uri(origin.Value).Authority;

    public Task DeliverAsync(OutboxMail mail, CancellationToken cancellationToken) => mail switch
    {
        { Kind: OutboxKind.PasswordChangedNotice } => NoticeAsync(mail, cancellationToken),
        { AccountId: null } => ResolveAsync(mail, cancellationToken),
        _ => ResetLinkAsync(mail, cancellationToken),
    };

    // One row for each account of the address, so that a failure on one can't send the other's mail again.
    private async Task ResolveAsync(OutboxMail mail, CancellationToken cancellationToken)
    {
        var address = ReadAddress(mail);
        var normalised = address is null ? null : normalizer.NormalizeEmail(address);
        var ids = normalised is null
            ? []
            : await database.Users.Where(account => account.NormalizedEmail == normalised).Select(account => account.Id).ToListAsync(cancellationToken);

        if (ids.Count == 0)
        {
            var hash = normalised is null ? null : secrets.HashAddress(normalised);
            database.Add(Event(mail, RecoveryEventKind.Requested, detail: normalised is null ? "unreadable since the server secret was changed" : "no such account", addressHash: hash));
        }

        database.AddRange(ids.Select(id => new OutboxMail
        {
            Kind = mail.Kind,
            AccountId = id,
            RequestedBy = mail.RequestedBy,
            Client = mail.Client,
            RequestedAt = mail.RequestedAt,
            DueAt = mail.RequestedAt,
        }));
        await FinishAsync(mail, cancellationToken);
    }

    private async Task ResetLinkAsync(OutboxMail mail, CancellationToken cancellationToken)
    {
        var account = await database.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Id == mail.AccountId, cancellationToken);
        await RecordRequestAsync(mail, account is null ? "no such account" : null, cancellationToken);
        if (account is null)
        {
            await FinishAsync(mail, cancellationToken);
            return;
        }

        if (await SuppressionAsync(account, mail, cancellationToken) is { } reason)
        {
            database.Add(Event(mail, RecoveryEventKind.Suppressed, detail: reason));
            await FinishAsync(mail, cancellationToken);
            return;
        }

        var providers = await ExternalProvidersAsync(account, cancellationToken);
        if (providers.Count > 0)
            await SendAsync(mail, account, Letters.ExternalOnly(providers, Host), Event(mail, RecoveryEventKind.Mailed, detail: "names the other provider, no link"), cancellationToken);
        else
            await SendLinkAsync(mail, account, cancellationToken);
    }

    // Once a row, however often it is tried: the event has the row's own id.
    private async Task RecordRequestAsync(OutboxMail mail, string? detail, CancellationToken cancellationToken)
    {
        if (await database.Trail.AnyAsync(line => line.Id == mail.Id, cancellationToken))
            return;

        database.Add(Event(mail, RecoveryEventKind.Requested, detail: detail, id: mail.Id));
        await database.SaveChangesAsync(cancellationToken);
    }

    private async Task SendLinkAsync(OutboxMail mail, Account account, CancellationToken cancellationToken)
    {
        var lifetimes = tokenSettings.Value.Lifetimes;
        var lifetime = mail.RequestedBy is null ? lifetimes.Reset : lifetimes.ResetByAdmin;
        var token = tokens.Mint(TokenPurpose.Reset, account, lifetime);
        if (links.Build(token, out var length) is not { } link)
        {
            Log.LinkTooLong(logger, account.Id, length, recovery.Value.MaxLinkLength);
            database.Add(Event(mail, RecoveryEventKind.LinkTooLong, token.Nonce, $"{length} characters"));
            await FinishAsync(mail, cancellationToken);
            return;
        }

        await SendAsync(mail, account, Letters.Reset(link, lifetime, Host), Event(mail, RecoveryEventKind.Mailed, token.Nonce), cancellationToken);
    }

    private async Task NoticeAsync(OutboxMail mail, CancellationToken cancellationToken)
    {
        var account = await database.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Id == mail.AccountId, cancellationToken);
        if (account?.Email is null)
            await FinishAsync(mail, cancellationToken);
        else
            await SendAsync(mail, account, Letters.PasswordChanged($"{origin.Value}/forgot-password", mail.RequestedAt, Host), Event(mail, RecoveryEventKind.NoticeMailed), cancellationToken);
    }

    private async Task SendAsync(OutboxMail mail, Account account, Letter letter, RecoveryEvent line, CancellationToken cancellationToken)
    {
        // To the stored address, never to the typed one: some characters fold onto others when Identity normalises.
        using var message = await composer.ComposeAsync(account.Email!, letter);
        await transport.SendAsync(message, cancellationToken);
        database.Add(line);
        await FinishAsync(mail, CancellationToken.None);
    }

    private async Task FinishAsync(OutboxMail mail, CancellationToken cancellationToken)
    {
        database.Remove(mail);
        await database.SaveChangesAsync(cancellationToken);
    }

    private async Task<string?> SuppressionAsync(Account account, OutboxMail mail, CancellationToken cancellationToken)
    {
        if (OneTimeTokens.IsLockedForGood(account.LockoutEnd))
            return "locked by an admin";
        if (string.IsNullOrEmpty(account.Email))
            return "no address";
        if (string.IsNullOrEmpty(account.SecurityStamp))
            return "no security stamp";

        // A clock that was set back leaves lines in the future; they must not use up the budget.
        var now = time.GetUtcNow();
        var since = now - budget.Value.Window;
        var byAdmin = mail.RequestedBy is not null;
        var sent = await database.Trail.CountAsync(
            line => line.AccountId == account.Id && line.At > since && line.At <= now
                && line.Kind == RecoveryEventKind.Mailed && (line.Actor != null) == byAdmin,
            cancellationToken);
        return sent >= budget.Value.Permits ? "enough mails lately" : null;
    }

    private async Task<IReadOnlyList<string>> ExternalProvidersAsync(Account account, CancellationToken cancellationToken) =>
        account.PasswordHash is not null || recovery.Value.AllowExternalOnly
            ? []
            : await database.UserLogins
                .Where(login => login.UserId == account.Id)
                .Select(login => login.ProviderDisplayName ?? login.LoginProvider)
                .ToListAsync(cancellationToken);

    private string? ReadAddress(OutboxMail mail)
    {
        try
        {
            return typed.Unprotect(mail.TypedAddress!);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private RecoveryEvent Event(OutboxMail mail, RecoveryEventKind kind, string? nonce = null, string? detail = null, string? addressHash = null, Guid? id = null) => new()
    {
        Id = id ?? Guid.CreateVersion7(),
        At = time.GetUtcNow(),
        Kind = kind,
        AccountId = mail.AccountId,
        AddressHash = addressHash,
        Nonce = nonce,
        Actor = mail.RequestedBy,
        Client = mail.Client,
        Detail = detail,
    };

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "No mail for account {AccountId}: its link has {Length} characters and Recovery:MaxLinkLength allows {Limit}. Raise it, or shorten Recovery:PublicOrigin.")]
        public static partial void LinkTooLong(ILogger logger, string accountId, int length, int limit);
    }
}
