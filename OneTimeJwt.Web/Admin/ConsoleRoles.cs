using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Oidc;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Admin;

/// <summary>Who may do what in the console, from the database each time.</summary>
public sealed class ConsoleRoles(
    IDbContextFactory<AccountsContext> contexts,
    AccountLock accountLock,
    AuditedTransaction transaction,
    IOptions<ConsoleSettings> console,
    TimeProvider time,
    OidcSessions? sessions = null)
{
    /// <returns>The account's highest role; null where it has none.</returns>
    public async Task<ConsoleRole?> OfAsync(string accountId)
    {
        await using var database = await contexts.CreateDbContextAsync();
        return await OfAsync(database, accountId);
    }

    public async Task<ConsoleRole?> OfAsync(AccountsContext database, string accountId)
    {
        var held = await database.ConsoleRoleMembers
            .Where(member => member.AccountId == accountId)
            .Select(member => member.Role)
            .ToListAsync();
        return held.Count == 0 ? null : held.Max();
    }

    /// <param name="database">Where it is read.</param>
    /// <param name="actor">As the trail has it: an account's id, one of the OpenID provider's people, or a key.</param>
    /// <returns>
    /// The role to act in; null where the account is banned, or secured by its owner, or accounts don't count, and where the key
    /// works no more.
    /// </returns>
    public async Task<ConsoleRole?> RightsOfAsync(AccountsContext database, string actor) =>
        ApiKey.IdOf(actor) is { } id
            ? (await database.ApiKeys.AsNoTracking().SingleOrDefaultAsync(key => key.Id == id))?.RightsAt(time.GetUtcNow())
            : (console.Value.Local ? await RightsOfAccountAsync(database, actor) : null)
                ?? (sessions is null ? null : await sessions.LastRoleAsync(database, actor));

    private async Task<ConsoleRole?> RightsOfAccountAsync(AccountsContext database, string accountId) =>
        await database.Users.Where(row => row.Id == accountId).Select(LockColumns.Of).SingleOrDefaultAsync() is { } columns
        && accountLock.Of(columns) is LockState.Open or LockState.Paused
            ? await OfAsync(database, accountId)
            : null;

    /// <summary>The admins who can sign in.</summary>
    public async Task<List<string>> AdminsAsync(AccountsContext database)
    {
        var admins = await (
            from member in database.ConsoleRoleMembers
            join account in database.Users on member.AccountId equals account.Id
            where member.Role == ConsoleRole.Admin
            select new
            {
                account.Id,
                Lock = new LockColumns(account.LockoutEnabled, account.LockoutEnd, account.RecoveryState!.SecuredLock, account.IsInactive),
            }
        ).ToListAsync();
        return [.. admins.Where(admin => accountLock.Of(admin.Lock) is LockState.Open or LockState.Paused).Select(admin => admin.Id)];
    }

    /// <summary>What the trail says of a role that was given or taken.</summary>
    public static string Detail(ConsoleRole role) => $"{role} of the console";

    /// <summary>Gives a role, on the command line.</summary>
    public Task<RoleOutcome> GrantAsync(string accountId, ConsoleRole role) =>
        ChangeAsync(RecoveryEventKind.RoleGranted, accountId, role, GrantAsync);

    /// <summary>Takes a role; of several admins who take each other's at the same moment, one keeps theirs.</summary>
    public Task<RoleOutcome> RemoveAsync(string accountId, ConsoleRole role) =>
        ChangeAsync(RecoveryEventKind.RoleRemoved, accountId, role, RemoveAsync);

    /// <summary>Part of a transaction that has locked the roles: its caller adds the event where it is done.</summary>
    public async Task<RoleOutcome> GrantAsync(AccountsContext database, string accountId, ConsoleRole role)
    {
        if (await MemberAsync(database, accountId, role) is not null)
            return RoleOutcome.Unchanged;

        await RenewAsync(database, role);
        database.Add(new RecoveryRoleMember(accountId, role));
        return RoleOutcome.Done;
    }

    /// <summary>Part of a transaction that has locked the roles: its caller adds the event where it is done.</summary>
    public async Task<RoleOutcome> RemoveAsync(AccountsContext database, string accountId, ConsoleRole role)
    {
        if (await MemberAsync(database, accountId, role) is not { } member)
            return RoleOutcome.Unchanged;
        if (role == ConsoleRole.Admin && !await IsAnyoneLeftAsync(database, accountId))
            return RoleOutcome.LastAdmin;

        await RenewAsync(database, role);
        database.Remove(member);
        return RoleOutcome.Done;
    }

    /// <summary>Until the transaction ends no other action is judged and no role changes: a write that changes
    /// nothing takes the lock of a row. One row, so that no two transactions wait for each other.</summary>
    public Task LockRolesAsync(AccountsContext database) => database.ConsoleRoles
        .Where(row => row.Role == ConsoleRole.Admin)
        .ExecuteUpdateAsync(row => row.SetProperty(known => known.Version, known => known.Version));

    /// <summary>
    /// Whether there is another admin; where so, the change that is about to be saved and changes of the role's members
    /// exclude each other.
    /// </summary>
    public async Task<bool> HasOtherAdminAsync(AccountsContext database, string accountId)
    {
        await RenewAsync(database, ConsoleRole.Admin);
        return await IsAnyoneLeftAsync(database, accountId);
    }

    private static Task<RecoveryRoleMember?> MemberAsync(AccountsContext database, string accountId, ConsoleRole role) =>
        database.ConsoleRoleMembers.SingleOrDefaultAsync(member => member.AccountId == accountId && member.Role == role);

    private static async Task RenewAsync(AccountsContext database, ConsoleRole role) =>
        (await database.ConsoleRoles.SingleAsync(row => row.Role == role)).Renew();

    private async Task<bool> IsAnyoneLeftAsync(AccountsContext database, string leaving)
    {
        var others = await database
            .Users.Where(account =>
                account.Id != leaving
                && database.ConsoleRoleMembers.Any(member => member.Role == ConsoleRole.Admin && member.AccountId == account.Id))
            .Select(LockColumns.Of)
            .ToListAsync();
        return others.Exists(other => !accountLock.IsBanned(other));
    }

    private Task<RoleOutcome> ChangeAsync(
        RecoveryEventKind kind,
        string accountId,
        ConsoleRole role,
        Func<AccountsContext, string, ConsoleRole, Task<RoleOutcome>> change)
    {
        var eventId = Guid.CreateVersion7();
        return transaction.RunAsync(
            eventId,
            LockRolesAsync,
            async database =>
            {
                await LockRolesAsync(database);
                var outcome = await change(database, accountId, role);
                if (outcome == RoleOutcome.Done)
                    database.Add(
                        RecoveryEvent.ByAdmin(kind, new(Actor: null, Client: null, time.GetUtcNow()), accountId, Detail(role), eventId));
                return outcome;
            });
    }
}
