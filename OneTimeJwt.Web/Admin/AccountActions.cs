using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Admin;

/// <summary>What each action changes, once it is allowed. Each says what stands in its way, and null where it is done.</summary>
public sealed class AccountActions(
    ConsoleRoles roles,
    AccountLock accountLock,
    UnusablePassword unusable,
    IOptions<AdminBudget> budget)
{
    private static readonly RecoveryEventKind[] Mailing =
    [
        RecoveryEventKind.LinkTriggered,
        RecoveryEventKind.ResetRequired,
        RecoveryEventKind.TriedAgain,
    ];

    public async Task<AdminActionOutcome?> ApplyAsync(AdminActionContext context) => context.Request.Action switch
    {
        AdminAction.ConfirmAddress when context.Account.EmailConfirmed => Impossible(Words.ProblemConfirmedAlready),
        AdminAction.SendLink or AdminAction.ConfirmAddress or AdminAction.TryMailAgain or AdminAction.RequireReset =>
            await MailObstacleAsync(context) ?? await ChangeAndTellAsync(context),
        _ => await ChangeAndTellAsync(context),
    };

    private async Task<AdminActionOutcome?> ChangeAndTellAsync(AdminActionContext context)
    {
        if (await ChangeAsync(context) is { } problem)
            return Impossible(problem);

        if (OwnerNotices.MailOf(context.Request.Action) is { } mail)
            context.Mail(mail);
        return null;
    }

    private async Task<string?> ChangeAsync(AdminActionContext context) => context.Request.Action switch
    {
        AdminAction.SendLink => SendLink(context),
        AdminAction.ConfirmAddress => ConfirmAddress(context),
        AdminAction.RevokeLinks => RevokeLinks(context),
        AdminAction.TryMailAgain => await TryMailAgainAsync(context),
        AdminAction.RequireReset => RequireReset(context),
        AdminAction.Lock => await LockAsync(context),
        AdminAction.Unlock => Unlock(context),
        AdminAction.ResetTwoFactor => await ResetTwoFactorAsync(context),
        AdminAction.MakeAuditor or AdminAction.MakeSupport when context.Target.Role == ConsoleRole.Admin => Words.ProblemIsAdmin,
        AdminAction.MakeAuditor when context.Target.Role is not null => Words.ProblemRoleUnchanged,
        AdminAction.MakeAuditor => await GrantAsync(context, ConsoleRole.Auditor),
        AdminAction.MakeSupport => await GrantAsync(context, ConsoleRole.Support),
        AdminAction.MakeAdmin => await GrantAsync(context, ConsoleRole.Admin),
        AdminAction.RemoveRole => await RemoveRolesAsync(context),
        var action => throw new InvalidOperationException($"{action} is not an action on an account."),
    };

    /// <summary>The present password stops working, and with it every link and session.</summary>
    internal void RequireReset(Account account)
    {
        unusable.Replace(account);
        account.RenewStamps();
    }

    private static AdminActionOutcome Impossible(string problem) => new(AdminActionResult.Impossible, problem);

    private async Task<AdminActionOutcome?> MailObstacleAsync(AdminActionContext context)
    {
        if (string.IsNullOrEmpty(context.Account.Email))
            return Impossible(Words.ProblemNoAddress);
        if (accountLock.IsBanned(context.Account))
            return Impossible(Words.ProblemLocked);

        var (now, since) = (context.Now, context.Now - budget.Value.Window);
        var mails = context.Database.Trail.Where(line =>
            line.Actor == context.Actor.Id && line.At > since && line.At <= now && line.CampaignId == null && Mailing.Contains(line.Kind));
        var mailed = await mails.CountAsync();
        if (mailed < budget.Value.Permits)
            return null;

        // There is budget again once this one is as old as the window.
        var oldest = await mails.OrderByDescending(line => line.At).Skip(budget.Value.Permits - 1).Select(line => line.At).FirstAsync();
        return new(
            AdminActionResult.OverBudget,
            Words.ProblemBudget.With(mailed.Grouped(), DisplayText.Of(budget.Value.Window)),
            RetryAfter: oldest - since);
    }

    private static string? SendLink(AdminActionContext context)
    {
        context.Record(RecoveryEventKind.LinkTriggered);
        return null;
    }

    private static string? ConfirmAddress(AdminActionContext context)
    {
        context.Record(RecoveryEventKind.LinkTriggered, "to confirm the address");
        return null;
    }

    // Also the links in notices, which no change of the password ends: each later notice brings another one.
    private static string? RevokeLinks(AdminActionContext context)
    {
        context.Account.RenewStamps();
        var state = context.Account.EnsureRecoveryState();
        state.TimesSecured++;
        state.Renew();
        context.Record(RecoveryEventKind.LinksKilled);
        return null;
    }

    private static async Task<string?> TryMailAgainAsync(AdminActionContext context)
    {
        var refused = await context.Database.Outbox
            .Where(mail => mail.AccountId == context.Account.Id && mail.RefusedAt != null)
            .OrderBy(mail => mail.RefusedAt)
            .ToListAsync();
        if (refused.Count == 0)
            return Words.ProblemNoRefusedMail;

        foreach (var mail in refused)
            mail.TryAgain(context.Now);
        context.Record(RecoveryEventKind.TriedAgain, refused[^1].Cause);
        return null;
    }

    private string? RequireReset(AdminActionContext context)
    {
        RequireReset(context.Account);
        context.Record(RecoveryEventKind.ResetRequired);
        return null;
    }

    private async Task<string?> LockAsync(AdminActionContext context)
    {
        var account = context.Account;
        if (accountLock.IsBanned(account))
            return Words.ProblemLockedAlready;
        if (!context.Database.Identity.HasLockout)
            return Words.ProblemNoLockout;
        if (context.Target.Role == ConsoleRole.Admin && !await roles.HasOtherAdminAsync(context.Database, account.Id))
            return Words.ProblemLockLastAdmin;

        (account.LockoutEnabled, account.LockoutEnd) = (true, DateTimeOffset.MaxValue);
        account.RenewStamps();
        context.Record(RecoveryEventKind.Locked, $"by {context.Actor.Role}");
        return null;
    }

    private string? Unlock(AdminActionContext context)
    {
        var account = context.Account;
        if (accountLock.Of(account) == LockState.Open)
            return Words.ProblemNotLocked;
        if (account.IsInactive)
            return Words.ProblemInactive;

        (account.LockoutEnd, account.AccessFailedCount) = (null, 0);
        if (account.RecoveryState is { SecuredLock: not null } state)
        {
            state.SecuredLock = null;
            state.Renew();
        }

        account.ConcurrencyStamp = Guid.NewGuid().ToString();
        context.Record(RecoveryEventKind.Unlocked);
        return null;
    }

    private static async Task<string?> ResetTwoFactorAsync(AdminActionContext context)
    {
        var (database, account) = (context.Database, context.Account);
        var tokens = await database.UserTokens
            .Where(token => token.UserId == account.Id && token.LoginProvider == Account.TokenStore)
            .ToListAsync();
        var passkeys = await database.Passkeys.Where(passkey => passkey.UserId == account.Id).ToListAsync();
        if (!account.TwoFactorEnabled && tokens.Count == 0 && passkeys.Count == 0)
            return Words.ProblemTwoFactorOffAlready;

        database.RemoveRange(tokens);
        database.RemoveRange(passkeys);
        account.TwoFactorEnabled = false;
        account.RenewStamps();
        context.Record(RecoveryEventKind.TwoFactorReset);
        return null;
    }

    private async Task<string?> GrantAsync(AdminActionContext context, ConsoleRole role)
    {
        var outcome = await roles.GrantAsync(context.Database, context.Account.Id, role);
        if (outcome == RoleOutcome.Done)
            context.Record(RecoveryEventKind.RoleGranted, ConsoleRoles.Detail(role));
        return Problem(outcome);
    }

    private async Task<string?> RemoveRolesAsync(AdminActionContext context)
    {
        // The greater first: where that is refused, the account stays as it is.
        var removed = 0;
        foreach (var role in new[] { ConsoleRole.Admin, ConsoleRole.Support, ConsoleRole.Auditor })
        {
            var outcome = await roles.RemoveAsync(context.Database, context.Account.Id, role);
            if (outcome == RoleOutcome.Done)
                context.Record(RecoveryEventKind.RoleRemoved, ConsoleRoles.Detail(role), isFurther: removed++ > 0);
            else if (outcome == RoleOutcome.LastAdmin)
                return Problem(outcome);
        }

        return removed > 0 ? null : Problem(RoleOutcome.Unchanged);
    }

    private static string? Problem(RoleOutcome outcome) => outcome switch
    {
        RoleOutcome.Done => null,
        RoleOutcome.LastAdmin => Words.ProblemRemoveLastAdmin,
        _ => Words.ProblemRoleUnchanged,
    };
}
