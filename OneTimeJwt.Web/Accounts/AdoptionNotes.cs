using System.Globalization;
using System.Text.RegularExpressions;

namespace OneTimeJwt.Web.Accounts;

/// <summary>How many accounts of an adopted database differ from what this app would have written, and what that means.</summary>
internal sealed partial class AdoptionNotes(
    ILookupNormalizer normalizer, AccountLookup lookup, AccountLock accountLock, IOptions<AccountsSettings> settings)
{
    private const string AuthenticatorKey = "AuthenticatorKey";

    public async Task<IReadOnlyList<string>> OfAsync(AccountsContext database)
    {
        var accounts = 0;
        var oddities = Oddities();
        var counts = new int[oddities.Length];
        await foreach (var row in Rows(database).AsAsyncEnumerable())
        {
            accounts++;
            for (var i = 0; i < oddities.Length; i++)
                counts[i] += oddities[i].Has(row) ? 1 : 0;
        }

        return
        [
            Noun(accounts, "account") + ".",
            .. await SharedAsync(database.Users),
            .. oddities.Zip(counts).SelectMany(pair => Told(pair.Second, "account", pair.First.Text)),
            .. await OtherFactorsAsync(database),
            .. Indexes(database),
        ];
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

    private (Func<Row, bool> Has, string Text)[] Oddities() =>
    [
        (row => string.IsNullOrEmpty(row.SecurityStamp),
            "[has|have] no security stamp: [it is|they are] given one when [its|a] first link is mailed, or when [its|their] owner "
                + "signs in."),
        (row => IsListedOtherwise(row.Email, row.NormalizedEmail),
            "[has|have] a NormalizedEmail that another normaliser wrote (in lower case, or by the rules of Turkish): [it is|they are] "
                + "found all the same."),
        (row => IsUnlisted(row.Email, row.NormalizedEmail),
            "[has|have] a NormalizedEmail that isn't [its|their] address: [it isn't|they aren't] found by that. " + Mend("Email")),
        (row => IsListedOtherwise(row.UserName, row.NormalizedUserName),
            "[has|have] a NormalizedUserName that another normaliser wrote: [it is|they are] found all the same."),
        (row => IsUnlisted(row.UserName, row.NormalizedUserName),
            "[has|have] a NormalizedUserName that isn't [its|their] user name: [it isn't|they aren't] found by that. " + Mend("UserName")),
        (row => string.IsNullOrEmpty(row.Email),
            "[has|have] no address: no link can be mailed to [it|them], and [it|they] can't sign in here."),
        (row => !string.IsNullOrEmpty(row.Email) && !row.EmailConfirmed,
            "[has|have] an address that was never confirmed: [it|they] can't sign in here before [its|their] owner confirmed it, or "
                + "chose a password by link."),
        (row => row.PasswordHash is null,
            "[has|have] no password and [signs|sign] in through another provider: [it gets|they get] a mail that names it and no link, "
                + "unless Recovery:AllowExternalOnly is true."),
        (row => row.PasswordHash is { } hash && HashFormats.Of(hash) == HashFormat.V2,
            "[has a password hash|have password hashes] of Identity's version 2: where a .NET Framework application reads [it|them], set "
                + "Accounts:Hashes:Format to IdentityV2."),
        (row => row.PasswordHash is { } hash && HashFormats.Of(hash) == HashFormat.Other,
            "[has a password hash that isn't|have password hashes that aren't] Identity's own: [it|they] can't sign in here until "
                + "[its|their] password was reset, and your site has to know Identity's format then."),
        (row => StateOf(row) == LockState.Banned,
            $"[is|are] locked {Longer}: [it gets|they get] no link and no session here, and nothing here lifts that."),
        (row => row.IsInactive,
            "may not sign in by Database:Identity:Active: [it is treated as one that is|they are treated as ones that are] locked for "
                + "good."),
        (row => StateOf(row) == LockState.Paused,
            "[is|are] locked out for a while, as wrong guesses cause it: choosing a password by link ends that."),
        (row => !row.LockoutEnabled && StateOf(row with { LockoutEnabled = true }) == LockState.Banned,
            "[has|have] a date far ahead in LockoutEnd that Identity ignores, since LockoutEnabled is 0: [it counts|they count] as open. "
                + "Set LockoutEnabled to 1 where it was meant as a ban."),
    ];

    private LockState StateOf(Row row) =>
        accountLock.Of(new LockColumns(row.LockoutEnabled, row.LockoutEnd, SecuredLock: null, IsInactive: false));

    private bool IsListedOtherwise(string? plain, string? normalised) =>
        IsNormalisedOtherwise(plain, normalised) && lookup.Spellings(plain!).Contains(normalised, StringComparer.Ordinal);

    private bool IsUnlisted(string? plain, string? normalised) =>
        IsNormalisedOtherwise(plain, normalised) && !lookup.Spellings(plain!).Contains(normalised, StringComparer.Ordinal);

    private bool IsNormalisedOtherwise(string? plain, string? normalised) =>
        !string.IsNullOrEmpty(plain) && Addresses.CanBeNormalised(plain) && normalizer.NormalizeEmail(plain) != normalised;

    private static async Task<IEnumerable<string>> SharedAsync(IQueryable<Account> users)
    {
        const int Most = AccountLookup.MaxAtSignIn;
        var shared = await users.Where(account => account.NormalizedEmail != null).GroupBy(account => account.NormalizedEmail)
            .Where(alike => alike.Count() > 1).Select(alike => alike.Count()).ToListAsync();
        var lookAlikes = await users.CountAsync(
            account =>
                account.NormalizedUserName != account.NormalizedEmail
                && users.Any(other => other.Id != account.Id && other.NormalizedEmail == account.NormalizedUserName));
        return
        [
            .. Told(shared.Count, "address",
                "[belongs|belong] to several accounts: each gets a mail of its own that names it, and at sign-in the password decides."),
            .. Told(shared.Count(alike => alike > Most), "address",
                $"[belongs|belong] to more than {Most} accounts: sign-in by [it|them] tries {Most}; the others sign in by user name."),
            .. Told(lookAlikes, "user name",
                "[is another account's address|are other accounts' addresses]: who types [it|one] gets in with either password, and "
                    + "guesses count against that address."),
        ];
    }

    // Our own table is not there yet.
    private static async Task<IEnumerable<string>> OtherFactorsAsync(AccountsContext database) =>
        !database.Identity.Has("UserTokens") ? [] : Told(
            await database.Users.CountAsync(
                account =>
                    account.TwoFactorEnabled
                    && !database.UserTokens.Any(token =>
                        token.UserId == account.Id
                        && token.LoginProvider == Account.TokenStore
                        && token.Name == AuthenticatorKey
                        && token.Value != null
                        && token.Value != "")),
            "account",
            "[has|have] two-factor on without an authenticator app: here [it is|they are] asked for a code that is mailed to [it|them].");

    private static IEnumerable<string> Indexes(AccountsContext database)
    {
        if (database.SearchCollation is not { } collation)
            yield break;

        var identity = database.Identity;
        var (id, users) = (identity.Quote(identity.ColumnOf("Id")), identity.Table("Users"));
        if (identity.KeyType != AccountKeyType.String)
            id = $"({id}::text)";
        yield return "With many accounts the console's search wants indexes that Identity doesn't make: "
            + $"""CREATE INDEX CONCURRENTLY ON {users} (<column> COLLATE "{collation}", {id} COLLATE "{collation}") """
            + $"""for "{identity.ColumnOf("NormalizedEmail")}" and for "{identity.ColumnOf("NormalizedUserName")}". """
            + "They are yours to make; it works without.";
    }

    private string Longer =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"for longer than {settings.Value.LongestGuessingLockout.TotalHours:0.##} hours (Accounts:LongestGuessingLockout)");

    private static string Mend(string column) => $"Have your application write Normalized{column} again from {column}, in its own way.";

    /// <param name="count">Of what it is true; nothing is said of none.</param>
    /// <param name="noun">What that is.</param>
    /// <param name="text">What is said of it: <c>[of one|of several]</c>.</param>
    private static IEnumerable<string> Told(int count, string noun, string text) =>
        count == 0 ? [] : [$"{Noun(count, noun)} {OneOrSeveral().Replace(text, count == 1 ? "$1" : "$2")}"];

    private static string Noun(int count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {noun}{(count == 1 ? "" : noun is [.., 's'] ? "es" : "s")}");

    [GeneratedRegex(@"\[([^|]*)\|([^\]]*)\]")]
    private static partial Regex OneOrSeveral();

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
