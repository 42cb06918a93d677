namespace OneTimeJwt.Web.Accounts;

/// <summary>How an account is called whose address doesn't say which one is meant. One of the names is there.</summary>
/// <param name="UserName">What it signs in with.</param>
/// <param name="DisplayName">What the host calls it.</param>
public sealed record AccountLabel(string? UserName, string? DisplayName)
{
    /// <summary>The first, and the second in parentheses.</summary>
    public IReadOnlyList<string> Names { get; } = [.. new[] { UserName, DisplayName == UserName ? null : DisplayName }.OfType<string>()];
}

/// <summary>Names accounts where several have one address, and only there.</summary>
internal sealed class AccountLabels(DisplayNames names, AccountLookup lookup)
{
    /// <param name="database">Where to look.</param>
    /// <param name="account">As it was read.</param>
    /// <returns>Null where the address is this account's alone.</returns>
    public Task<AccountLabel?> OfAsync(AccountsContext database, Account account) => OfAsync(database, account.Id, account.Email);

    /// <param name="database">Where to look.</param>
    /// <param name="accountId">Whose name it is.</param>
    /// <param name="address">What it is known by, such as where a mail goes.</param>
    /// <returns>Null where no other account has that address.</returns>
    public async Task<AccountLabel?> OfAsync(AccountsContext database, string accountId, string? address)
    {
        if (string.IsNullOrEmpty(address) || !Addresses.CanBeNormalised(address))
            return null;

        var spellings = lookup.Spellings(address);
        if (!await database.Users.AnyAsync(other => spellings.Contains(other.NormalizedEmail!) && other.Id != accountId))
            return null;

        var row = await database
            .Users.Where(account => account.Id == accountId)
            .Select(account => new { account.UserName, account.Email, account.EmailConfirmed })
            .FirstOrDefaultAsync();
        // Anyone may register an account with another person's address, under a name that is a message to them.
        if (row is { EmailConfirmed: false })
        {
            var name = row.UserName == row.Email ? PlainName.Of(row.UserName) : PlainName.OfStranger(row.UserName);
            return name is null ? null : new AccountLabel(name, DisplayName: null);
        }

        var label = new AccountLabel(PlainName.Of(row?.UserName), await names.OfAsync(database, accountId));
        return label.Names.Count == 0 ? null : label;
    }
}
