using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Links.Purposes;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Delivery;

/// <summary>Decides whether a mail is sent: by its age, the state of its account and the limits of its recipient.</summary>
internal sealed class DeliveryPolicy(
    LinkPurposes purposes,
    AccountLock accountLock,
    MailRateLimiter rateLimiter,
    MailAddresses addresses,
    MailedCodes codes,
    IOptions<MailSettings> settings,
    TimeProvider time)
{
    // Notices are kept through a long outage (RFC 5321, section 4.5.4.1).
    private static readonly TimeSpan NoticeLifetime = TimeSpan.FromDays(5);

    /// <summary>Whether it is too old to be of use.</summary>
    public bool IsStale(OutboxMail mail) => time.GetUtcNow() - (mail.TriedAgainAt ?? mail.RequestedAt) >
        (mail.Kind == OutboxKind.SignInCode ? MailedCodes.Lifetime
        : purposes.OfMail(mail.Kind)?.IsAwaited(mail.Kind) == true ? settings.Value.GiveUpAfter
        : NoticeLifetime);

    public bool MayGetLink(OutboxMail mail, Account account) => Obstacle(account, addresses.OfLink(mail, account)) is null;

    /// <param name="mail">A leased row.</param>
    /// <param name="account">Its account.</param>
    /// <param name="snapshot">What was read of it.</param>
    /// <param name="plan">The planned mail, where it is about a link.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    /// <returns>Why it is not sent, for the trail; null where it is.</returns>
    public async Task<string?> ObstacleAsync(
        OutboxMail mail,
        Account account,
        DeliverySnapshot snapshot,
        LinkMail? plan,
        CancellationToken cancellationToken)
    {
        if (mail.Kind == OutboxKind.SignInCode)
            return await CodeObstacleAsync(account);
        if (plan is null)
            return null;

        return Obstacle(account, addresses.OfLink(mail, account))
            ?? await RateLimitAsync(mail, account, snapshot, plan, cancellationToken)
            ?? (plan as LinkMail.None)?.Reason;
    }

    private string? Obstacle(Account account, string? to) =>
        accountLock.IsBanned(account) ? "locked"
        : string.IsNullOrEmpty(to) ? "no address"
        : null;

    // Links and codes are counted separately. No two nodes work on one account at a time.
    private async Task<string?> CodeObstacleAsync(Account account) =>
        Obstacle(account, account.Email)
        ?? (
            !account.EmailConfirmed ? "address not confirmed"
            : await codes.NextAtAsync(account.Id) is not null ? "enough codes lately"
            : null);

    private async Task<string?> RateLimitAsync(
        OutboxMail mail,
        Account account,
        DeliverySnapshot snapshot,
        LinkMail plan,
        CancellationToken cancellationToken)
    {
        var purpose = purposes.OfMail(mail.Kind)!;
        if (!purpose.IsRequested || !purpose.HasBudget(mail.Kind) || snapshot.RecipientOf(mail) is not { } recipient)
            return null;

        var key = new BudgetKey(recipient, plan is LinkMail.NoLink ? null : purpose, mail.RequestedBy is not null);
        return await rateLimiter.ObstacleAsync(key, account, [.. snapshot.Recent[key]], cancellationToken);
    }
}
