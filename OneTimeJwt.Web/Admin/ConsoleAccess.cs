using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Data;

namespace OneTimeJwt.Web.Admin;

/// <summary>
/// Who may use the console. Roles don't change the security stamp, so they are read from the database at each act,
/// never from the cookie; outside Development a second factor has to be on.
/// </summary>
internal sealed class ConsoleAccess : IAuthorizationRequirement
{
    public const string Policy = "Console";
}

internal sealed class ConsoleAccessHandler(IServiceScopeFactory scopes, IOptions<AdminSettings> settings, IHostEnvironment environment)
    : AuthorizationHandler<ConsoleAccess>
{
    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, ConsoleAccess requirement)
    {
        // A scope of its own: a circuit's would keep answering from what it read first.
        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        if (await users.GetUserAsync(context.User) is not { } account)
            return;

        var roles = await users.GetRolesAsync(account);
        var mayEnter = roles.Contains(settings.Value.Roles.Admin) || roles.Contains(settings.Value.Roles.Support);
        if (mayEnter && (account.TwoFactorEnabled || environment.IsDevelopment()))
            context.Succeed(requirement);
    }
}
