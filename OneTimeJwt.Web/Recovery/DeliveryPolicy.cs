using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Mail;

namespace OneTimeJwt.Web.Recovery;

/// <summary>Decides whether a mail is sent: by its age, by the state of its account, and by the limits of its recipient.</summary>
internal sealed class DeliveryPolicy(
    AccountLock accountLock, MailBudgets budgets, Notices notices, MailedCodes codes, IOptions<MailSettings> settings, TimeProvider time)
{
    // Notices are kept through a long outage (RFC 5321, section 4.5.4.1).
    private static readonly TimeSpan NoticeStaysOfUse = TimeSpan.FromDays(5);

    public static bool IsLink(OutboxKind kind) => kind is OutboxKind.ResetLink or OutboxKind.RequiredReset or OutboxKind.SecuredReset || IsAboutAddress(kind);

    /// <summary>Whether nobody waits for it any more.</summary>
    public bool IsStale(OutboxMail mail) => time.GetUtcNow() - (mail.TriedAgainAt ?? mail.RequestedAt) > mail.Kind switch
    {
        OutboxKind.SignInCode => MailedCodes.Lifetime,
        OutboxKind.ResetLink => settings.Value.GiveUpAfter,
        _ => IsAboutAddress(mail.Kind) ? settings.Value.GiveUpAfter : NoticeStaysOfUse,
    };

    public bool MayGetLink(OutboxMail mail, Account account) => Obstacle(account, notices.LinkAddressOf(mail, account)) is null;

    /// <param name="mail">A row that is ours.</param>
    /// <param name="account">Its account.</param>
    /// <param name="snapshot">What was read of it.</param>
    /// <param name="isTaken">Whether the address that the account wants is another account's.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    /// <returns>Why it is not sent, for the trail; null where it is.</returns>
    public async Task<string?> ObstacleAsync(OutboxMail mail, Account account, DeliverySnapshot snapshot, bool isTaken, CancellationToken cancellationToken)
    {
        if (mail.Kind == OutboxKind.SignInCode)
            return await CodeObstacleAsync(account);
        if (mail.Kind == OutboxKind.Invitation)
            return account.HasPassword ? "has a password already" : Obstacle(account, account.Email);
        if (!IsLink(mail.Kind))
            return null;

        return Obstacle(account, notices.LinkAddressOf(mail, account))
            ?? await OverBudgetAsync(mail, account, snapshot, isTaken, cancellationToken)
            ?? (mail.Kind == OutboxKind.ChangeLink && account.Own?.PendingAddress is null ? "no address waits any more" : null);
    }

    private static bool IsAboutAddress(OutboxKind kind) => kind is OutboxKind.ConfirmLink or OutboxKind.ChangeLink;

    private string? Obstacle(Account account, string? to) =>
        accountLock.IsBanned(account) ? "locked"
        : string.IsNullOrEmpty(to) ? "no address"
        : null;

    // Counted apart from links: neither uses the other's budget up. No two nodes work on one account at a time.
    private async Task<string?> CodeObstacleAsync(Account account) =>
        Obstacle(account, account.Email)
        ?? (!account.EmailConfirmed ? "address not confirmed" : await codes.NextAtAsync(account.Id) is not null ? "enough codes lately" : null);

    // Whoever floods an address with requests must not keep its owner out who has just secured the account.
    private async Task<string?> OverBudgetAsync(OutboxMail mail, Account account, DeliverySnapshot snapshot, bool isTaken, CancellationToken cancellationToken)
    {
        if (mail.Kind == OutboxKind.SecuredReset || snapshot.RecipientOf(mail) is not { } recipient)
            return null;

        var key = new BudgetKey(recipient, PurposeOf(mail, account, snapshot, isTaken), mail.RequestedBy is not null);
        return await budgets.ObstacleAsync(key, account, [.. snapshot.Recent[key]], cancellationToken);
    }

    private static MailPurpose PurposeOf(OutboxMail mail, Account account, DeliverySnapshot snapshot, bool isTaken) => mail.Kind switch
    {
        OutboxKind.ConfirmLink => account.EmailConfirmed ? MailPurpose.NoLink : MailPurpose.Confirm,
        OutboxKind.ChangeLink => isTaken ? MailPurpose.NoLink : MailPurpose.Change,
        _ => snapshot.ProvidersOf(mail).Count > 0 ? MailPurpose.NoLink : MailPurpose.Reset,
    };
}
