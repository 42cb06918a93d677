using System.Security.Claims;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Campaigns;

/// <summary>A line of the list that led to no invitation.</summary>
public sealed record InvitationFailure(InputRow Line, string Why);

/// <param name="Invited">How many were.</param>
/// <param name="Left">Who wasn't, and why.</param>
/// <param name="Problem">Why there was none, or why it broke off.</param>
/// <param name="BrokeOff">Whether the database became unavailable: the rest was not tried.</param>
public sealed record InvitationOutcome(int Invited, IReadOnlyList<InvitationFailure> Left, string? Problem = null, bool BrokeOff = false);

/// <summary>
/// An admin invites people who have no account, or none with a password. The admin is judged from the database; each account
/// is written with its mail and its event, or not at all.
/// </summary>
internal sealed class InvitationSender(
    UserManager<Account> users,
    AccountsContext database,
    InvitedAccounts invited,
    ActorReader actors,
    AccountLock accountLock,
    TimeProvider time)
{
    public const int MaxAtOnce = 500;

    private const int MaxPerHour = 2 * MaxAtOnce;

    // A list that broke off and is sent again mails nobody twice.
    private static readonly TimeSpan JustNow = TimeSpan.FromMinutes(10);

    // Why no account can be made in this database; known from the first one that is refused.
    private string? _noNewAccounts;

    public async Task<InvitationOutcome> SendAsync(ClaimsPrincipal user, IReadOnlyList<InputRow> list, string reason, string? client)
    {
        var actor = await actors.ReadAsync(database, user);
        if (await ProblemAsync(actor, list, reason) is { } problem)
            return new InvitationOutcome(0, [], problem);

        var left = new List<InvitationFailure>();
        for (var i = 0; i < list.Count; i++)
        {
            try
            {
                // Judged for each, as the role may be lost meanwhile.
                var now = await actors.ReadAsync(database, user);
                if ((AdminActionRules.RefusalUnlessAdmin(now) ?? await InviteAsync(list[i].Name, actor, reason, client)) is { } why)
                    left.Add(new InvitationFailure(list[i], why));
            }
            catch (Exception fault) when (fault.IsOutage())
            {
                var invited = i - left.Count;
                left.AddRange(list.Skip(i).Select(line => new InvitationFailure(line, Words.InviteNotReached)));
                return new InvitationOutcome(invited, left, Words.InviteBrokeOff, BrokeOff: true);
            }
        }

        return new InvitationOutcome(list.Count - left.Count, left);
    }

    private async Task<string?> ProblemAsync(AdminActionParty actor, IReadOnlyList<InputRow> list, string reason)
    {
        if (AdminActionRules.RefusalUnlessAdmin(actor) is { } refusal)
            return refusal;
        if (list.Count is 0 or > MaxAtOnce)
            return list.Count == 0 ? Words.InviteNobody : Words.InviteTooMany.With(MaxAtOnce);
        if (AdminActionRules.ProblemOf(reason) is { } badReason)
            return badReason;

        var now = time.GetUtcNow();
        var since = now.AddHours(-1);
        var lately = await database.Trail.CountAsync(line =>
            line.Actor == actor.Id && line.Kind == RecoveryEventKind.Invited && line.At > since && line.At <= now);
        return lately + list.Count <= MaxPerHour ? null : Words.InviteTooManyLately.With(MaxPerHour);
    }

    /// <returns>Why not; null where the invitation is on its way.</returns>
    private async Task<string?> InviteAsync(string address, AdminActionParty actor, string reason, string? client)
    {
        database.ChangeTracker.Clear();
        if (!Addresses.CanBeMailed(address))
            return Words.InviteNoAddress;

        var found = await invited.FindAsync(address, orName: true);
        if (found.Count > 1 || (found is [{ } only] && (!invited.HasAddress(only, address) || await IsInUseAsync(only))))
            return Words.InviteInUse;

        var now = time.GetUtcNow();
        if (found is [{ } known] && await IsInvitedAsync(known.Id, now))
            return Words.InviteJustNow;
        if (found.Count == 0 && _noNewAccounts is not null)
            return _noNewAccounts;

        var account = found.FirstOrDefault() ?? new Account { UserName = address, Email = address };
        var line = RecoveryEvent.ByAdmin(RecoveryEventKind.Invited, actor.Origin(client, now, reason), account.Id);
        database.AddRange(OutboxMail.ForAdmin(OutboxKind.Invitation, account.Id, now, actor.Origin(client, now)), line);
        try
        {
            if (found.Count == 0)
            {
                var made = await users.CreateAsync(account);
                return made.Succeeded ? null
                    : made.Errors.Any(error => error.Code == AccountKey.IsNumbered) ? Words.InviteNumberedAccounts
                    : Words.InviteInUse;
            }

            await database.SaveChangesAsync();
            return null;
        }
        catch (DbUpdateException fault) when (fault.IsConflict())
        {
            // Another request made it at that moment, or this one did: a commit in doubt that was tried again.
            return await database.HasHappenedAsync(line.Id) ? null : Words.InviteInUse;
        }
        catch (DbUpdateException fault) when (fault.IsRefusal())
        {
            return await invited.MissingSettingsAsync(fault) is { Count: > 0 } missing
                ? _noNewAccounts = Words.InviteNoNewAccounts.With(string.Join(", ", missing))
                : Words.InviteRefused;
        }
    }

    private Task<bool> IsInvitedAsync(string accountId, DateTimeOffset now)
    {
        var since = now - JustNow;
        return database.IsConfirmedAsync(() =>
            database.Trail.AnyAsync(line =>
                line.AccountId == accountId && line.Kind == RecoveryEventKind.Invited && line.At > since && line.At <= now));
    }

    private async Task<bool> IsInUseAsync(Account account) =>
        account.HasPassword || string.IsNullOrEmpty(account.Email) || accountLock.IsBanned(account)
        || await invited.IsExternalOnlyAsync(account);
}
