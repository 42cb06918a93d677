using OneTimeJwt.Web.Audit;

namespace OneTimeJwt.Web.Admin;

/// <summary>
/// Who may do what in the console, from the database each time. A role counts where it has the configured name and the
/// mark that it was made or claimed here.
/// </summary>
public sealed class ConsoleRoles(
    IDbContextFactory<AccountsContext> contexts,
    ILookupNormalizer normalizer,
    IOptions<AdminSettings> settings,
    AccountLock accountLock,
    AuditedTransaction transaction,
    TimeProvider time)
{
    public string NameOf(ConsoleRole role) => role == ConsoleRole.Admin ? settings.Value.Roles.Admin : settings.Value.Roles.Support;

    /// <returns>The account's highest role; null where it has none.</returns>
    public async Task<ConsoleRole?> OfAsync(string accountId)
    {
        await using var database = await contexts.CreateDbContextAsync();
        return await OfAsync(database, accountId);
    }

    public async Task<ConsoleRole?> OfAsync(AccountsContext database, string accountId)
    {
        var names = await Marked(database)
            .Where(role => database.UserRoles.Any(member => member.RoleId == role.Id && member.UserId == accountId))
            .Select(role => role.NormalizedName)
            .ToListAsync();
        return names.Contains(Key(ConsoleRole.Admin)) ? ConsoleRole.Admin
            : names.Contains(Key(ConsoleRole.Support)) ? ConsoleRole.Support
            : null;
    }

    /// <returns>The role that the account may act in; null where it is banned, or secured by its owner.</returns>
    public async Task<ConsoleRole?> RightsOfAsync(AccountsContext database, string accountId) =>
        await database.Users.Where(row => row.Id == accountId).Select(LockColumns.Of).SingleOrDefaultAsync() is { } columns
        && accountLock.Of(columns) is LockState.Open or LockState.Paused
            ? await OfAsync(database, accountId)
            : null;

    /// <summary>The admins who can sign in.</summary>
    public async Task<List<string>> AdminsAsync(AccountsContext database)
    {
        var admins = await (
            from role in Marked(database)
            join member in database.UserRoles on role.Id equals member.RoleId
            join account in database.Users on member.UserId equals account.Id
            where role.NormalizedName == Key(ConsoleRole.Admin)
            select new
            {
                account.Id,
                Lock = new LockColumns(account.LockoutEnabled, account.LockoutEnd, account.RecoveryState!.SecuredLock),
            }
        ).ToListAsync();
        return [.. admins.Where(admin => accountLock.Of(admin.Lock) is LockState.Open or LockState.Paused).Select(admin => admin.Id)];
    }

    /// <summary>False where a role of that name belongs to another application.</summary>
    public async Task<bool> IsOursOrFreeAsync(ConsoleRole role)
    {
        await using var database = await contexts.CreateDbContextAsync();
        return await ClaimAsync(database, role) is not null;
    }

    /// <summary>What the trail says of a role that was given or taken.</summary>
    public static string Detail(ConsoleRole role) => $"{role} of the console";

    /// <param name="accountId">Who gets it.</param>
    /// <param name="role">Created, or claimed where it has no members, if necessary.</param>
    /// <param name="actor">The id of the admin who gives it; null on the command line.</param>
    public Task<RoleOutcome> GrantAsync(string accountId, ConsoleRole role, string? actor) =>
        ChangeAsync(RecoveryEventKind.RoleGranted, accountId, role, actor, GrantAsync);

    /// <summary>Takes a role; of several admins who take each other's at the same moment, one keeps theirs.</summary>
    public Task<RoleOutcome> RemoveAsync(string accountId, ConsoleRole role, string? actor) =>
        ChangeAsync(RecoveryEventKind.RoleRemoved, accountId, role, actor, RemoveAsync);

    /// <summary>Part of a transaction that has locked the roles: its caller adds the event where it is done.</summary>
    public async Task<RoleOutcome> GrantAsync(AccountsContext database, string accountId, ConsoleRole role)
    {
        if (await ClaimAsync(database, role) is not { } row)
            return RoleOutcome.NotOurs;
        if (await database.UserRoles.AnyAsync(member => member.RoleId == row.Id && member.UserId == accountId))
            return RoleOutcome.Unchanged;

        row.ConcurrencyStamp = Guid.NewGuid().ToString();
        database.Add(new IdentityUserRole<string> { RoleId = row.Id, UserId = accountId });
        return RoleOutcome.Done;
    }

    /// <summary>Part of a transaction that has locked the roles: its caller adds the event where it is done.</summary>
    public async Task<RoleOutcome> RemoveAsync(AccountsContext database, string accountId, ConsoleRole role)
    {
        var row = await Marked(database).SingleOrDefaultAsync(known => known.NormalizedName == Key(role));
        var member = row is null
            ? null
            : await database.UserRoles.SingleOrDefaultAsync(known => known.RoleId == row.Id && known.UserId == accountId);
        if (member is null)
            return RoleOutcome.Unchanged;
        if (role == ConsoleRole.Admin && !await IsAnyoneLeftAsync(database, member))
            return RoleOutcome.LastAdmin;

        row!.ConcurrencyStamp = Guid.NewGuid().ToString();
        database.Remove(member);
        return RoleOutcome.Done;
    }

    /// <summary>Until the transaction ends no other action is judged and no role changes: a write that changes
    /// nothing takes the rows' locks.</summary>
    public Task LockRolesAsync(AccountsContext database) => database.Roles
        .Where(role => role.NormalizedName == Key(ConsoleRole.Admin) || role.NormalizedName == Key(ConsoleRole.Support))
        .ExecuteUpdateAsync(role => role.SetProperty(known => known.ConcurrencyStamp, known => known.ConcurrencyStamp));

    /// <summary>
    /// Whether there is another admin; where so, the change that is about to be saved and changes of the role's members
    /// exclude each other.
    /// </summary>
    public async Task<bool> HasOtherAdminAsync(AccountsContext database, string accountId)
    {
        var row = await Marked(database).SingleAsync(known => known.NormalizedName == Key(ConsoleRole.Admin));
        row.ConcurrencyStamp = Guid.NewGuid().ToString();
        return await IsAnyoneLeftAsync(database, new IdentityUserRole<string> { RoleId = row.Id, UserId = accountId });
    }

    private static IQueryable<IdentityRole> Marked(AccountsContext database) =>
        database.Roles.Where(role =>
            database.RoleClaims.Any(claim => claim.RoleId == role.Id && claim.ClaimType == RoleOwnershipClaim.ClaimType));

    private async Task<bool> IsAnyoneLeftAsync(AccountsContext database, IdentityUserRole<string> leaving)
    {
        var others = await database
            .Users.Where(account =>
                account.Id != leaving.UserId
                && database.UserRoles.Any(member => member.RoleId == leaving.RoleId && member.UserId == account.Id))
            .Select(LockColumns.Of)
            .ToListAsync();
        return others.Exists(other => !accountLock.IsBanned(other));
    }

    // Null where the role is another application's.
    private async Task<IdentityRole?> ClaimAsync(AccountsContext database, ConsoleRole role)
    {
        var row = await database.Roles.SingleOrDefaultAsync(known => known.NormalizedName == Key(role));
        if (row is null)
            database.Add(row = new IdentityRole(NameOf(role)) { NormalizedName = Key(role) });
        else if (await Marked(database).AnyAsync(known => known.Id == row.Id))
            return row;
        else if (await database.UserRoles.AnyAsync(member => member.RoleId == row.Id))
            return null;

        database.Add(RoleOwnershipClaim.For(row));
        return row;
    }

    private Task<RoleOutcome> ChangeAsync(
        RecoveryEventKind kind,
        string accountId,
        ConsoleRole role,
        string? actor,
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
                        RecoveryEvent.ByAdmin(kind, new(actor, Client: null, time.GetUtcNow()), accountId, Detail(role), eventId));
                return outcome;
            });
    }

    private string Key(ConsoleRole role) => normalizer.NormalizeName(NameOf(role));
}
