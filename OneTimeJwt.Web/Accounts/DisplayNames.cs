namespace OneTimeJwt.Web.Accounts;

/// <summary>People's names from the host's column, where one is set.</summary>
internal sealed class DisplayNames(HostColumns columns)
{
    private const int Longest = 400;

    /// <returns>Null where no column is set, and for who has no name.</returns>
    public async Task<string?> OfAsync(AccountsContext database, string accountId)
    {
        if (await columns.DisplayNameAsync(database) is not { } column)
            return null;

        var identity = database.Identity;
        var text = database is SqlServerAccounts ? "nvarchar(max)" : "text";
        var query = $"SELECT substring(CAST({identity.Quote(column).InFormat()} AS {text}), 1, {Longest}) AS {identity.Quote("Value")} "
            + $"FROM {identity.Table("Users").InFormat()} WHERE {identity.RowSql}";
        var names = await database.Database.SqlQueryRaw<string?>(query, identity.KeyValues(accountId)).ToListAsync();
        return names is [{ } name] ? PlainName.Of(name) : null;
    }
}
