using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Database;
using OneTimeJwt.Web.Languages;
using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Campaigns;

/// <summary>A line of the list that invited nobody.</summary>
public sealed record InvitationFailure(InputRow Line, string Why);

/// <param name="Invited">How many were.</param>
/// <param name="Left">Who wasn't, and why.</param>
/// <param name="Problem">Why nobody was, or why it broke off.</param>
/// <param name="BrokeOff">Whether the database went away in the middle: who is left was not tried.</param>
public sealed record InvitationOutcome(int Invited, IReadOnlyList<InvitationFailure> Left, string? Problem = null, bool BrokeOff = false);

/// <summary>
/// An admin invites people who have no account, or none with a password. Who asks is judged from the database; each
/// account is written with its mail and its line in the trail, or not at all.
/// </summary>
internal sealed class InvitationSender(
    UserManager<Account> users,
    AccountsContext database,
    ActorReader actors,
    AccountLock accountLock,
    AccountLookup lookup,
    HostColumns columns,
    IOptions<RecoverySettings> recovery,
    TimeProvider time)
{
    public const int MaxAtOnce = 500;

    private const int MaxPerHour = 2 * MaxAtOnce;

    // Whoever sends a list again that broke off mails nobody twice.
    private static readonly TimeSpan JustNow = TimeSpan.FromMinutes(10);

    // Why no account can be made in this database; found out by the first one that is refused.
    private string? _noNewAccounts;

    public async Task<InvitationOutcome> SendAsync(ClaimsPrincipal user, IReadOnlyList<InputRow> list, string reason, string? client)
    {
        var by = await actors.ReadAsync(database, user);
        if (await ProblemAsync(by, list, reason) is { } problem)
            return new InvitationOutcome(0, [], problem);

        var left = new List<InvitationFailure>();
        for (var i = 0; i < list.Count; i++)
        {
            try
            {
                // At each: whoever loses the role in the middle invites nobody more.
                if ((Refusal(await actors.ReadAsync(database, user)) ?? await InviteAsync(list[i].Name, by, reason, client)) is { } why)
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

    private static string? Refusal(AdminActionParty by) =>
        by.Role == ConsoleRole.Admin ? null : by.Role is null ? Words.RefusalNoRole : Words.RefusalOnlyAdmin;

    private async Task<string?> ProblemAsync(AdminActionParty by, IReadOnlyList<InputRow> list, string reason)
    {
        if (Refusal(by) is { } refusal)
            return refusal;
        if (list.Count is 0 or > MaxAtOnce)
            return list.Count == 0 ? Words.InviteNobody : Words.InviteTooMany.With(MaxAtOnce);
        if (reason.Length is 0 or > RecoveryEvent.MaxReasonLength)
            return reason.Length == 0 ? Words.ProblemNoReason : Words.ProblemLongReason.With(RecoveryEvent.MaxReasonLength);

        var now = time.GetUtcNow();
        var since = now.AddHours(-1);
        var lately = await database.Trail.CountAsync(line =>
            line.Actor == by.Id && line.Kind == RecoveryEventKind.Invited && line.At > since && line.At <= now);
        return lately + list.Count <= MaxPerHour ? null : Words.InviteTooManyLately.With(MaxPerHour);
    }

    /// <returns>Why not; null where the invitation is on its way.</returns>
    private async Task<string?> InviteAsync(string address, AdminActionParty by, string reason, string? client)
    {
        database.ChangeTracker.Clear();
        if (!Addresses.CanBeMailed(address))
            return Words.InviteNoAddress;

        var spellings = lookup.Spellings(address);
        var known = await database
            .Users.Where(row => spellings.Contains(row.NormalizedEmail!) || spellings.Contains(row.NormalizedUserName!))
            .OrderBy(row => row.Id)
            .Take(2)
            .ToListAsync();
        if (known.Count > 1 || (known is [{ } only] && (!lookup.HasAddress(only.Email, address) || await IsInUseAsync(only))))
            return Words.InviteInUse;

        var now = time.GetUtcNow();
        if (known is [{ } there] && await IsInvitedAsync(there.Id, now))
            return Words.InviteJustNow;
        if (known.Count == 0 && _noNewAccounts is not null)
            return _noNewAccounts;

        var account = known.FirstOrDefault() ?? new Account { UserName = address, Email = address };
        var line = new RecoveryEvent
        {
            At = now,
            Kind = RecoveryEventKind.Invited,
            AccountId = account.Id,
            Actor = by.Id,
            Client = client,
            Reason = reason,
        };
        database.Add(OutboxMail.ForAdmin(OutboxKind.Invitation, account.Id, now, by.Id, client));
        database.Add(line);
        try
        {
            if (known.Count == 0)
                return (await users.CreateAsync(account)).Succeeded ? null : Words.InviteInUse;

            await database.SaveChangesAsync();
            return null;
        }
        catch (DbUpdateException fault) when (fault.IsConflict())
        {
            // Somebody else made it at that moment, or this did: a commit that was in doubt and was tried again.
            return await database.HasHappenedAsync(line.Id) ? null : Words.InviteInUse;
        }
        catch (DbUpdateException fault) when (fault.IsRefusal())
        {
            return DatabaseFaults.Of(fault) == DatabaseFault.MissingValue && await columns.UnsetAsync() is { Count: > 0 } unset
                ? _noNewAccounts = Words.InviteNoNewAccounts.With(string.Join(", ", unset.Select(HostColumns.SettingOf)))
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
        || (!recovery.Value.AllowExternalOnly && await database.UserLogins.AnyAsync(login => login.UserId == account.Id));
}
