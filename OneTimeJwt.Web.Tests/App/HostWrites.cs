using OneTimeJwt.Web.Campaigns;

namespace OneTimeJwt.Web.Tests.App;

/// <summary>What other applications leave in the database, and do to it, that Identity would not.</summary>
internal static class HostWrites
{
    internal static readonly Dictionary<string, Func<TestApp, Account, Task>> Shapes = new()
    {
        ["failed count as large as it gets"] = (app, account) =>
            app.WriteAsync(account.Id, row => row.SetProperty(known => known.AccessFailedCount, int.MaxValue)),
        ["failed count below zero"] = (app, account) =>
            app.WriteAsync(account.Id, row => row.SetProperty(known => known.AccessFailedCount, -1)),
        ["no concurrency stamp"] = (app, account) =>
            app.WriteAsync(account.Id, row => row.SetProperty(known => known.ConcurrencyStamp, (string?)null)),
        ["security stamp of spaces"] = (app, account) =>
            app.WriteAsync(account.Id, row => row.SetProperty(known => known.SecurityStamp, "   ")),
        ["security stamp of a thousand characters"] = (app, account) =>
            app.WriteAsync(account.Id, row => row.SetProperty(known => known.SecurityStamp, new string('s', 1000))),
        ["no user name"] = (app, account) =>
            app.WriteAsync(
                account.Id,
                row =>
                    row.SetProperty(known => known.UserName, (string?)null).SetProperty(known => known.NormalizedUserName, (string?)null)),
        ["no user name beside a normalised one"] = (app, account) =>
            app.WriteAsync(account.Id, row => row.SetProperty(known => known.UserName, (string?)null)),
        ["user name of spaces"] = (app, account) => app.WriteAsync(account.Id, row => row.SetProperty(known => known.UserName, "  ")),
        ["no normalised user name"] = (app, account) =>
            app.WriteAsync(account.Id, row => row.SetProperty(known => known.NormalizedUserName, (string?)null)),
        ["telephone number of many lines"] = (app, account) =>
            app.WriteAsync(
                account.Id,
                row =>
                    row.SetProperty(known => known.PhoneNumber, string.Concat(Enumerable.Repeat("+49\r\n☎ ", 30)))
                        .SetProperty(known => known.PhoneNumberConfirmed, true)),
        ["address in other letters than it is normalised from"] = (app, account) =>
            app.WriteAsync(account.Id, row => row.SetProperty(known => known.Email, account.Email!.ToUpperInvariant())),
        ["claim without a value"] = (app, account) =>
            AddAsync(app, new IdentityUserClaim<string> { UserId = account.Id, ClaimType = "department" }),
        ["claim without a type"] = (app, account) =>
            AddAsync(app, new IdentityUserClaim<string> { UserId = account.Id, ClaimValue = "sales" }),
        ["claim of forty thousand characters"] = (app, account) =>
            AddAsync(
                app,
                new IdentityUserClaim<string>
                {
                    UserId = account.Id,
                    ClaimType = "picture",
                    ClaimValue = Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(30_000)),
                }),
        ["claims that look like ours"] = async (app, account) =>
        {
            await AddAsync(
                app,
                new IdentityUserClaim<string>
                {
                    UserId = account.Id,
                    ClaimType = System.Security.Claims.ClaimTypes.NameIdentifier,
                    ClaimValue = "somebody-else",
                });
            await AddAsync(
                app,
                new IdentityUserClaim<string>
                {
                    UserId = account.Id,
                    ClaimType = "AspNet.Identity.SecurityStamp",
                    ClaimValue = "another",
                });
        },
        ["tokens without values"] = async (app, account) =>
        {
            await AddAsync(app, Token(account, "AuthenticatorKey", null));
            await AddAsync(app, Token(account, "RecoveryCodes", null));
        },
        ["external login of no provider"] = (app, account) =>
            AddAsync(
                app,
                new IdentityUserLogin<string>
                {
                    UserId = account.Id,
                    LoginProvider = "",
                    ProviderKey = Guid.NewGuid().ToString(),
                    ProviderDisplayName = "",
                }),
        ["lock-out that ended in 1753"] = (app, account) =>
            app.WriteAsync(
                account.Id,
                row => row.SetProperty(known => known.LockoutEnd, new DateTimeOffset(1753, 1, 1, 0, 0, 0, TimeSpan.Zero))),
        ["lock-out that ended at the beginning"] = (app, account) =>
            app.WriteAsync(account.Id, row => row.SetProperty(known => known.LockoutEnd, DateTimeOffset.MinValue)),
        ["two-factor off with a key and codes of garbage"] = async (app, account) =>
        {
            await AddAsync(app, Token(account, "AuthenticatorKey", "\r\n<script>"));
            await AddAsync(app, Token(account, "RecoveryCodes", ";;;"));
        },
    };

    // What stands where recovery codes stand; null for no row at all.
    internal static readonly Dictionary<string, string?> CodeLists = new()
    {
        ["no row"] = null,
        ["an empty text"] = "",
        ["separators only"] = ";;;",
        ["a separator at the end"] = "KQ7RM-3WFTC;X2HDN-8VJPB;",
        ["two separators in the middle"] = "KQ7RM-3WFTC;;X2HDN-8VJPB",
        ["lines"] = "KQ7RM-3WFTC\nX2HDN-8VJPB",
        ["as they should be"] = "KQ7RM-3WFTC;X2HDN-8VJPB",
    };

    internal static readonly string[] FactorKinds = ["on", $"on,key={Factors.Key}", "on,passkey"];

    // What another application does while a link is out, and which links it ends.
    internal static readonly Dictionary<string, (Func<TestApp, Account, Task> Do, string[] Live)> Moves = new()
    {
        ["moves the address"] = ((app, account) => app.SetAsync(account.Id, address: MailedLinks.NewAddress()), ["secure"]),
        ["moves the address and not its normalised form"] = (
            (app, account) => app.WriteAsync(account.Id, row => row.SetProperty(known => known.Email, MailedLinks.NewAddress())),
            ["secure"]),
        ["moves the normalised address alone"] = (
            (app, account) =>
                app.WriteAsync(
                    account.Id,
                    row => row.SetProperty(known => known.NormalizedEmail, MailedLinks.NewAddress().ToUpperInvariant())),
            ["secure"]),
        ["takes the address away"] = (
            (app, account) =>
                app.WriteAsync(
                    account.Id,
                    row => row.SetProperty(known => known.Email, (string?)null).SetProperty(known => known.NormalizedEmail, (string?)null)),
            ["secure"]),
        ["renames it"] = (
            (app, account) =>
                app.WriteAsync(
                    account.Id,
                    row =>
                        row.SetProperty(known => known.UserName, "renamed " + account.Id)
                            .SetProperty(known => known.NormalizedUserName, "RENAMED " + account.Id.ToUpperInvariant())),
            ["reset", "confirm", "change", "invite", "secure"]),
        ["writes other letters of the same address"] = (
            (app, account) => app.WriteAsync(account.Id, row => row.SetProperty(known => known.Email, account.Email!.ToUpperInvariant())),
            ["reset", "confirm", "change", "invite", "secure"]),
        ["deletes it and makes another with that address"] = (
            async (app, account) =>
            {
                await DeleteAsync(app, account.Id);
                await app.AddAccountAsync(shape: row => (row.UserName, row.Email) = (account.UserName, account.Email));
            },
            []),
        ["bans it"] = ((app, account) => BanAsync(app, account), []),
        ["bans it by switching on a date that was ignored"] = (
            async (app, account) =>
            {
                await app.WriteAsync(
                    account.Id,
                    row =>
                        row.SetProperty(known => known.LockoutEnabled, false)
                            .SetProperty(known => known.LockoutEnd, app.Clock.GetUtcNow().AddYears(3)));
                await app.WriteAsync(account.Id, row => row.SetProperty(known => known.LockoutEnabled, true));
            },
            []),
        ["takes the stamp away"] = (
            (app, account) => app.WriteAsync(account.Id, row => row.SetProperty(known => known.SecurityStamp, (string?)null)),
            ["secure"]),
        ["sets a password"] = (
            (app, account) =>
                app.WithAsync<UserManager<Account>, int>(users =>
                    app.WriteAsync(
                        account.Id,
                        row => row.SetProperty(known => known.PasswordHash, users.PasswordHasher.HashPassword(account, Passwords.Other)))),
            ["confirm", "change", "secure"]),
    };

    // What other applications leave in SQLite's columns, which take anything.
    internal static readonly Dictionary<string, string> Untyped = new()
    {
        ["failed count beyond 32 bits"] = "AccessFailedCount\" = 3000000000",
        ["failed count in words"] = "AccessFailedCount\" = 'many'",
        ["lock-out as a number of ticks"] = "LockoutEnd\" = 638000000000000000",
        ["lock-out as a fraction"] = "LockoutEnd\" = 2460000.5",
        ["lock-out as bytes"] = "LockoutEnd\" = x'00ff'",
        ["flag in words"] = "LockoutEnabled\" = 'yes'",
        ["stamp as a number"] = "SecurityStamp\" = 12345",
        ["stamp as bytes"] = "SecurityStamp\" = x'c3280001'",
        ["hash as bytes"] = "PasswordHash\" = x'0102'",
        ["concurrency stamp as a number"] = "ConcurrencyStamp\" = 7",
        ["telephone number as a number"] = "PhoneNumber\" = 491701234567",
    };

    internal static string Fault(TestApp app) =>
        app.Log.Lines.LastOrDefault(line =>
            line.Contains("Exception", StringComparison.Ordinal) && line.Contains("   at ", StringComparison.Ordinal))
            is { } line
            ? line[..Math.Min(line.Length, 1800)]
            : "no exception in the log";

    internal static Task<int> SqlAsync(TestApp app, string sql) =>
        app.WithAsync<AccountsContext, int>(database => database.Database.ExecuteSqlRawAsync(sql));

    internal static IdentityUserToken<string> Token(Account account, string name, string? value) =>
        new()
        {
            UserId = account.Id,
            LoginProvider = Account.TokenStore,
            Name = name,
            Value = value,
        };

    internal static Task<int> AddAsync(TestApp app, params object[] rows) => app.WithAsync<AccountsContext, int>(database =>
    {
        database.AddRange(rows);
        return database.SaveChangesAsync();
    });

    internal static Task<int> BanAsync(TestApp app, Account account) =>
        app.WriteAsync(
            account.Id,
            row => row.SetProperty(known => known.LockoutEnd, new DateTimeOffset(2999, 1, 1, 0, 0, 0, TimeSpan.Zero)));

    internal static Task<int> DeleteAsync(TestApp app, string id) =>
        app.WithAsync<AccountsContext, int>(database =>
            database.Database.ExecuteSqlAsync($"DELETE FROM \"AspNetUsers\" WHERE \"Id\" = {id}"));

    internal static async Task PressAsync(TestApp app, string link, string? address)
    {
        using var visitor = app.Open();
        (await visitor.UseAsync(link, address)).IsUsed("secure");
    }

    internal static Task<(CampaignState State, int Released)> ReleasedAsync(TestApp app, Guid id) =>
        app.WithAsync<AccountsContext, (CampaignState, int)>(async database =>
        {
            var row = await database.Campaigns.AsNoTracking().SingleAsync(campaign => campaign.Id == id);
            return (row.State, row.Released);
        });
}
