using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Audit;

namespace OneTimeJwt.Web.Api;

/// <param name="Items">A page of them, or fewer.</param>
/// <param name="Next">The cursor of the next page; null at the end. A page that isn't full may go on.</param>
public sealed record AccountListing(IReadOnlyList<AccountItem> Items, string? Next);

/// <param name="Lock">Whether it may sign in: open, paused by wrong guesses, secured by its owner, banned by decision.</param>
public sealed record AccountItem(
    string Id,
    string? Email,
    string? UserName,
    LockState Lock,
    bool EmailConfirmed,
    bool HasPassword,
    bool TwoFactor);

/// <param name="Account">What the list has of it.</param>
/// <param name="LockEndsAt">When a lock ends; null without one.</param>
/// <param name="Role">What it may do in the console.</param>
/// <param name="Providers">Others through which it signs in.</param>
/// <param name="Passkeys">How many it has.</param>
/// <param name="LinksOut">Links to choose a password that were mailed and still work.</param>
/// <param name="ResetIsRequired">Whether its password was made unusable and no other is chosen yet.</param>
/// <param name="Mails">Mails to it that are still to be sent.</param>
/// <param name="Trail">What happened to it, the newest first.</param>
/// <param name="TrailNext">The cursor by which the trail goes on, with this account as its filter.</param>
public sealed record AccountAnswer(
    AccountItem Account,
    DateTimeOffset? LockEndsAt,
    ConsoleRole? Role,
    IReadOnlyList<string> Providers,
    int Passkeys,
    int LinksOut,
    bool ResetIsRequired,
    IReadOnlyList<WaitingMail> Mails,
    IReadOnlyList<TrailItem> Trail,
    string? TrailNext);

/// <param name="Cause">Why it wasn't sent the last time.</param>
/// <param name="IsRefused">Whether it was refused for good.</param>
public sealed record WaitingMail(
    Guid Id, string Kind, DateTimeOffset RequestedAt, DateTimeOffset DueAt, int Attempts, string? Cause, bool IsRefused);

/// <param name="Items">The newest first.</param>
/// <param name="Next">The cursor of the next page; null at the end.</param>
public sealed record TrailListing(IReadOnlyList<TrailItem> Items, string? Next);

/// <param name="Actor">Who acted; null for the account's own user and the app.</param>
/// <param name="ActorName">What the actor was called then; null for an account.</param>
/// <param name="Client">The network address that it came from.</param>
/// <param name="LinkId">Tells links apart and opens none.</param>
public sealed record TrailItem(
    Guid Id,
    DateTimeOffset At,
    RecoveryEventKind Kind,
    string? AccountId,
    string? Actor,
    string? ActorName,
    string? Client,
    string? Detail,
    string? Reason,
    Guid? CampaignId,
    Guid? MailId,
    string? LinkId)
{
    public static TrailItem Of(RecoveryEvent line) => new(
        line.Id, line.At, line.Kind, line.AccountId, line.Actor, line.ActorName, line.Client, line.Detail, line.Reason, line.CampaignId,
        line.MailId, line.Nonce);
}

/// <param name="Reason">Why, for the trail: the ticket's number, say.</param>
public sealed record ActRequest(string Reason);

/// <param name="EventId">The line of the trail that records it.</param>
/// <param name="Act">What was done.</param>
/// <param name="AccountId">To which account.</param>
/// <param name="At">When.</param>
/// <param name="Message">The same in words.</param>
public sealed record ActDone(Guid EventId, string Act, string AccountId, DateTimeOffset At, string Message);
