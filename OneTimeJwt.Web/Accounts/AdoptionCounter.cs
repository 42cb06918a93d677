namespace OneTimeJwt.Web.Accounts;

/// <summary>How many accounts of another application's database differ from what this app would have written.</summary>
internal sealed class AdoptionCounts
{
    public int Accounts;
    public int Shared;
    public int SharedByMany;
    public int LookAlikes;
    public int NoStamp;
    public int NoAddress;
    public int Unconfirmed;
    public int NoPassword;
    public int V2Hashes;
    public int OtherHashes;
    public int Banned;
    public int Inactive;
    public int Paused;
    public int Ignored;
    public int OtherFactors;
    public (int Otherwise, int Unlisted) Addresses;
    public (int Otherwise, int Unlisted) Names;
}

internal sealed class AdoptionCounter(ILookupNormalizer normalizer, AccountLookup lookup, AccountLock accountLock)
{
    private const string AuthenticatorKey = "AuthenticatorKey";

    public async Task<AdoptionCounts> CountAsync(AccountsContext database, CancellationToken cancellationToken)
    {
        var counts = new AdoptionCounts();
        await foreach (var row in Rows(database).AsAsyncEnumerable().WithCancellation(cancellationToken))
            Count(counts, row);
        await CountPairsAsync(counts, database, cancellationToken);
        return counts;
    }

    // Columns only: the table of our own is not there yet.
    private static IQueryable<Row> Rows(AccountsContext database) => database.Users.Select(account => new Row(
        account.UserName,
        account.NormalizedUserName,
        account.Email,
        account.NormalizedEmail,
        account.EmailConfirmed,
        account.PasswordHash,
        account.SecurityStamp,
        account.LockoutEnabled,
        account.LockoutEnd,
        account.IsInactive));

    private void Count(AdoptionCounts counts, Row row)
    {
        counts.Accounts++;
        counts.NoStamp += string.IsNullOrEmpty(row.SecurityStamp) ? 1 : 0;
        counts.NoAddress += string.IsNullOrEmpty(row.Email) ? 1 : 0;
        counts.Unconfirmed += !string.IsNullOrEmpty(row.Email) && !row.EmailConfirmed ? 1 : 0;
        Count(ref counts.Addresses, row.Email, row.NormalizedEmail);
        Count(ref counts.Names, row.UserName, row.NormalizedUserName);

        if (row.PasswordHash is null)
            counts.NoPassword++;
        else if (HashFormats.Of(row.PasswordHash) is var format && format != HashFormat.V3)
            (counts.V2Hashes, counts.OtherHashes) =
                format == HashFormat.V2 ? (counts.V2Hashes + 1, counts.OtherHashes) : (counts.V2Hashes, counts.OtherHashes + 1);

        counts.Inactive += row.IsInactive ? 1 : 0;
        var state = accountLock.Of(new LockColumns(row.LockoutEnabled, row.LockoutEnd, SecuredLock: null, IsInactive: false));
        counts.Banned += state == LockState.Banned ? 1 : 0;
        counts.Paused += state == LockState.Paused ? 1 : 0;
        counts.Ignored +=
            !row.LockoutEnabled
            && accountLock.IsBanned(new LockColumns(LockoutEnabled: true, row.LockoutEnd, SecuredLock: null, IsInactive: false))
                ? 1
                : 0;
    }

    private void Count(ref (int Otherwise, int Unlisted) counts, string? plain, string? normalised)
    {
        if (string.IsNullOrEmpty(plain) || !Addresses.CanBeNormalised(plain) || normalizer.NormalizeEmail(plain) == normalised)
            return;
        if (lookup.Spellings(plain).Contains(normalised, StringComparer.Ordinal))
            counts.Otherwise++;
        else
            counts.Unlisted++;
    }

    private static async Task CountPairsAsync(AdoptionCounts counts, AccountsContext database, CancellationToken cancellationToken)
    {
        var users = database.Users;
        var shared = await users.Where(account => account.NormalizedEmail != null).GroupBy(account => account.NormalizedEmail)
            .Where(alike => alike.Count() > 1).Select(alike => alike.Count()).ToListAsync(cancellationToken);
        (counts.Shared, counts.SharedByMany) = (shared.Count, shared.Count(alike => alike > AccountLookup.MaxAtSignIn));
        counts.LookAlikes = await users.CountAsync(
            account =>
                account.NormalizedUserName != account.NormalizedEmail
                && users.Any(other => other.Id != account.Id && other.NormalizedEmail == account.NormalizedUserName),
            cancellationToken);
        // Our own table is not there yet.
        if (!database.Identity.Has("UserTokens"))
            return;
        counts.OtherFactors = await users.CountAsync(
            account =>
                account.TwoFactorEnabled
                && !database.UserTokens.Any(token =>
                    token.UserId == account.Id
                    && token.LoginProvider == Account.TokenStore
                    && token.Name == AuthenticatorKey
                    && token.Value != null
                    && token.Value != ""),
            cancellationToken);
    }

    private sealed record Row(
        string? UserName,
        string? NormalizedUserName,
        string? Email,
        string? NormalizedEmail,
        bool EmailConfirmed,
        string? PasswordHash,
        string? SecurityStamp,
        bool LockoutEnabled,
        DateTimeOffset? LockoutEnd,
        bool IsInactive);
}
