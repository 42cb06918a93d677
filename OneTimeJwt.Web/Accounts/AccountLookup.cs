namespace OneTimeJwt.Web.Accounts;

/// <summary>The accounts that a typed name or address may mean.</summary>
/// <param name="ByAddress">Those that have it as their address.</param>
/// <param name="ByName">The one that has it as its user name only.</param>
public sealed record AccountCandidates(IReadOnlyList<Account> ByAddress, Account? ByName);

/// <summary>
/// Finds accounts by their normalised columns, also where another application normalises differently: in lower case,
/// or by the rules of Turkish. Each is a look-up in the same index.
/// </summary>
public sealed class AccountLookup(ILookupNormalizer normalizer)
{
    /// <summary>How many accounts of one address are tried at sign-in; the others use their user names.</summary>
    public const int MaxAtSignIn = 4;

    // SQL Server takes 2,100 parameters.
    private const int MaxAtOnce = 1000;

    /// <param name="text">A name or an address; one that can be normalised.</param>
    /// <returns>How it may stand in a normalised column, with its domain in either form; our own way first.</returns>
    public IReadOnlyList<string> Spellings(string text) =>
        [
            .. AddressForms
                .Of(text)
                .Select(Normalised)
                .SelectMany(ours => new[] { ours, ours.ToLowerInvariant(), ours.Replace('I', 'İ') })
                .Distinct(StringComparer.Ordinal),
        ];

    /// <summary>What addresses are compared and hashed by: equal for those that are one.</summary>
    public string KeyOf(string address) => Normalised(AddressForms.InAscii(address));

    private string Normalised(string text) => normalizer.NormalizeEmail(text)!;

    /// <summary>Whether an account has this address, whatever its normalised column says.</summary>
    public bool HasAddress(string? stored, string address) =>
        !string.IsNullOrWhiteSpace(stored) && Addresses.CanBeNormalised(stored)
        && KeyOf(stored.Trim()).Equals(KeyOf(address), StringComparison.Ordinal);

    /// <summary>Of accounts whose normalised column fits, those that have the address; where none has, those that had
    /// it and are listed under it still.</summary>
    private IReadOnlyList<T> WithAddress<T>(IReadOnlyList<T> listed, Func<T, string?> address, string text)
    {
        var exact = listed.Where(account => HasAddress(address(account), text)).ToList();
        return exact.Count > 0 ? exact : listed;
    }

    /// <summary>The accounts of many addresses, those of each ahead whose owner has confirmed it.</summary>
    /// <param name="database">Where to look.</param>
    /// <param name="addresses">As they were typed.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    /// <returns>Ids by typed address.</returns>
    public async Task<ILookup<string, string>> IdsOfAsync(
        AccountsContext database,
        IReadOnlyCollection<string> addresses,
        CancellationToken cancellationToken)
    {
        var listed = await ByAddressAsync(database, addresses, cancellationToken);
        return (from pair in listed
                from row in WithAddress(pair.Value, row => row.Plain, pair.Key)
                orderby row.Confirmed descending, row.Id
                select (pair.Key, row.Id)).ToLookup(pair => pair.Key, pair => pair.Id, StringComparer.Ordinal);
    }

    /// <returns>Ids by those addresses under which one account is listed and no other.</returns>
    public async Task<Dictionary<string, string>> SoleIdsOfAsync(
        AccountsContext database, IReadOnlyCollection<string> addresses, CancellationToken cancellationToken)
    {
        var listed = await ByAddressAsync(database, [.. addresses.Where(Addresses.CanBeNormalised)], cancellationToken);
        return listed.Where(pair => pair.Value.Count == 1)
            .ToDictionary(pair => pair.Key, pair => pair.Value[0].Id, StringComparer.Ordinal);
    }

    private Task<Dictionary<string, IReadOnlyList<Listed>>> ByAddressAsync(
        AccountsContext database, IReadOnlyCollection<string> addresses, CancellationToken cancellationToken) =>
        ListedAsync(addresses, wanted => database.Users.Where(account => wanted.Contains(account.NormalizedEmail!))
            .Select(account => new Listed(account.Id, account.Email, account.NormalizedEmail!, account.EmailConfirmed)), cancellationToken);

