using Microsoft.AspNetCore.Authorization;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Admin;

/// <summary>
/// Who may use the console. Roles don't change the security stamp, so they are read from the database at each action,
/// never from the cookie; outside Development a second factor has to be on.
/// </summary>
internal sealed class ConsoleAccess : IAuthorizationRequirement
{
    public const string Policy = "Console";

    public const string NeedsSecondFactor = "needs a second factor";
}

internal sealed class ConsoleAccessHandler(IServiceScopeFactory scopes, AccountLock accountLock, IHostEnvironment environment)
    : AuthorizationHandler<ConsoleAccess>
{
    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, ConsoleAccess requirement)
    {
        // A separate scope: a circuit's context would keep returning what it read first.
        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        var roles = scope.ServiceProvider.GetRequiredService<ConsoleRoles>();
        if (
            await users.GetUserAsync(context.User) is not { } account
            || accountLock.IsBanned(account)
            || await roles.OfAsync(account.Id) is null)
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
