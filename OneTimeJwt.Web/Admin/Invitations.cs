using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Languages;
using OneTimeJwt.Web.Recovery;
using OneTimeJwt.Web.Shell;

namespace OneTimeJwt.Web.Admin;

/// <summary>A line of the list that invited nobody.</summary>
public sealed record Uninvited(ListedName Line, string Why);

/// <param name="Invited">How many were.</param>
/// <param name="Left">Who wasn't, and why.</param>
/// <param name="Problem">Why nobody was, or why it broke off.</param>
/// <param name="BrokeOff">Whether the database went away in the middle: who is left was not tried.</param>
public sealed record InvitationOutcome(int Invited, IReadOnlyList<Uninvited> Left, string? Problem = null, bool BrokeOff = false);

/// <summary>
/// An admin invites people who have no account, or none with a password. Who asks is judged from the database; each
/// account is written with its mail and its line in the trail, or not at all.
/// </summary>
internal sealed class Invitations(
    UserManager<Account> users, AccountsContext database, ActorReader actors, AccountLock accountLock, AccountLookup lookup, HostColumns columns, IOptions<RecoverySettings> recovery, TimeProvider time)
{
    public const int MostAtOnce = 500;

    private const int MostAnHour = 2 * MostAtOnce;

    // Whoever sends a list again that broke off mails nobody twice.
    private static readonly TimeSpan JustNow = TimeSpan.FromMinutes(10);

    // Why no account can be made in this database; found out by the first one that is refused.
    private string? _noNewAccounts;

    public async Task<InvitationOutcome> SendAsync(ClaimsPrincipal user, IReadOnlyList<ListedName> list, string reason, string? client)
    {
        var by = await actors.ReadAsync(database, user);
        if (await ProblemAsync(by, list, reason) is { } problem)
            return new InvitationOutcome(0, [], problem);

        var left = new List<Uninvited>();
        for (var i = 0; i < list.Count; i++)
        {
            try
            {
                // At each: whoever loses the role in the middle invites nobody more.
                if ((Refusal(await actors.ReadAsync(database, user)) ?? await InviteAsync(list[i].Name, by, reason, client)) is { } why)
                    left.Add(new Uninvited(list[i], why));
            }
            catch (Exception fault) when (fault.IsOutage())
            {
                var invited = i - left.Count;
                left.AddRange(list.Skip(i).Select(line => new Uninvited(line, Words.InviteNotReached)));
                return new InvitationOutcome(invited, left, Words.InviteBrokeOff, BrokeOff: true);
            }
        }

        return new InvitationOutcome(list.Count - left.Count, left);
    }

    private static string? Refusal(ActParty by) =>
        by.Role == ConsoleRole.Admin ? null : by.Role is null ? Words.RefusalNoRole : Words.RefusalOnlyAdmin;

    private async Task<string?> ProblemAsync(ActParty by, IReadOnlyList<ListedName> list, string reason)
    {
        if (Refusal(by) is { } refusal)
            return refusal;
        if (list.Count is 0 or > MostAtOnce)
            return list.Count == 0 ? Words.InviteNobody : Words.InviteTooMany.With(MostAtOnce);
        if (reason.Length is 0 or > RecoveryEvent.LongestReason)
            return reason.Length == 0 ? Words.ProblemNoReason : Words.ProblemLongReason.With(RecoveryEvent.LongestReason);

        var now = time.GetUtcNow();
        var since = now.AddHours(-1);
        var lately = await database.Trail.CountAsync(line => line.Actor == by.Id && line.Kind == RecoveryEventKind.Invited && line.At > since && line.At <= now);
        return lately + list.Count <= MostAnHour ? null : Words.InviteTooManyLately.With(MostAnHour);
    }

    /// <returns>Why not; null where the invitation is on its way.</returns>
    private async Task<string?> InviteAsync(string address, ActParty by, string reason, string? client)
    {
        database.ChangeTracker.Clear();
        if (!Addresses.CanBeMailed(address))
            return Words.InviteNoAddress;

        var spellings = lookup.Spellings(address);
        var known = await database.Users.Where(row => spellings.Contains(row.NormalizedEmail!) || spellings.Contains(row.NormalizedUserName!)).OrderBy(row => row.Id).Take(2).ToListAsync();
        if (known.Count > 1 || (known is [{ } only] && (!lookup.HasAddress(only.Email, address) || await IsInUseAsync(only))))
            return Words.InviteInUse;

        var now = time.GetUtcNow();
        if (known is [{ } there] && await IsInvitedAsync(there.Id, now))
            return Words.InviteJustNow;
        if (known.Count == 0 && _noNewAccounts is not null)
            return _noNewAccounts;

        var account = known.FirstOrDefault() ?? new Account { UserName = address, Email = address };
        var line = new RecoveryEvent { At = now, Kind = RecoveryEventKind.Invited, AccountId = account.Id, Actor = by.Id, Client = client, Reason = reason };
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
            database.Trail.AnyAsync(line => line.AccountId == accountId && line.Kind == RecoveryEventKind.Invited && line.At > since && line.At <= now));
    }

    private async Task<bool> IsInUseAsync(Account account) =>
        account.HasPassword || string.IsNullOrEmpty(account.Email) || accountLock.IsBanned(account)
        || (!recovery.Value.AllowExternalOnly && await database.UserLogins.AnyAsync(login => login.UserId == account.Id));
}
