using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Data;

namespace OneTimeJwt.Web.Admin;

/// <summary>What an account may do in the console; the greater includes the lesser.</summary>
public enum ConsoleRole
{
    Support,
    Admin,
}

/// <summary>What became of a role that was to be given or taken.</summary>
public enum RoleOutcome
{
    Done,

    /// <summary>It was so already.</summary>
    Unchanged,

    /// <summary>The role of that name has members and was not made here: another application's.</summary>
    NotOurs,

    /// <summary>Nobody would be left who may do all.</summary>
    LastAdmin,
}

/// <summary>
/// Who may do what in the console, from the database each time. A role counts where it has the configured name and the
/// mark that it was made or claimed here.
/// </summary>
public sealed class ConsoleRoles(
    IDbContextFactory<AccountsContext> contexts, ILookupNormalizer normalizer, IOptions<AdminSettings> settings, AccountLock accountLock, OneWriter writer, TimeProvider time)
{
    private const int MostTries = 8;

    public string NameOf(ConsoleRole role) => role == ConsoleRole.Admin ? settings.Value.Roles.Admin : settings.Value.Roles.Support;

    /// <returns>The account's greatest role; null where it has none.</returns>
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
        await database.Users.Where(row => row.Id == accountId).Select(LockColumns.Of).SingleOrDefaultAsync() is { } columns && accountLock.Of(columns) is LockState.Open or LockState.Paused
            ? await OfAsync(database, accountId)
            : null;

    /// <summary>The accounts that may do all and can sign in.</summary>
    public async Task<List<string>> AdminsAsync(AccountsContext database)
    {
        var admins = await (from role in Marked(database)
                            join member in database.UserRoles on role.Id equals member.RoleId
                            join account in database.Users on member.UserId equals account.Id
                            where role.NormalizedName == Key(ConsoleRole.Admin)
                            select new { account.Id, Lock = new LockColumns(account.LockoutEnabled, account.LockoutEnd, account.Own!.SecuredLock) }).ToListAsync();
        return [.. admins.Where(admin => accountLock.Of(admin.Lock) is LockState.Open or LockState.Paused).Select(admin => admin.Id)];
    }

    /// <summary>False where a role of that name belongs to another application.</summary>
    public async Task<bool> IsOursOrFreeAsync(ConsoleRole role)
    {
        await using var database = await contexts.CreateDbContextAsync();
        return await ClaimAsync(database, role) is not null;
    }

    /// <param name="accountId">Who gets it.</param>
    /// <param name="role">Made, or claimed where nobody has it, if need be.</param>
    /// <param name="actor">The id of the admin who gives it; null on the command line.</param>
    /// <param name="reason">Why, in his words.</param>
    /// <param name="client">Where he sits.</param>
    public Task<RoleOutcome> GrantAsync(string accountId, ConsoleRole role, string? actor, string? reason = null, string? client = null) => TryAsync(async database =>
    {
        if (await ClaimAsync(database, role) is not { } row)
            return RoleOutcome.NotOurs;
        if (await database.UserRoles.AnyAsync(member => member.RoleId == row.Id && member.UserId == accountId))
            return RoleOutcome.Unchanged;

        database.Add(new IdentityUserRole<string> { RoleId = row.Id, UserId = accountId });
        return await SaveAsync(database, row, Event(RecoveryEventKind.RoleGranted, accountId, role, actor, reason, client));
    });

    /// <summary>Takes a role; of several admins who take each other's at the same moment, one keeps his.</summary>
    public Task<RoleOutcome> RemoveAsync(string accountId, ConsoleRole role, string? actor, string? reason = null, string? client = null) => TryAsync(async database =>
    {
        var row = await Marked(database).SingleOrDefaultAsync(known => known.NormalizedName == Key(role));
        var member = row is null ? null : await database.UserRoles.SingleOrDefaultAsync(known => known.RoleId == row.Id && known.UserId == accountId);
        if (member is null)
            return RoleOutcome.Unchanged;
        if (role == ConsoleRole.Admin && !await IsAnyoneLeftAsync(database, member))
            return RoleOutcome.LastAdmin;

        database.Remove(member);
        return await SaveAsync(database, row!, Event(RecoveryEventKind.RoleRemoved, accountId, role, actor, reason, client));
    });

    /// <summary>Until the transaction ends nobody else's act is judged and no role changes: a write that changes nothing takes the rows' locks.</summary>
    public Task HoldAsync(AccountsContext database) => database.Roles
        .Where(role => role.NormalizedName == Key(ConsoleRole.Admin) || role.NormalizedName == Key(ConsoleRole.Support))
        .ExecuteUpdateAsync(role => role.SetProperty(known => known.ConcurrencyStamp, known => known.ConcurrencyStamp));

    /// <summary>
    /// Whether an admin could do without this one; where so, the change that is about to be saved and changes of the
    /// role's members exclude each other.
    /// </summary>
    public async Task<bool> CanSpareAsync(AccountsContext database, string accountId)
    {
        var row = await Marked(database).SingleAsync(known => known.NormalizedName == Key(ConsoleRole.Admin));
        row.ConcurrencyStamp = Guid.NewGuid().ToString();
        return await IsAnyoneLeftAsync(database, new IdentityUserRole<string> { RoleId = row.Id, UserId = accountId });
    }

    private static IQueryable<IdentityRole> Marked(AccountsContext database) =>
        database.Roles.Where(role => database.RoleClaims.Any(claim => claim.RoleId == role.Id && claim.ClaimType == RoleMark.ClaimType));

    private async Task<bool> IsAnyoneLeftAsync(AccountsContext database, IdentityUserRole<string> leaving)
    {
        var others = await database.Users
            .Where(account => account.Id != leaving.UserId && database.UserRoles.Any(member => member.RoleId == leaving.RoleId && member.UserId == account.Id))
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

        database.Add(RoleMark.For(row));
        return row;
    }

    // The role's concurrency stamp makes changes of its members follow one another, on any number of nodes.
    private static async Task<RoleOutcome> SaveAsync(AccountsContext database, IdentityRole row, RecoveryEvent line)
    {
        row.ConcurrencyStamp = Guid.NewGuid().ToString();
        database.Add(line);
        await database.SaveChangesAsync();
        return RoleOutcome.Done;
    }

    private async Task<RoleOutcome> TryAsync(Func<AccountsContext, Task<RoleOutcome>> change)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await writer.RunAsync(async () =>
                {
                    await using var database = await contexts.CreateDbContextAsync();
                    return await change(database);
                });
            }
            catch (DbUpdateException fault) when (tries < MostTries && fault.IsConflict())
            {
                // Another node changed the role's members, or made the role, in the meantime.
            }
        }
    }

    private RecoveryEvent Event(RecoveryEventKind kind, string accountId, ConsoleRole role, string? actor, string? reason, string? client) =>
        new() { At = time.GetUtcNow(), Kind = kind, AccountId = accountId, Actor = actor, Client = client, Detail = $"{role} of the console", Reason = reason };

    private string Key(ConsoleRole role) => normalizer.NormalizeName(NameOf(role));
}
