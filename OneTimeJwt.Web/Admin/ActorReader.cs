using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using OneTimeJwt.Web.Oidc;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Admin;

/// <summary>Who is acting, as the database has it now; without a role where the session is over or the right is gone.</summary>
public sealed class ActorReader(
    IAuthorizationService authorization,
    IOptions<IdentityOptions> identity,
    ConsoleRoles roles,
    IDbContextFactory<AccountsContext> contexts,
    OidcSessions? sessions = null)
{
    public async Task<AdminActionParty> ReadAsync(ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        return await ReadAsync(database, user);
    }

    public Task<AdminActionParty> ReadAsync(AccountsContext database, ClaimsPrincipal user) => ReadAsync(database, user, isLocked: false);

    /// <summary>The same for a change: until its transaction ends no other action is judged and no role changes.</summary>
    public Task<AdminActionParty> ReadAndLockAsync(AccountsContext database, ClaimsPrincipal user) =>
        ReadAsync(database, user, isLocked: true);

    private async Task<AdminActionParty> ReadAsync(AccountsContext database, ClaimsPrincipal user, bool isLocked)
    {
        if (user.Identity is MachineIdentity machine)
        {
            if (isLocked)
                await roles.LockRolesAsync(database);
            var isKey = ApiKey.IdOf(machine.ActorId) is not null;
            return new AdminActionParty(
                machine.ActorId, isKey ? await roles.RightsOfAsync(database, machine.ActorId) : machine.Role, machine.DisplayName);
        }

        // Ahead of the locks: it reads on another connection, which would wait for them on some databases.
        var isAuthorized = (await authorization.AuthorizeAsync(user, ConsoleAccess.TrailPolicy)).Succeeded;
        if (isLocked)
            await roles.LockRolesAsync(database);

        if (OidcPrincipal.PersonOf(user) is { } person)
        {
            var session = isAuthorized ? await sessions!.LiveAsync(database, OidcPrincipal.SessionOf(user)!) : null;
            return new AdminActionParty(person, session?.Role, session?.Name ?? user.Identity?.Name);
        }

        var claims = identity.Value.ClaimsIdentity;
        var id = user.FindFirstValue(claims.UserIdClaimType) ?? "";
        var stamp = user.FindFirstValue(claims.SecurityStampClaimType);
        var isLive = isAuthorized && await database.Users.AnyAsync(account => account.Id == id && account.SecurityStamp == stamp);
        return new AdminActionParty(id, isLive ? await roles.RightsOfAsync(database, id) : null);
    }
}