    /// <summary>The same by user name.</summary>
    public async Task<ILookup<string, string>> IdsByNameAsync(
        AccountsContext database,
        IReadOnlyCollection<string> names,
        CancellationToken cancellationToken)
    {
        var listed = await ListedAsync(
            names,
            wanted =>
                database
                    .Users.Where(account => wanted.Contains(account.NormalizedUserName!))
                    .Select(account => new Listed(account.Id, account.UserName, account.NormalizedUserName!, account.EmailConfirmed)),
            cancellationToken);
        return (from pair in listed from row in pair.Value orderby row.Id select (pair.Key, row.Id)).ToLookup(
            pair => pair.Key,
            pair => pair.Id,
            StringComparer.Ordinal);
    }

    /// <summary>Whether another account has it as its address or its user name.</summary>
    public Task<bool> IsTakenAsync(AccountsContext database, Account account, string address)
    {
        var spellings = Spellings(address);
        return database.Users.AnyAsync(other =>
            other.Id != account.Id && (spellings.Contains(other.NormalizedEmail!) || spellings.Contains(other.NormalizedUserName!)));
    }

    /// <summary>Normalises an address as the former one was: the application that made the row finds it by that.</summary>
    public string NormalizeLike(string? formerNormalized, string? former, string address)
    {
        var ours = Normalised(address);
        var wasLower = former is not null && formerNormalized is not null && Addresses.CanBeNormalised(former)
            && !formerNormalized.Equals(Normalised(former), StringComparison.Ordinal)
            && formerNormalized.Equals(Normalised(former).ToLowerInvariant(), StringComparison.Ordinal);
        return wasLower ? ours.ToLowerInvariant() : ours;
    }

    // A collation may ignore case and spaces at the end, and so find more than was asked for.
    private async Task<Dictionary<string, IReadOnlyList<Listed>>> ListedAsync(
        IReadOnlyCollection<string> texts, Func<string[], IQueryable<Listed>> query, CancellationToken cancellationToken)
    {
        var spellings = texts.Distinct(StringComparer.Ordinal).ToDictionary(text => text, Spellings, StringComparer.Ordinal);
        var rows = new List<Listed>();
        foreach (var wanted in spellings.Values.SelectMany(keys => keys).Distinct(StringComparer.Ordinal).Chunk(MaxAtOnce))
            rows.AddRange(await query(wanted).ToListAsync(cancellationToken));

        var byKey = rows.DistinctBy(row => row.Id).ToLookup(row => row.Normalized.Trim(), StringComparer.OrdinalIgnoreCase);
        return spellings.ToDictionary(
            pair => pair.Key,
            pair => (IReadOnlyList<Listed>)[.. pair.Value.SelectMany(key => byKey[key]).DistinctBy(row => row.Id)],
            StringComparer.Ordinal);
    }

    private sealed record Listed(string Id, string? Plain, string Normalized, bool Confirmed);

    public async Task<AccountCandidates> FindAsync(AccountsContext database, string text)
    {
        if (string.IsNullOrWhiteSpace(text) || !Addresses.CanBeNormalised(text))
            return new AccountCandidates([], null);

        try
        {
            var spellings = Spellings(text);
            // Anyone may register an account with another person's address, and only its owner can confirm it.
            var addressed = await database.Users.Where(account => spellings.Contains(account.NormalizedEmail!))
                .OrderByDescending(account => account.EmailConfirmed).ThenBy(account => account.Id).Take(MaxAtSignIn).ToListAsync();
            var named = await database.Users.Where(account => spellings.Contains(account.NormalizedUserName!))
                .OrderBy(account => account.Id).Take(MaxAtSignIn).ToListAsync();
            var byAddress = WithAddress(addressed, account => account.Email, text);
            return new AccountCandidates(byAddress, named.Find(account => byAddress.All(other => other.Id != account.Id)));
        }
        catch (Exception fault) when (fault.IsUnreadableRow())
        {
            return new AccountCandidates([], null);
        }
    }
}
