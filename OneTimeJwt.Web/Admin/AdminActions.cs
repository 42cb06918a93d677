using System.Globalization;
using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Database;
using OneTimeJwt.Web.Languages;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Admin;

/// <summary>What an admin asks for.</summary>
/// <param name="Act">What is to be done.</param>
/// <param name="AccountId">To which account.</param>
/// <param name="Reason">Why, in his words; kept in the trail as data.</param>
/// <param name="Client">The network address that he sits at.</param>
public sealed record AdminActionRequest(AdminAction Act, string AccountId, string Reason, string? Client)
{
    /// <summary>The id of the event that records it, by which it is found where the outcome of its commit is unknown.</summary>
    public Guid EventId { get; } = Guid.CreateVersion7();
}

/// <summary>How an act ended, in words for the page.</summary>
public sealed record AdminActionOutcome(bool Done, string Message);

/// <summary>
/// Carries acts out. Whoever asks is judged at that moment, from the database, and so is the account; the change and its
/// line in the trail are one transaction. A refusal leaves a line as well.
/// </summary>
public sealed class AdminActions(
    AuditedTransaction transaction,
    ConsoleRoles roles,
    ActorReader actors,
    AccountLock accountLock,
    UnusablePassword unusable,
    IOptions<AdminBudget> budget,
    TimeProvider time)
{
    private static readonly RecoveryEventKind[] Mailing =
    [
        RecoveryEventKind.LinkTriggered,
        RecoveryEventKind.ResetRequired,
        RecoveryEventKind.TriedAgain,
    ];

    public async Task<AdminActionOutcome> DoAsync(ClaimsPrincipal user, AdminActionRequest request)
    {
        var reason = request.Reason.Trim();
        if (reason.Length == 0)
            return new AdminActionOutcome(false, Words.ProblemNoReason);
        if (reason.Length > RecoveryEvent.MaxReasonLength)
            return new AdminActionOutcome(false, Words.ProblemLongReason.With(RecoveryEvent.MaxReasonLength));

        try
        {
            return await transaction.RunAsync(
                request.EventId, roles.HoldAsync, database => JudgeAsync(database, user, request with { Reason = reason }));
        }
        catch (DbUpdateException fault) when (fault.IsRefusal())
        {
            return new AdminActionOutcome(false, Words.RefusedByDatabase);
        }
    }

    private async Task<AdminActionOutcome> JudgeAsync(AccountsContext database, ClaimsPrincipal user, AdminActionRequest request)
    {
        // What is judged is what is changed: acts and changes of roles follow one another, on any number of nodes.
        var by = await actors.ReadAndLockAsync(database, user);
        if (await database.Users.SingleOrDefaultAsync(row => row.Id == request.AccountId) is not { } account)
            return new AdminActionOutcome(false, Words.ProblemNoAccount);

        var to = new AdminActionParty(account.Id, await roles.OfAsync(database, account.Id));
        string? Refusal() => AdminActionRules.Refusal(request.Act, by, to, accountLock.IsBanned(account));
        if (Refusal() is { } refusal)
        {
            database.Add(
                Line(
                    RecoveryEventKind.ActRefused,
                    by,
                    request,
                    InvariantText.InEnglish(() => $"{AdminActionTexts.Name(request.Act)}: {Refusal()}")));
            return new AdminActionOutcome(false, refusal);
        }

        return await ApplyAsync(database, account, by, to, request) is { } problem
            ? new AdminActionOutcome(false, problem)
            : new AdminActionOutcome(true, AdminActionTexts.Done(request.Act));
    }

    private async Task<string?> ApplyAsync(
        AccountsContext database,
        Account account,
        AdminActionParty by,
        AdminActionParty to,
        AdminActionRequest request
    ) =>
        request.Act switch
        {
            AdminAction.SendLink => await SendLinkAsync(database, account, by, request),
            AdminAction.ConfirmAddress => await ConfirmAddressAsync(database, account, by, request),
            AdminAction.RevokeLinks => RevokeLinks(database, account, by, request),
            AdminAction.TryMailAgain => await TryMailAgainAsync(database, account, by, request),
            AdminAction.RequireReset => await RequireResetAsync(database, account, by, request),
            AdminAction.Lock => await LockAsync(database, account, by, to, request),
            AdminAction.Unlock => Unlock(database, account, by, request),
            AdminAction.ResetTwoFactor => await ResetTwoFactorAsync(database, account, by, request),
            AdminAction.MakeSupport when to.Role == ConsoleRole.Admin => Words.ProblemIsAdmin,
            AdminAction.MakeSupport => await GrantAsync(database, ConsoleRole.Support, by, request),
            AdminAction.MakeAdmin => await GrantAsync(database, ConsoleRole.Admin, by, request),
            AdminAction.RemoveRole => await RemoveRolesAsync(database, by, request),
            _ => throw new InvalidOperationException($"{request.Act} is no act on an account."),
        };

    private async Task<string?> SendLinkAsync(AccountsContext database, Account account, AdminActionParty by, AdminActionRequest request)
    {
        if (await ObstacleAsync(database, account, by) is { } obstacle)
            return obstacle;

        database.Add(Mail(OutboxKind.ResetLink, by, request));
        database.Add(Line(RecoveryEventKind.LinkTriggered, by, request));
        return null;
    }

    private async Task<string?> ConfirmAddressAsync(
        AccountsContext database,
        Account account,
        AdminActionParty by,
        AdminActionRequest request)
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
    private string? RevokeLinks(AccountsContext database, Account account, AdminActionParty by, AdminActionRequest request)
    {
        Renew(account);
        account.Remember().TimesSecured++;
        account.Remember().Renew();
        database.Add(Line(RecoveryEventKind.LinksKilled, by, request));
        return null;
    }

    private async Task<string?> TryMailAgainAsync(
        AccountsContext database,
        Account account,
        AdminActionParty by,
        AdminActionRequest request)
    {
        if (await ObstacleAsync(database, account, by) is { } obstacle)
            return obstacle;

        var refused = await database
            .Outbox.Where(mail => mail.AccountId == account.Id && mail.RefusedAt != null)
            .OrderBy(mail => mail.RefusedAt)
            .ToListAsync();
        if (refused.Count == 0)
            return Words.ProblemNoRefusedMail;

        foreach (var mail in refused)
            mail.TryAgain(time.GetUtcNow());
        database.Add(Line(RecoveryEventKind.TriedAgain, by, request, refused[^1].Cause));
        return null;
    }

    private async Task<string?> RequireResetAsync(
        AccountsContext database,
        Account account,
        AdminActionParty by,
        AdminActionRequest request)
    {
        if (await ObstacleAsync(database, account, by) is { } obstacle)
            return obstacle;

        RequireReset(account);
        database.Add(Mail(OutboxKind.RequiredReset, by, request));
        database.Add(Line(RecoveryEventKind.ResetRequired, by, request));
        return null;
    }

    private async Task<string?> LockAsync(
        AccountsContext database,
        Account account,
        AdminActionParty by,
        AdminActionParty to,
        AdminActionRequest request)
    {
        if (accountLock.IsBanned(account))
            return Words.ProblemLockedAlready;
        if (to.Role == ConsoleRole.Admin && !await roles.HasOtherAdminAsync(database, account.Id))
            return Words.ProblemLockLastAdmin;

        (account.LockoutEnabled, account.LockoutEnd) = (true, DateTimeOffset.MaxValue);
        Renew(account);
        database.Add(Line(RecoveryEventKind.Locked, by, request, $"by {by.Role}"));
        return null;
    }

    private string? Unlock(AccountsContext database, Account account, AdminActionParty by, AdminActionRequest request)
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

    private async Task<string?> ResetTwoFactorAsync(
        AccountsContext database,
        Account account,
        AdminActionParty by,
        AdminActionRequest request)
    {
        var tokens = await database
            .UserTokens.Where(token => token.UserId == account.Id && token.LoginProvider == Account.TokenStore)
            .ToListAsync();
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

    private async Task<string?> GrantAsync(AccountsContext database, ConsoleRole role, AdminActionParty by, AdminActionRequest request)
    {
        var outcome = await roles.GrantAsync(database, request.AccountId, role);
        if (outcome == RoleOutcome.Done)
            database.Add(Line(RecoveryEventKind.RoleGranted, by, request, ConsoleRoles.Detail(role)));
        return Problem(outcome);
    }

    private async Task<string?> RemoveRolesAsync(AccountsContext database, AdminActionParty by, AdminActionRequest request)
    {
        // The greater first: where that is refused, the account stays as it is.
        var removed = 0;
        foreach (var role in new[] { ConsoleRole.Admin, ConsoleRole.Support })
        {
            var outcome = await roles.RemoveAsync(database, request.AccountId, role);
            if (outcome == RoleOutcome.Done)
                database.Add(Line(RecoveryEventKind.RoleRemoved, by, request, ConsoleRoles.Detail(role), isFurther: removed++ > 0));
            else if (outcome == RoleOutcome.LastAdmin)
                return Problem(outcome);
        }

        return removed > 0 ? null : Problem(RoleOutcome.Unchanged);
    }

    private static string? Problem(RoleOutcome outcome) => outcome switch
    {
        RoleOutcome.Done => null,
        RoleOutcome.NotOurs => Words.ProblemForeignRole,
        RoleOutcome.LastAdmin => Words.ProblemRemoveLastAdmin,
        _ => Words.ProblemRoleUnchanged,
    };

    private async Task<string?> ObstacleAsync(AccountsContext database, Account account, AdminActionParty by)
    {
        if (string.IsNullOrEmpty(account.Email))
            return Words.ProblemNoAddress;
        if (accountLock.IsBanned(account))
            return Words.ProblemLocked;

        var now = time.GetUtcNow();
        var since = now - budget.Value.Window;
        var acts = await database.Trail.CountAsync(line =>
            line.Actor == by.Id && line.At > since && line.At <= now && line.CampaignId == null && Mailing.Contains(line.Kind));
        return acts < budget.Value.Permits
            ? null
            : Words.ProblemBudget.With(acts.ToString("N0", CultureInfo.CurrentCulture), DisplayText.Of(budget.Value.Window));
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

    private OutboxMail Mail(string kind, AdminActionParty by, AdminActionRequest request) =>
        OutboxMail.ForAdmin(kind, request.AccountId, time.GetUtcNow(), by.Id, request.Client);

    private RecoveryEvent Line(
        RecoveryEventKind kind,
        AdminActionParty by,
        AdminActionRequest request,
        string? detail = null,
        bool isFurther = false
    ) =>
        new()
        {
            Id = isFurther ? Guid.CreateVersion7() : request.EventId,
            At = time.GetUtcNow(),
            Kind = kind,
            AccountId = request.AccountId,
            Actor = by.Id,
            Client = request.Client,
            Detail = detail,
            Reason = request.Reason,
        };
}
