using OneTimeJwt.Web.Links;

namespace OneTimeJwt.Web.Admin;

/// <summary>What has to be known of an account before somebody is invited to it.</summary>
internal sealed class InvitedAccounts(
    AccountsContext database,
    AccountLookup lookup,
    HostColumns columns,
    IOptions<RecoverySettings> recovery)
{
    /// <summary>The accounts that are listed under an address, two at most.</summary>
    /// <param name="address">Whom to invite.</param>
    /// <param name="orName">Whether it may stand in the user name as well.</param>
    public Task<List<Account>> FindAsync(string address, bool orName)
    {
        var spellings = lookup.Spellings(address);
        var found = orName
            ? database.Users.Where(row => spellings.Contains(row.NormalizedEmail!) || spellings.Contains(row.NormalizedUserName!))
            : database.Users.Where(row => spellings.Contains(row.NormalizedEmail!));
        return found.OrderBy(row => row.Id).Take(2).ToListAsync();
    }

    /// <summary>Whether it has that address, whatever its normalised column says.</summary>
    public bool HasAddress(Account account, string address) => lookup.HasAddress(account.Email, address);

    /// <summary>Whether it signs in through another provider only, and such accounts get no links.</summary>
    public async Task<bool> IsExternalOnlyAsync(Account account) =>
        !account.HasPassword
        && !recovery.Value.AllowExternalOnly
        && await database.UserLogins.AnyAsync(login => login.UserId == account.Id);

    /// <summary>The settings that new accounts lack; nothing where the database refused one for another reason.</summary>
    public async Task<IReadOnlyList<string>> MissingSettingsAsync(DbUpdateException refusal) =>
        DatabaseFaults.Of(refusal) == DatabaseFault.MissingValue ? [.. (await columns.UnsetAsync()).Select(HostColumns.SettingOf)] : [];
}
