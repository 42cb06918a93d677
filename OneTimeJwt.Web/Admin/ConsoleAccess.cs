using Microsoft.AspNetCore.Authorization;
using OneTimeJwt.Web.Oidc;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Admin;

/// <summary>
/// Who may use the console. Roles don't change the security stamp, so they are read from the database at each action,
/// never from the cookie; outside Development a second factor has to be on.
/// </summary>
/// <param name="minimum">The lowest role that is enough.</param>
internal sealed class ConsoleAccess(ConsoleRole minimum) : IAuthorizationRequirement
{
    /// <summary>For all that isn't the trail.</summary>
    public const string Policy = "Console";

    /// <summary>For what a role that only reads the trail may use.</summary>
    public const string TrailPolicy = "Trail";

    public const string NeedsSecondFactor = "needs a second factor";

    public const string NeedsProvider = "accounts don't count";

    public static readonly (string Name, ConsoleRole Minimum)[] Policies =
        [(Policy, ConsoleRole.Support), (TrailPolicy, ConsoleRole.Auditor)];

    public ConsoleRole Minimum => minimum;
}

internal sealed class ConsoleAccessHandler(
    IServiceScopeFactory scopes,
    ConsoleRoles roles,
    AccountLock accountLock,
    IHostEnvironment environment,
    IOptions<ConsoleSettings> console,
    IDbContextFactory<AccountsContext> contexts,
    OidcSessions? sessions = null)
    : AuthorizationHandler<ConsoleAccess>
{
    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, ConsoleAccess requirement)
    {
        if (OidcPrincipal.SessionOf(context.User) is { } session)
        {
            // A second factor was asked of the provider when the session began.
            await using var database = await contexts.CreateDbContextAsync();
            if (sessions is not null && (await sessions.LiveAsync(database, session))?.Role >= requirement.Minimum)
                context.Succeed(requirement);
            return;
        }

        await HandleAccountAsync(context, requirement);
    }

    private async Task HandleAccountAsync(AuthorizationHandlerContext context, ConsoleAccess requirement)
    {
        if (!console.Value.Local)
        {
            context.Fail(new AuthorizationFailureReason(this, ConsoleAccess.NeedsProvider));
            return;
        }

        // A separate scope: a circuit's context would keep returning what it read first.
        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        if (
            await users.GetUserAsync(context.User) is not { } account
            || accountLock.IsBanned(account)
            || !(await roles.OfAsync(account.Id) >= requirement.Minimum))
            return;

        // Asked of the session too: another application may have turned two-factor on in a way that isn't asked for here.
        // A code that was mailed is not enough.
        var hasSecondFactor = account.TwoFactorEnabled && AccountSignInManager.HasPassedSecondFactor(context.User);
        if (hasSecondFactor || environment.IsDevelopment())
            context.Succeed(requirement);
        else
            context.Fail(new AuthorizationFailureReason(this, ConsoleAccess.NeedsSecondFactor));
    }
}
