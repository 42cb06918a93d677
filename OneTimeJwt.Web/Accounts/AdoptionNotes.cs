using System.Globalization;

namespace OneTimeJwt.Web.Accounts;

/// <summary>Texts about the differences in an adopted database, with their numbers and what they mean.</summary>
internal sealed class AdoptionNotes(AdoptionCounter counter, IOptions<AccountsSettings> settings)
{
    public async Task<IReadOnlyList<string>> OfAsync(AccountsContext database, CancellationToken cancellationToken)
    {
        var counts = await counter.CountAsync(database, cancellationToken);
        var notes = new List<string> { Noun(counts.Accounts, "account") + "." };
        notes.AddRange(Lines(counts));
        if (database.SearchCollation is { } collation)
        {
            var identity = database.Identity;
            var (id, users) = (database.Quote(identity.ColumnOf("Id")), identity.Table("Users", database.Quote));
            if (identity.KeyType != AccountKeyType.String)
                id = $"({id}::text)";
            notes.Add(
                "With many accounts the console's search wants indexes that Identity doesn't make: "
                + $"""CREATE INDEX CONCURRENTLY ON {users} (<column> COLLATE "{collation}", {id} COLLATE "{collation}") """
                + $"""for "{identity.ColumnOf("NormalizedEmail")}" and for "{identity.ColumnOf("NormalizedUserName")}". """
                + "They are yours to make; it works without.");
        }

        return notes;
    }

    private IEnumerable<string> Lines(AdoptionCounts counts) =>
        from line in new (int Count, string Noun, string One, string Many)[]
        {
            (counts.Shared, "address",
                "belongs to several accounts: each gets a mail of its own that names it, and at sign-in the password decides.",
                "belong to several accounts: each gets a mail of its own that names it, and at sign-in the password decides."),
            (counts.SharedByMany, "address",
                $"belongs to more than {AccountLookup.MaxAtSignIn} accounts: sign-in by it tries {AccountLookup.MaxAtSignIn}; the "
                    + "others sign in by user name.",
                $"belong to more than {AccountLookup.MaxAtSignIn} accounts: sign-in by them tries {AccountLookup.MaxAtSignIn}; the "
                    + "others sign in by user name."),
            (
                counts.LookAlikes,
                "user name",
                "is another account's address: who types it gets in with either password, and guesses count against that address.",
                "are other accounts' addresses: who types one gets in with either password, and guesses count against that address."),
            (counts.NoStamp, "account",
                "has no security stamp: it is given one when its first link is mailed, or when its owner signs in.",
                "have no security stamp: they are given one when a first link is mailed, or when their owner signs in."),
            (counts.Addresses.Otherwise, "account",
                "has a NormalizedEmail that another normaliser wrote (in lower case, or by the rules of Turkish): "
                + "it is found all the same.",
                "have a NormalizedEmail that another normaliser wrote (in lower case, or by the rules of Turkish): they are found all "
                    + "the same."),
            (
                counts.Addresses.Unlisted,
                "account",
                $"has a NormalizedEmail that isn't its address: it isn't found by that. {Mend("Email")}",
                $"have a NormalizedEmail that isn't their address: they aren't found by that. {Mend("Email")}"),
            (
                counts.Names.Otherwise,
                "account",
                "has a NormalizedUserName that another normaliser wrote: it is found all the same.",
                "have a NormalizedUserName that another normaliser wrote: they are found all the same."),
            (
                counts.Names.Unlisted,
                "account",
                $"has a NormalizedUserName that isn't its user name: it isn't found by that. {Mend("UserName")}",
                $"have a NormalizedUserName that isn't their user name: they aren't found by that. {Mend("UserName")}"),
            (
                counts.NoAddress,
                "account",
                "has no address: no link can be mailed to it, and it can't sign in here.",
                "have no address: no link can be mailed to them, and they can't sign in here."),
            (
                counts.Unconfirmed,
                "account",
                "has an address that was never confirmed: "
                + "it can't sign in here before its owner confirmed it, or chose a password by link.",
                "have an address that was never confirmed: they can't sign in here before their owner confirmed it, or chose a "
                    + "password by link."),
            (
                counts.NoPassword,
                "account",
                "has no password and signs in through another provider: it gets a mail that names it and no link, unless "
                    + "Recovery:AllowExternalOnly is true.",
                "have no password and sign in through another provider: they get a mail that names it and no link, unless "
                    + "Recovery:AllowExternalOnly is true."),
            (
                counts.V2Hashes,
                "account",
                "has a password hash of Identity's version 2: where a .NET Framework application reads it, set Accounts:Hashes:Format "
                    + "to IdentityV2.",
                "have password hashes of Identity's version 2: where a .NET Framework application reads them, set "
                    + "Accounts:Hashes:Format to IdentityV2."),
            (
                counts.OtherHashes,
                "account",
                "has a password hash that isn't Identity's own: it can't sign in here until its password was reset, and your site has "
                    + "to know Identity's format then.",
                "have password hashes that aren't Identity's own: they can't sign in here until their password was reset, and your "
                    + "site has to know Identity's format then."),
            (
                counts.Banned,
                "account",
                $"is locked {Longer}: it gets no link and no session here, and nothing here lifts that.",
                $"are locked {Longer}: they get no link and no session here, and nothing here lifts that."),
            (
                counts.Inactive,
                "account",
                "may not sign in by Database:Identity:Active: it is treated as one that is locked for good.",
                "may not sign in by Database:Identity:Active: they are treated as ones that are locked for good."),
            (
                counts.Paused,
                "account",
                "is locked out for a while, as wrong guesses cause it: choosing a password by link ends that.",
                "are locked out for a while, as wrong guesses cause it: choosing a password by link ends that."),
            (
                counts.Ignored,
                "account",
                "has a date far ahead in LockoutEnd that Identity ignores, since LockoutEnabled is 0: it counts as open. Set "
                    + "LockoutEnabled to 1 where it was meant as a ban.",
                "have a date far ahead in LockoutEnd that Identity ignores, since LockoutEnabled is 0: they count as open. Set "
                    + "LockoutEnabled to 1 where it was meant as a ban."),
            (
                counts.OtherFactors,
                "account",
                "has two-factor on without an authenticator app: here it is asked for a code that is mailed to it.",
                "have two-factor on without an authenticator app: here they are asked for a code that is mailed to them."),
        }
        where line.Count > 0
        select $"{Noun(line.Count, line.Noun)} {(line.Count == 1 ? line.One : line.Many)}";

    private string Longer =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"for longer than {settings.Value.LongestGuessingLockout.TotalHours:0.##} hours (Accounts:LongestGuessingLockout)");

    private static string Mend(string column) => $"Have your application write Normalized{column} again from {column}, in its own way.";

    private static string Noun(int count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {noun}{(count == 1 ? "" : noun is [.., 's'] ? "es" : "s")}");
}
