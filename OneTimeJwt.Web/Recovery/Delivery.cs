using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OneTimeJwt.Tokens;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Languages;
using OneTimeJwt.Web.Mail;

namespace OneTimeJwt.Web.Recovery;

/// <summary>
/// Turns one leased outbox row into mail. Whatever it concludes is written together with the row's removal, so that a
/// crash either leaves the row to be tried again or has left its event behind.
/// </summary>
internal sealed partial class Delivery(
    IDbContextFactory<AccountsContext> contexts,
    Appender appender,
    Outbox outbox,
    OneTimeTokens tokens,
    OneTimeLink links,
    PublicOrigin origin,
    Notices notices,
    AccountLookup lookup,
    AccountLock accountLock,
    StampRepair stamps,
    AccountLabels labels,
    MailedCodes codes,
    MailComposer composer,
    OutgoingMail outgoing,
    RecoveryMeter meter,
    IOptions<MailSettings> mailSettings,
    IOptions<RecoverySettings> recovery,
    IOptions<TokenSettings> tokenSettings,
    MailBudgets budgets,
    IOptions<LanguageSettings> languages,
    TimeProvider time,
    ILogger<Delivery> logger)
{
    // Tokens are minted from what was read; a mail that had to wait longer is read for again.
    private static readonly TimeSpan ReadingStaysFresh = TimeSpan.FromSeconds(1);

    // Somebody whose password was changed wants to know of it also after a long outage (RFC 5321, section 4.5.4.1).
    private static readonly TimeSpan NoticeStaysOfUse = TimeSpan.FromDays(5);

    private string Host => new Uri(origin.Value).Authority;

    /// <summary>Records the requests and reads what delivering them takes, for many mails at once.</summary>
    public async Task<Reading> PrepareAsync(IReadOnlyCollection<OutboxMail> mails, CancellationToken cancellationToken)
    {
        if (mails.Count == 0)
            return Reading.Nothing;

        var reading = await ReadAsync(mails, cancellationToken);
        // Once a row, however often it is tried: the event has the row's own id.
        await Task.WhenAll(mails
            .Where(mail => IsLink(mail))
            .Select(mail => appender.AppendAsync(Event(mail, RecoveryEventKind.Requested, detail: reading.Of(mail) is null ? "no such account" : MailPurposes.Detail(mail.Kind), id: mail.Id), cancellationToken)));
        return reading;
    }

    /// <param name="mail">A row that is ours.</param>
    /// <param name="reading">What was read when it was leased; null where its recipient may have been sent another mail since.</param>
    /// <param name="cancellationToken">Ends the attempt; what was accepted is recorded nevertheless.</param>
    public async Task DeliverAsync(OutboxMail mail, Reading? reading, CancellationToken cancellationToken)
    {
        if (await GivesUpAsync(mail))
            return;

        if (reading is null || time.GetElapsedTime(reading.At) > ReadingStaysFresh)
            reading = await ReadAsync([mail], cancellationToken);

        if (await AccountOfAsync(mail, reading) is not { } account || await HasArrivedAsync(mail, cancellationToken))
        {
            await appender.ReplaceAsync(mail);
            return;
        }

        // Whoever asked for it told; what an admin, or the app itself, sets off is in the owner's language.
        var (culture, zone) = mail.Culture is null ? (account.Own?.Culture, account.Own?.Zone) : (mail.Culture, mail.Zone);
        Reader.Is(Language.Find(culture) is null ? languages.Value.Default : culture, zone);
        if (IsLink(mail))
            await LinkAsync(mail, account, reading, cancellationToken);
        else if (mail.Kind == OutboxKind.SignInCode)
            await CodeAsync(mail, account, cancellationToken);
        else if (mail.Kind == OutboxKind.Invitation)
            await InvitationAsync(mail, account, cancellationToken);
        else
            await NoticeAsync(mail, account, cancellationToken);
    }

    /// <summary>Ends a mail that nobody waits for any more.</summary>
    public async Task<bool> GivesUpAsync(OutboxMail mail)
    {
        if (!IsStale(mail))
            return false;

        var detail = mail.Cause is null ? "nobody waits for it any more" : $"nobody waits for it any more; last time {mail.Cause}";
        await appender.ReplaceAsync(mail, Event(mail, RecoveryEventKind.GaveUp, detail: detail));
        return true;
    }

    // An account without a security stamp gets one where it may get a link.
    private async Task<Account?> AccountOfAsync(OutboxMail mail, Reading reading) =>
        reading.Of(mail) is { SecurityStamp: null or "" } account && Obstacle(account, AddressOf(mail, account)) is null
            ? await stamps.GiveAsync(account.Id)
            : reading.Of(mail);

    private async Task LinkAsync(OutboxMail mail, Account account, Reading reading, CancellationToken cancellationToken)
    {
        var purpose = await PurposeAsync(mail, account, reading);
        if ((Obstacle(account, AddressOf(mail, account)) ?? await OverBudgetAsync(mail, purpose, account, reading, cancellationToken)) is { } reason)
            await appender.ReplaceAsync(mail, Event(mail, RecoveryEventKind.Suppressed, detail: reason));
        else if (mail.Kind == OutboxKind.ConfirmLink)
            await SendConfirmAsync(mail, account, cancellationToken);
        else if (mail.Kind == OutboxKind.ChangeLink)
            await SendChangeAsync(mail, account, isTaken: purpose == MailPurpose.NoLink, cancellationToken);
        else if (reading.ProvidersOf(mail) is { Count: > 0 } providers)
            await SendAsync(mail, AddressOf(mail, account)!, Letters.ExternalOnly(providers, Host), [Mailed(mail, AddressOf(mail, account)!, detail: "names the other provider, no link")], cancellationToken);
        else
            await SendResetAsync(mail, account, cancellationToken);
    }

    private async Task<MailPurpose> PurposeAsync(OutboxMail mail, Account account, Reading reading) => mail.Kind switch
    {
        OutboxKind.ConfirmLink => account.EmailConfirmed ? MailPurpose.NoLink : MailPurpose.Confirm,
        OutboxKind.ChangeLink => account.Own?.PendingAddress is { } wanted && await IsTakenAsync(account, wanted) ? MailPurpose.NoLink : MailPurpose.Change,
        _ => reading.ProvidersOf(mail).Count > 0 ? MailPurpose.NoLink : MailPurpose.Reset,
    };

    // Whoever floods an address with requests must not keep its owner out who has just secured the account.
    private async Task<string?> OverBudgetAsync(OutboxMail mail, MailPurpose purpose, Account account, Reading reading, CancellationToken cancellationToken)
    {
        if (mail.Kind == OutboxKind.SecuredReset || reading.RecipientOf(mail) is not { } recipient)
            return null;

        var key = new BudgetKey(recipient, purpose, mail.RequestedBy is not null);
        return await budgets.ObstacleAsync(key, account, [.. reading.Recent[key]], cancellationToken);
    }

    private Task SendResetAsync(OutboxMail mail, Account account, CancellationToken cancellationToken)
    {
        var lifetimes = tokenSettings.Value.Lifetimes;
        var lifetime = mail.RequestedBy is null ? lifetimes.Reset : lifetimes.ResetByAdmin;
        return SendLinkAsync(mail, AddressOf(mail, account)!, tokens.Mint(TokenPurpose.Reset, account, lifetime), lifetime, Write, cancellationToken);

        Letter Write(MailedLink link) => mail switch
        {
            { Kind: OutboxKind.RequiredReset } => Letters.RequiredReset(link, Host),
            { Kind: OutboxKind.SecuredReset } => Letters.SecuredReset(link, Host),
            { RequestedBy: not null } => Letters.ResetByAdmin(link, Host),
            _ => Letters.Reset(link, Host),
        };
    }

    private Task SendConfirmAsync(OutboxMail mail, Account account, CancellationToken cancellationToken) => account.EmailConfirmed
        ? SendAsync(mail, account.Email!, Letters.ConfirmedAlready(links.To("/sign-in"), Host), [Mailed(mail, account.Email!, detail: "says that the address is confirmed, no link")], cancellationToken)
        : SendLinkAsync(mail, account.Email!, tokens.Mint(TokenPurpose.Confirm, account), tokenSettings.Value.Lifetimes.Confirm, link => Letters.Confirm(link, Host), cancellationToken);

    // To the address that waits in the row of ours. Who owns it already hears of it, and whoever asked sees no difference.
    private async Task SendChangeAsync(OutboxMail mail, Account account, bool isTaken, CancellationToken cancellationToken)
    {
        if (account.Own?.PendingAddress is not { } wanted)
            await appender.ReplaceAsync(mail, Event(mail, RecoveryEventKind.Suppressed, detail: "no address waits any more"));
        else if (isTaken)
            await SendAsync(mail, wanted, Letters.AddressTaken(Host), [Mailed(mail, wanted, detail: "another account has that address, no link")], cancellationToken);
        else
            await SendLinkAsync(mail, wanted, tokens.Mint(Purposes.Change, account), tokenSettings.Value.Lifetimes.Change, link => Letters.Change(link, Host), cancellationToken);
    }

    private async Task<bool> IsTakenAsync(Account account, string address)
    {
        await using var database = await contexts.CreateDbContextAsync();
        return await lookup.IsTakenAsync(database, account, address);
    }

    private async Task InvitationAsync(OutboxMail mail, Account account, CancellationToken cancellationToken)
    {
        if ((account.HasPassword ? "has a password already" : Obstacle(account, account.Email)) is { } reason)
        {
            await appender.ReplaceAsync(mail, Event(mail, RecoveryEventKind.Suppressed, detail: reason));
            return;
        }

        var lifetime = tokenSettings.Value.Lifetimes.Invite;
        await SendLinkAsync(mail, account.Email!, tokens.Mint(TokenPurpose.Invite, account), lifetime, link => Letters.Invitation(link, Host), cancellationToken);
    }

    private async Task SendLinkAsync(OutboxMail mail, string to, MintedToken token, TimeSpan lifetime, Func<MailedLink, Letter> write, CancellationToken cancellationToken)
    {
        if (links.Build(token, out var length) is not { } link)
        {
            await appender.ReplaceAsync(mail, TooLong(mail, token, length));
            return;
        }

        await SendAsync(mail, to, write(new MailedLink(link, lifetime, token.ExpiresAt)), [Mailed(mail, to, token.Nonce, MailPurposes.Detail(mail.Kind))], cancellationToken);
        meter.Mailed(token.Purpose);
    }

    private async Task NoticeAsync(OutboxMail mail, Account account, CancellationToken cancellationToken)
    {
        if (notices.AddressOf(mail, account) is not { Length: > 0 } to)
        {
            await appender.ReplaceAsync(mail);
            return;
        }

        var notice = await notices.WriteAsync(mail, account, to);
        RecoveryEvent[] lines = notice is { Token: { } token, TooLong: { } length }
            ? [TooLong(mail, token, length), Event(mail, RecoveryEventKind.NoticeMailed, recipient: budgets.Recipient(to))]
            : [Event(mail, RecoveryEventKind.NoticeMailed, notice.Token?.Nonce, recipient: budgets.Recipient(to))];
        await SendAsync(mail, to, notice.Letter, lines, cancellationToken);
        if (notice is { Token: { } mailed, TooLong: null })
            meter.Mailed(mailed.Purpose);
    }

    private RecoveryEvent TooLong(OutboxMail mail, MintedToken token, int length)
    {
        Log.LinkTooLong(logger, mail.AccountId!, length, recovery.Value.MaxLinkLength);
        return Event(mail, RecoveryEventKind.LinkTooLong, token.Nonce, $"{length} characters");
    }

    // To a stored address, never to a typed one: some characters fold onto others when Identity normalises.
    private async Task SendAsync(OutboxMail mail, string to, Letter letter, RecoveryEvent[] lines, CancellationToken cancellationToken)
    {
        using var message = await composer.ComposeAsync(to, await NamedAsync(mail, to, letter, cancellationToken), mail.Id);
        try
        {
            await outgoing.SendAsync(message, cancellationToken);
        }
        catch (MailUnansweredException)
        {
            await RecordUnansweredAsync(mail, lines, cancellationToken);
            return;
        }

        await outbox.RecordAsync(mail, () => appender.ReplaceAsync(mail, lines), cancellationToken);
    }

    // Which account a mail is about, where its address has several. Who has an address that an account only wants is told no
    // name, and a notice to an admin is about somebody else.
    private async Task<Letter> NamedAsync(OutboxMail mail, string to, Letter letter, CancellationToken cancellationToken)
    {
        if (mail.Kind is OutboxKind.ChangeLink or OutboxKind.SecuredNotice)
            return letter;

        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        return await labels.OfMailAsync(database, mail.AccountId!, to) is { } label ? letter with { About = Letters.About(label) } : letter;
    }

    private static bool IsLink(OutboxMail mail) => mail.Kind is OutboxKind.ResetLink or OutboxKind.RequiredReset or OutboxKind.SecuredReset || IsAboutAddress(mail);

    private static bool IsAboutAddress(OutboxMail mail) => mail.Kind is OutboxKind.ConfirmLink or OutboxKind.ChangeLink;

    private bool IsStale(OutboxMail mail) =>
        time.GetUtcNow() - (mail.TriedAgainAt ?? mail.RequestedAt) > (mail.Kind == OutboxKind.SignInCode ? MailedCodes.Lifetime : mail.Kind == OutboxKind.ResetLink || IsAboutAddress(mail) ? mailSettings.Value.GiveUpAfter : NoticeStaysOfUse);

    // Never to what somebody typed: the account is found by that, and its own address gets the mail.
    private string? AddressOf(OutboxMail mail, Account account) => mail.Kind == OutboxKind.SecuredReset ? notices.AddressOf(mail, account) : account.Email;

    private string? Obstacle(Account account, string? to) =>
        accountLock.IsBanned(account) ? "locked"
        : string.IsNullOrEmpty(to) ? "no address"
        : null;

    private async Task<Reading> ReadAsync(IReadOnlyCollection<OutboxMail> mails, CancellationToken cancellationToken)
    {
        var at = time.GetTimestamp();
        var ids = mails.Select(mail => mail.AccountId).Distinct().ToList();
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        await database.Database.OpenConnectionAsync(cancellationToken);
        var accounts = await database.Users.AsNoTracking().Where(account => ids.Contains(account.Id)).ToDictionaryAsync(account => account.Id, cancellationToken);
        var recipients = Recipients(mails, accounts);
        var limited = mails.Where(mail => IsLink(mail) && recipients.ContainsKey(mail.Id)).Select(mail => recipients[mail.Id]).ToHashSet();
        var recent = await budgets.ReadAsync(database, limited, cancellationToken);

        var elsewhere = recovery.Value.AllowExternalOnly ? [] : accounts.Values.Where(account => !account.HasPassword).Select(account => account.Id).ToList();
        var providers = elsewhere.Count == 0
            ? []
            : await database.UserLogins
                .Where(login => elsewhere.Contains(login.UserId))
                .Select(login => new { login.UserId, Name = login.ProviderDisplayName ?? login.LoginProvider })
                .ToListAsync(cancellationToken);
        return new Reading(at, accounts, recipients, recent, providers.ToLookup(login => login.UserId, login => login.Name));
    }

    private Dictionary<Guid, string> Recipients(IEnumerable<OutboxMail> mails, Dictionary<string, Account> accounts)
    {
        var recipients = new Dictionary<Guid, string>();
        foreach (var mail in mails)
        {
            if (accounts.TryGetValue(mail.AccountId!, out var account) && RecipientOf(mail, account) is { Length: > 0 } address)
                recipients[mail.Id] = budgets.Recipient(address);
        }

        return recipients;
    }

    private string? RecipientOf(OutboxMail mail, Account account) =>
        mail.Kind == OutboxKind.ChangeLink ? account.Own?.PendingAddress : notices.AddressOf(mail, account);

    private RecoveryEvent Mailed(OutboxMail mail, string to, string? nonce = null, string? detail = null) =>
        Event(mail, RecoveryEventKind.Mailed, nonce, detail, recipient: budgets.Recipient(to));

    private RecoveryEvent Event(OutboxMail mail, RecoveryEventKind kind, string? nonce = null, string? detail = null, Guid? id = null, string? recipient = null) => new()
    {
        Id = id ?? Guid.CreateVersion7(),
        At = time.GetUtcNow(),
        Kind = kind,
        AccountId = mail.AccountId,
        AddressHash = recipient,
        Nonce = nonce,
        Actor = mail.RequestedBy,
        Client = mail.Client,
        Detail = detail,
        CampaignId = mail.CampaignId,
        MailId = mail.Id,
    };

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "No mail for account {AccountId}: its link has {Length} characters and Recovery:MaxLinkLength allows {Limit}. Raise it, or shorten Recovery:PublicOrigin.")]
        public static partial void LinkTooLong(ILogger logger, string accountId, int length, int limit);

        [LoggerMessage(LogLevel.Warning, "Mail for account {AccountId} was handed over and not answered: it may have arrived. {Next}.")]
        public static partial void Unanswered(ILogger logger, string accountId, string next);
    }
}
