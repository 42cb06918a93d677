using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Languages;

namespace OneTimeJwt.Web.Admin;

/// <summary>What an admin asks for.</summary>
/// <param name="Act">What is to be done.</param>
/// <param name="AccountId">To which account.</param>
/// <param name="Reason">Why, in his words; kept in the trail as data.</param>
/// <param name="Client">The network address that he sits at.</param>
public sealed record ActRequest(AccountAct Act, string AccountId, string Reason, string? Client);

/// <summary>How an act ended, in words for the page.</summary>
public sealed record ActOutcome(bool Done, string Message);

/// <summary>
/// Carries acts out. Whoever asks is judged at that moment, from the database, and so is the account; the change and its
/// line in the trail are one transaction. A refusal leaves a line as well.
/// </summary>
public sealed class AccountActs(
    IDbContextFactory<AccountsContext> contexts,
    OneWriter writer,
    ConsoleRoles roles,
    AccountLock accountLock,
    UnusablePassword unusable,
    IAuthorizationService authorization,
    IOptions<IdentityOptions> identity,
    IOptions<AdminBudget> budget,
    TimeProvider time)
{
    private const int MostTries = 4;

    private static readonly RecoveryEventKind[] Mailing = [RecoveryEventKind.LinkTriggered, RecoveryEventKind.ResetRequired, RecoveryEventKind.TriedAgain];

    public async Task<ActOutcome> DoAsync(ClaimsPrincipal user, ActRequest request)
    {
        var reason = request.Reason.Trim();
        if (reason.Length == 0)
            return new ActOutcome(false, Words.ProblemNoReason);
        if (reason.Length > RecoveryEvent.LongestReason)
            return new ActOutcome(false, Words.ProblemLongReason.With(RecoveryEvent.LongestReason));

        request = request with { Reason = reason };
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await writer.RunAsync(() => contexts.TryAsync((database, _) => InTransactionAsync(database, user, request)));
            }
            catch (DbUpdateException fault) when (tries < MostTries && fault.IsConflict())
            {
                // The account was changed in the meantime, by its user, by another admin or by a notice: judge again.
            }
            catch (DbUpdateException fault) when (fault.IsRefusal())
            {
                return new ActOutcome(false, Words.RefusedByDatabase);
            }
        }
    }

    /// <summary>Who is acting, as the database has it now; without a role where the session is over or the right is gone.</summary>
    public async Task<ActParty> ActorAsync(AccountsContext database, ClaimsPrincipal user)
    {
        var claims = identity.Value.ClaimsIdentity;
        var id = user.FindFirstValue(claims.UserIdClaimType) ?? "";
        var stamp = user.FindFirstValue(claims.SecurityStampClaimType);
        var live = (await authorization.AuthorizeAsync(user, ConsoleAccess.Policy)).Succeeded
            && await database.Users.AnyAsync(account => account.Id == id && account.SecurityStamp == stamp);
        return new ActParty(id, live ? await roles.RightsOfAsync(database, id) : null);
    }

    private async Task<ActOutcome> InTransactionAsync(AccountsContext database, ClaimsPrincipal user, ActRequest request)
    {
        await using var transaction = await database.Database.BeginTransactionAsync();
        // What is judged is what is changed: acts and changes of roles follow one another, on any number of nodes.
        await roles.HoldAsync(database);
        var by = await ActorAsync(database, user);
        if (await database.Users.SingleOrDefaultAsync(row => row.Id == request.AccountId) is not { } account)
            return new ActOutcome(false, Words.ProblemNoAccount);

        var to = new ActParty(account.Id, await roles.OfAsync(database, account.Id));
        string? Refusal() => ActRules.Refusal(request.Act, by, to, accountLock.IsBanned(account));
        if (Refusal() is { } refusal)
        {
            database.Add(Line(RecoveryEventKind.ActRefused, by, request, KeptWords.InEnglish(() => $"{ActWords.Name(request.Act)}: {Refusal()}")));
            await database.SaveChangesAsync();
            await transaction.CommitAsync();
            return new ActOutcome(false, refusal);
        }

        if (request.Act is AccountAct.MakeSupport or AccountAct.MakeAdmin or AccountAct.RemoveRole)
        {
            // Roles are written by their own hand, which takes its turn after this transaction.
            await transaction.RollbackAsync();
            return await ChangeRoleAsync(by, to, request);
        }

        if (await ApplyAsync(database, account, by, to, request) is { } problem)
            return new ActOutcome(false, problem);

        await database.SaveChangesAsync();
        await transaction.CommitAsync();
        return new ActOutcome(true, ActWords.Done(request.Act));
    }

    private async Task<string?> ApplyAsync(AccountsContext database, Account account, ActParty by, ActParty to, ActRequest request) => request.Act switch
    {
        AccountAct.SendLink => await SendLinkAsync(database, account, by, request),
        AccountAct.ConfirmAddress => await ConfirmAddressAsync(database, account, by, request),
        AccountAct.KillLinks => KillLinks(database, account, by, request),
        AccountAct.TryMailAgain => await TryMailAgainAsync(database, account, by, request),
        AccountAct.RequireReset => await RequireResetAsync(database, account, by, request),
        AccountAct.Lock => await LockAsync(database, account, by, to, request),
        AccountAct.Unlock => Unlock(database, account, by, request),
        AccountAct.ResetTwoFactor => await ResetTwoFactorAsync(database, account, by, request),
        _ => throw new InvalidOperationException($"{request.Act} is not an act on an account's row."),
    };

    private async Task<string?> SendLinkAsync(AccountsContext database, Account account, ActParty by, ActRequest request)
    {
        if (await ObstacleAsync(database, account, by) is { } obstacle)
            return obstacle;

        database.Add(Mail(OutboxKind.ResetLink, by, request));
        database.Add(Line(RecoveryEventKind.LinkTriggered, by, request));
        return null;
    }

    private async Task<string?> ConfirmAddressAsync(AccountsContext database, Account account, ActParty by, ActRequest request)
    {
        if (account.EmailConfirmed)
            return Words.ProblemConfirmedAlready;
        if (await ObstacleAsync(database, account, by) is { } obstacle)
            return obstacle;

        database.Add(Mail(OutboxKind.ConfirmLink, by, request));
        database.Add(Line(RecoveryEventKind.LinkTriggered, by, request, "to confirm the address"));
        return null;
    }

    // Those in notices as well, which outlive all else: each later notice brings another one.
    private string? KillLinks(AccountsContext database, Account account, ActParty by, ActRequest request)
    {
        Renew(account);
        account.Remember().TimesSecured++;
        account.Remember().Renew();
        database.Add(Line(RecoveryEventKind.LinksKilled, by, request));
        return null;
    }

    private async Task<string?> TryMailAgainAsync(AccountsContext database, Account account, ActParty by, ActRequest request)
    {
        if (await ObstacleAsync(database, account, by) is { } obstacle)
            return obstacle;

        var refused = await database.Outbox.Where(mail => mail.AccountId == account.Id && mail.RefusedAt != null).OrderBy(mail => mail.RefusedAt).ToListAsync();
        if (refused.Count == 0)
            return Words.ProblemNoRefusedMail;

        foreach (var mail in refused)
            mail.TryAgain(time.GetUtcNow());
        database.Add(Line(RecoveryEventKind.TriedAgain, by, request, refused[^1].Cause));
        return null;
    }

    private async Task<string?> RequireResetAsync(AccountsContext database, Account account, ActParty by, ActRequest request)
    {
        if (await ObstacleAsync(database, account, by) is { } obstacle)
            return obstacle;

        RequireReset(account);
        database.Add(Mail(OutboxKind.RequiredReset, by, request));
        database.Add(Line(RecoveryEventKind.ResetRequired, by, request));
        return null;
    }

    private async Task<string?> LockAsync(AccountsContext database, Account account, ActParty by, ActParty to, ActRequest request)
    {
        if (accountLock.IsBanned(account))
            return Words.ProblemLockedAlready;
        if (to.Role == ConsoleRole.Admin && !await roles.CanSpareAsync(database, account.Id))
            return Words.ProblemLockLastAdmin;

        (account.LockoutEnabled, account.LockoutEnd) = (true, DateTimeOffset.MaxValue);
        Renew(account);
        database.Add(Line(RecoveryEventKind.Locked, by, request, $"by {by.Role}"));
        return null;
    }

    private string? Unlock(AccountsContext database, Account account, ActParty by, ActRequest request)
    {
        if (accountLock.Of(account) == LockState.Open)
            return Words.ProblemNotLocked;

        (account.LockoutEnd, account.AccessFailedCount) = (null, 0);
        if (account.Own is { SecuredLock: not null } own)
        {
            own.SecuredLock = null;
            own.Renew();
        }

        account.ConcurrencyStamp = Guid.NewGuid().ToString();
        database.Add(Line(RecoveryEventKind.Unlocked, by, request));
        return null;
    }

    private async Task<string?> ResetTwoFactorAsync(AccountsContext database, Account account, ActParty by, ActRequest request)
    {
        var tokens = await database.UserTokens.Where(token => token.UserId == account.Id && token.LoginProvider == Account.TokenStore).ToListAsync();
        var passkeys = await database.Passkeys.Where(passkey => passkey.UserId == account.Id).ToListAsync();
        if (!account.TwoFactorEnabled && tokens.Count == 0 && passkeys.Count == 0)
            return Words.ProblemTwoFactorOffAlready;

        database.RemoveRange(tokens);
        database.RemoveRange(passkeys);
        account.TwoFactorEnabled = false;
        Renew(account);
        database.Add(Mail(OutboxKind.TwoFactorResetNotice, by, request));
        database.Add(Line(RecoveryEventKind.TwoFactorReset, by, request));
        return null;
    }

    private async Task<ActOutcome> ChangeRoleAsync(ActParty by, ActParty to, ActRequest request)
    {
        if (request.Act == AccountAct.MakeSupport && to.Role == ConsoleRole.Admin)
            return new ActOutcome(false, Words.ProblemIsAdmin);
        if (request.Act != AccountAct.RemoveRole)
        {
            var role = request.Act == AccountAct.MakeAdmin ? ConsoleRole.Admin : ConsoleRole.Support;
            return Outcome(await roles.GrantAsync(to.Id, role, by.Id, request.Reason, request.Client), request.Act);
        }

        // The greater first: where that is refused, the account stays as it is.
        var outcome = RoleOutcome.Unchanged;
        foreach (var role in new[] { ConsoleRole.Admin, ConsoleRole.Support })
        {
            var removed = await roles.RemoveAsync(to.Id, role, by.Id, request.Reason, request.Client);
            if (removed == RoleOutcome.LastAdmin)
                return Outcome(removed, request.Act);
            if (removed == RoleOutcome.Done)
                outcome = removed;
        }

        return Outcome(outcome, request.Act);
    }

    private static ActOutcome Outcome(RoleOutcome outcome, AccountAct act) => outcome switch
    {
        RoleOutcome.Done => new ActOutcome(true, ActWords.Done(act)),
        RoleOutcome.NotOurs => new ActOutcome(false, Words.ProblemForeignRole),
        RoleOutcome.LastAdmin => new ActOutcome(false, Words.ProblemRemoveLastAdmin),
        _ => new ActOutcome(false, Words.ProblemRoleUnchanged),
    };

    private async Task<string?> ObstacleAsync(AccountsContext database, Account account, ActParty by)
    {
        if (string.IsNullOrEmpty(account.Email))
            return Words.ProblemNoAddress;
        if (accountLock.IsBanned(account))
            return Words.ProblemLocked;

        var now = time.GetUtcNow();
        var since = now - budget.Value.Window;
        var acts = await database.Trail.CountAsync(line => line.Actor == by.Id && line.At > since && line.At <= now && line.CampaignId == null && Mailing.Contains(line.Kind));
        return acts < budget.Value.Permits
            ? null
            : Words.ProblemBudget.With(acts.ToString("N0", CultureInfo.CurrentCulture), InWords.Of(budget.Value.Window));
    }

    /// <summary>The present password stops working, and with it every link and session.</summary>
    internal void RequireReset(Account account)
    {
        // Who signs in through another provider only has no password that could stop working.
        if (account.PasswordHash is not null)
            account.PasswordHash = unusable.NewHash();
        Renew(account);
    }

    private static void Renew(Account account)
    {
        account.RenewSecurityStamp();
        account.ConcurrencyStamp = Guid.NewGuid().ToString();
    }

    private OutboxMail Mail(OutboxKind kind, ActParty by, ActRequest request)
    {
        var now = time.GetUtcNow();
        return new OutboxMail { Kind = kind, AccountId = request.AccountId, RequestedBy = by.Id, Client = request.Client, RequestedAt = now, DueAt = now };
    }

    private RecoveryEvent Line(RecoveryEventKind kind, ActParty by, ActRequest request, string? detail = null) => new()
    {
        At = time.GetUtcNow(),
        Kind = kind,
        AccountId = request.AccountId,
        Actor = by.Id,
        Client = request.Client,
        Detail = detail,
        Reason = request.Reason,
    };
}
