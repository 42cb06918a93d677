using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Recovery;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.App;

/// <summary>Rows that no application should write, and events in an order that none should cause.</summary>
public sealed class AdversarialTests(AdversarialApps apps) : IClassFixture<AdversarialApps>
{
    private static readonly Dictionary<string, Func<TestApp, Account, Task>> Shapes = new()
    {
        ["failed count as large as it gets"] = (app, account) => app.WriteAsync(account.Id, row => row.SetProperty(known => known.AccessFailedCount, int.MaxValue)),
        ["failed count below zero"] = (app, account) => app.WriteAsync(account.Id, row => row.SetProperty(known => known.AccessFailedCount, -1)),
        ["no concurrency stamp"] = (app, account) => app.WriteAsync(account.Id, row => row.SetProperty(known => known.ConcurrencyStamp, (string?)null)),
        ["security stamp of spaces"] = (app, account) => app.WriteAsync(account.Id, row => row.SetProperty(known => known.SecurityStamp, "   ")),
        ["security stamp of a thousand characters"] = (app, account) => app.WriteAsync(account.Id, row => row.SetProperty(known => known.SecurityStamp, new string('s', 1000))),
        ["no user name"] = (app, account) => app.WriteAsync(account.Id, row => row.SetProperty(known => known.UserName, (string?)null).SetProperty(known => known.NormalizedUserName, (string?)null)),
        ["no user name beside a normalised one"] = (app, account) => app.WriteAsync(account.Id, row => row.SetProperty(known => known.UserName, (string?)null)),
        ["user name of spaces"] = (app, account) => app.WriteAsync(account.Id, row => row.SetProperty(known => known.UserName, "  ")),
        ["no normalised user name"] = (app, account) => app.WriteAsync(account.Id, row => row.SetProperty(known => known.NormalizedUserName, (string?)null)),
        ["telephone number of many lines"] = (app, account) => app.WriteAsync(account.Id, row => row.SetProperty(known => known.PhoneNumber, string.Concat(Enumerable.Repeat("+49\r\n☎ ", 30))).SetProperty(known => known.PhoneNumberConfirmed, true)),
        ["address in other letters than it is normalised from"] = (app, account) => app.WriteAsync(account.Id, row => row.SetProperty(known => known.Email, account.Email!.ToUpperInvariant())),
        ["claim without a value"] = (app, account) => AddAsync(app, new IdentityUserClaim<string> { UserId = account.Id, ClaimType = "department" }),
        ["claim without a type"] = (app, account) => AddAsync(app, new IdentityUserClaim<string> { UserId = account.Id, ClaimValue = "sales" }),
        ["claim of forty thousand characters"] = (app, account) => AddAsync(app, new IdentityUserClaim<string> { UserId = account.Id, ClaimType = "picture", ClaimValue = Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(30_000)) }),
        ["claims that look like ours"] = async (app, account) =>
        {
            await AddAsync(app, new IdentityUserClaim<string> { UserId = account.Id, ClaimType = System.Security.Claims.ClaimTypes.NameIdentifier, ClaimValue = "somebody-else" });
            await AddAsync(app, new IdentityUserClaim<string> { UserId = account.Id, ClaimType = "AspNet.Identity.SecurityStamp", ClaimValue = "another" });
        },
        ["role without a name"] = (app, account) => InRoleAsync(app, account, new IdentityRole { Name = null, NormalizedName = $"NAMELESS-{Guid.NewGuid():N}" }),
        ["role whose claim has no value"] = async (app, account) =>
        {
            var role = new IdentityRole($"role-{Guid.NewGuid():N}");
            role.NormalizedName = role.Name!.ToUpperInvariant();
            await InRoleAsync(app, account, role);
            await AddAsync(app, new IdentityRoleClaim<string> { RoleId = role.Id, ClaimType = "may" });
        },
        ["tokens without values"] = async (app, account) =>
        {
            await AddAsync(app, Token(account, "AuthenticatorKey", null));
            await AddAsync(app, Token(account, "RecoveryCodes", null));
        },
        ["external login of no provider"] = (app, account) => AddAsync(app, new IdentityUserLogin<string> { UserId = account.Id, LoginProvider = "", ProviderKey = Guid.NewGuid().ToString(), ProviderDisplayName = "" }),
        ["lock-out that ended in 1753"] = (app, account) => app.WriteAsync(account.Id, row => row.SetProperty(known => known.LockoutEnd, new DateTimeOffset(1753, 1, 1, 0, 0, 0, TimeSpan.Zero))),
        ["lock-out that ended at the beginning"] = (app, account) => app.WriteAsync(account.Id, row => row.SetProperty(known => known.LockoutEnd, DateTimeOffset.MinValue)),
        ["two-factor off with a key and codes of garbage"] = async (app, account) =>
        {
            await AddAsync(app, Token(account, "AuthenticatorKey", "\r\n<script>"));
            await AddAsync(app, Token(account, "RecoveryCodes", ";;;"));
        },
    };

    // What stands where recovery codes stand; null for no row at all.
    private static readonly Dictionary<string, string?> CodeLists = new()
    {
        ["no row"] = null,
        ["an empty text"] = "",
        ["separators only"] = ";;;",
        ["a separator at the end"] = "KQ7RM-3WFTC;X2HDN-8VJPB;",
        ["two separators in the middle"] = "KQ7RM-3WFTC;;X2HDN-8VJPB",
        ["lines"] = "KQ7RM-3WFTC\nX2HDN-8VJPB",
        ["as they should be"] = "KQ7RM-3WFTC;X2HDN-8VJPB",
    };

    private static readonly string[] Factors = ["on", $"on,key={App.Factors.Key}", "on,passkey"];

    // What another application does while a link is out, and which links it ends.
    private static readonly Dictionary<string, (Func<TestApp, Account, Task> Do, string[] Live)> Moves = new()
    {
        ["moves the address"] = ((app, account) => app.SetAsync(account.Id, address: Links.NewAddress()), ["secure"]),
        ["moves the address and not its normalised form"] = ((app, account) => app.WriteAsync(account.Id, row => row.SetProperty(known => known.Email, Links.NewAddress())), ["secure"]),
        ["moves the normalised address alone"] = ((app, account) => app.WriteAsync(account.Id, row => row.SetProperty(known => known.NormalizedEmail, Links.NewAddress().ToUpperInvariant())), ["secure"]),
        ["takes the address away"] = ((app, account) => app.WriteAsync(account.Id, row => row.SetProperty(known => known.Email, (string?)null).SetProperty(known => known.NormalizedEmail, (string?)null)), ["secure"]),
        ["renames it"] = ((app, account) => app.WriteAsync(account.Id, row => row.SetProperty(known => known.UserName, "renamed " + account.Id).SetProperty(known => known.NormalizedUserName, "RENAMED " + account.Id.ToUpperInvariant())), ["reset", "confirm", "change", "invite", "secure"]),
        ["writes other letters of the same address"] = ((app, account) => app.WriteAsync(account.Id, row => row.SetProperty(known => known.Email, account.Email!.ToUpperInvariant())), ["reset", "confirm", "change", "invite", "secure"]),
        ["deletes it and makes another with that address"] = (async (app, account) =>
        {
            await DeleteAsync(app, account.Id);
            await app.AddAccountAsync(shape: row => (row.UserName, row.Email) = (account.UserName, account.Email));
        }, []),
        ["bans it"] = ((app, account) => BanAsync(app, account), []),
        ["bans it by switching on a date that was ignored"] = (async (app, account) =>
        {
            await app.WriteAsync(account.Id, row => row.SetProperty(known => known.LockoutEnabled, false).SetProperty(known => known.LockoutEnd, app.Clock.GetUtcNow().AddYears(3)));
            await app.WriteAsync(account.Id, row => row.SetProperty(known => known.LockoutEnabled, true));
        }, []),
        ["takes the stamp away"] = ((app, account) => app.WriteAsync(account.Id, row => row.SetProperty(known => known.SecurityStamp, (string?)null)), ["secure"]),
        ["sets a password"] = ((app, account) => app.WithAsync<UserManager<Account>, int>(users => app.WriteAsync(account.Id, row => row.SetProperty(known => known.PasswordHash, users.PasswordHasher.HashPassword(account, Passwords.Other)))), ["confirm", "change", "secure"]),
    };

    public static TheoryData<DatabaseProvider> Providers => [.. AppOnEach.Providers];

    public static TheoryData<DatabaseProvider, string> ShapesOnEach => AppOnEach.Cases(Shapes.Keys);

    public static TheoryData<string, string> FactorsAndCodes => new(from factor in Factors from list in CodeLists.Keys select (factor, list));

    public static TheoryData<string, string> MovesAndPurposes => new(from move in Moves.Keys from purpose in Purposes.All select (move, purpose.Name));

    [Theory]
    [MemberData(nameof(ShapesOnEach))]
    public async Task Whatever_the_row_a_wrong_password_tells_nothing_and_the_right_one_and_a_link_lead_in(DatabaseProvider provider, string shape)
    {
        var app = await apps.OnAsync(provider);
        var account = await app.AddAccountAsync();
        await Shapes[shape](app, account);
        using var visitor = app.Open();

        var wrong = await visitor.SignInAsync(account.Email!, Passwords.Other);
        var nobody = $"nobody-{Guid.NewGuid():N}@example.com";
        using var other = app.Open();
        Assert.Equal(Echoes.Class(await other.SignInAsync(nobody, Passwords.Other), nobody), Echoes.Class(wrong, account.Email!));

        if (shape == "failed count as large as it gets")
            await app.WriteAsync(account.Id, row => row.SetProperty(known => known.LockoutEnd, (DateTimeOffset?)null));
        var right = await visitor.SignInAsync(account.Email!, Passwords.Old);
        Assert.True((int)right.Status < 500, Fault(app));
        Assert.Equal((HttpStatusCode.SeeOther, "/account"), (right.Status, right.Location));
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/account")).Status);
        using var owner = app.Open();
        Assert.True((await owner.RedeemAsync(await app.LinkForAsync(account), Passwords.New)).PasswordChanged);
        var again = await owner.SignInAsync(account.Email!, Passwords.New);
        Assert.Equal((HttpStatusCode.SeeOther, "/account"), (again.Status, again.Location));
    }

    [Theory]
    [MemberData(nameof(FactorsAndCodes))]
    public async Task What_is_no_code_is_no_second_factor(string factor, string list)
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddWithFactorAsync(factor);
        if (CodeLists[list] is { } codes)
            await AddAsync(app, Token(account, "RecoveryCodes", codes));

        foreach (var typed in new[] { ";", "\t", "\u00a0", "KQ7RM-3WFTC;X2HDN-8VJPB", "000 000" })
        {
            using var visitor = app.Open();
            var step = await visitor.SignInAsync(account.Email!, Passwords.Old);
            Assert.StartsWith("/sign-in/two-factor", step.Location, StringComparison.Ordinal);
            var answer = await visitor.EnterCodeAsync(typed);
            Assert.True((int)answer.Status < 500, $"'{typed}': {Fault(app)}");
            Assert.Equal((typed, HttpStatusCode.UnprocessableEntity, null), (typed, answer.Status, answer.Location));
            Assert.Equal((typed, HttpStatusCode.Found), (typed, (await visitor.GetAsync("/account")).Status));
            await app.WriteAsync(account.Id, row => row.SetProperty(known => known.AccessFailedCount, 0).SetProperty(known => known.LockoutEnd, (DateTimeOffset?)null));
        }
    }

    [Fact]
    public async Task Whose_recovery_codes_are_used_up_has_none()
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddWithFactorAsync($"on,codes,key={App.Factors.Key}");
        foreach (var code in new[] { "KQ7RM-3WFTC", "X2HDN-8VJPB" })
        {
            using var owner = app.Open();
            await owner.SignInAsync(account.Email!, Passwords.Old);
            Assert.Equal("/account", (await owner.EnterCodeAsync(code)).Location);
        }

        using var intruder = app.Open();
        await intruder.SignInAsync(account.Email!, Passwords.Old);
        foreach (var code in new[] { "KQ7RM-3WFTC", "X2HDN-8VJPB", ";" })
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await intruder.EnterCodeAsync(code)).Status);
        Assert.Equal(HttpStatusCode.Found, (await intruder.GetAsync("/account")).Status);
    }

    [Theory]
    [InlineData("on", "")]
    [InlineData("on,key=JBSWY3DPEHPK3PXP", "")]
    [InlineData("on,key=JBSWY3DPEHPK3PXP", "   ")]
    [InlineData("on,passkey", "")]
    public async Task No_code_at_all_is_a_wrong_one(string factor, string typed)
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddWithFactorAsync(factor);
        using var intruder = app.Open();
        await intruder.SignInAsync(account.Email!, Passwords.Old);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await intruder.EnterCodeAsync(typed)).Status);
        Assert.Equal(HttpStatusCode.Found, (await intruder.GetAsync("/account")).Status);
    }

    [Theory]
    [MemberData(nameof(MovesAndPurposes))]
    public async Task Between_opening_a_link_and_using_it_another_application_changes_the_account(string move, string purpose)
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var link = await Links.OfAsync(app, purpose);
        using var visitor = app.Open();
        var form = await visitor.GetAsync(link.Url);
        Assert.Equal(HttpStatusCode.OK, form.Status);

        await Moves[move].Do(app, link.Account);

        var answer = await visitor.SubmitAsync(form, ("password", Passwords.New));
        if (Moves[move].Live.Contains(purpose))
            answer.IsUsed(purpose);
        else
            answer.IsRefusedAs("spent");
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Of_two_accounts_that_swap_addresses_neither_gets_the_others_link_or_code(DatabaseProvider provider)
    {
        var app = await apps.OnAsync(provider);
        var (one, two) = (await app.AddWithFactorAsync("on"), await app.AddWithFactorAsync("on"));
        var link = await app.LinkForAsync(one);
        using var visitor = app.Open();
        await visitor.SignInAsync(one.Email!, Passwords.Old);
        var code = await app.MailedCodeAsync(one, 1);
        var page = await visitor.GetAsync("/sign-in/two-factor");

        await app.SetAsync(one.Id, address: two.Email);
        await app.SetAsync(two.Id, address: one.Email);

        (await visitor.GetAsync(link)).IsRefusedAs("spent");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.SubmitAsync(page, ("code", code))).Status);
        // A fresh one goes to where the account's address is now.
        await visitor.AskAsync(two.Email!);
        var mail = (await app.Mails.WaitAsync(two.Email!))[0];
        Assert.True((await visitor.RedeemAsync(Inbox.Link(mail), Passwords.New)).PasswordChanged);
        Assert.NotEqual(one.PasswordHash, (await app.ReadAsync(one.Id)).PasswordHash);
        Assert.Equal(two.PasswordHash, (await app.ReadAsync(two.Id)).PasswordHash);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Another_application_can_delete_an_account_of_which_we_remember_something_and_what_is_out_dies(DatabaseProvider provider)
    {
        var app = await apps.OnAsync(provider);
        var account = await app.AddWithFactorAsync("on,passkey");
        await app.WantAddressAsync(account.Id, Links.NewAddress());
        var links = new List<string>();
        foreach (var purpose in new[] { "reset", "change", "secure" })
            links.Add(await app.MintAsync(purpose, account.Id));
        using var visitor = app.Open();
        await visitor.SignInAsync(account.Email!, Passwords.Old);
        var page = await visitor.GetAsync("/sign-in/two-factor");

        Assert.Equal(1, await app.WithAsync<AccountsContext, int>(database => database.Database.ExecuteSqlAsync($"DELETE FROM \"AspNetUsers\" WHERE \"Id\" = {account.Id}")));

        foreach (var link in links)
            (await visitor.GetAsync(link)).IsRefusedAs("spent");
        Assert.Equal("/sign-in", (await visitor.SubmitAsync(page, ("code", "123456"))).Location);
        var unknown = await visitor.SignInAsync(account.Email!, Passwords.Old);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, unknown.Status);
    }

    [Theory]
    [InlineData("ban")]
    [InlineData("unconfirm")]
    [InlineData("delete")]
    [InlineData("forget the address")]
    public async Task What_happens_while_a_mail_waits_is_heeded_by_the_mail(string happens)
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddWithFactorAsync("on");
        var due = app.Clock.GetUtcNow().AddSeconds(4);
        foreach (var kind in new[] { OutboxKind.ResetLink, OutboxKind.SignInCode, OutboxKind.PasswordChangedNotice })
            await AddAsync(app, new OutboxMail { Kind = kind, AccountId = account.Id, RequestedAt = due.AddSeconds(-4), DueAt = due });

        await (happens switch
        {
            "ban" => BanAsync(app, account),
            "unconfirm" => app.WriteAsync(account.Id, row => row.SetProperty(known => known.EmailConfirmed, false)),
            "delete" => DeleteAsync(app, account.Id),
            _ => app.WriteAsync(account.Id, row => row.SetProperty(known => known.Email, "").SetProperty(known => known.NormalizedEmail, "")),
        });

        await Eventually.Async(() => app.WithAsync<AccountsContext, int>(database => database.Outbox.CountAsync(mail => mail.AccountId == account.Id)), waiting => waiting == 0);
        var mails = app.Mails.To(account.Email!);
        Assert.DoesNotContain(mails, mail => mail.Subject == "Your one-time code");
        // An unconfirmed owner may choose a password, which confirms the address; to who is banned goes the bare notice.
        Assert.Equal(happens switch { "ban" => 1, "unconfirm" => 2, _ => 0 }, mails.Count);
        if (happens == "ban")
            Assert.DoesNotContain("http", mails[0].TextBody, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("off at the host")]
    [InlineData("key taken away")]
    [InlineData("key garbled")]
    [InlineData("banned")]
    [InlineData("address moved")]
    [InlineData("unconfirmed")]
    [InlineData("lock-out ignored")]
    public async Task Between_password_and_second_step_the_host_changes_the_factor_and_nobody_gets_in_without_one(string change)
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddWithFactorAsync($"on,codes,key={App.Factors.Key}");
        using var intruder = app.Open();
        await intruder.SignInAsync(account.Email!, Passwords.Old);
        var page = await intruder.GetAsync("/sign-in/two-factor");

        await (change switch
        {
            "off at the host" => app.SetAsync(account.Id, twoFactor: false),
            "key taken away" => app.WithAsync<AccountsContext, int>(database => database.UserTokens.Where(token => token.UserId == account.Id).ExecuteDeleteAsync()),
            "key garbled" => app.WithAsync<AccountsContext, int>(database => database.UserTokens.Where(token => token.UserId == account.Id).ExecuteUpdateAsync(token => token.SetProperty(known => known.Value, " "))),
            "banned" => BanAsync(app, account),
            "address moved" => app.SetAsync(account.Id, address: Links.NewAddress()),
            "unconfirmed" => app.WriteAsync(account.Id, row => row.SetProperty(known => known.EmailConfirmed, false)),
            _ => app.WriteAsync(account.Id, row => row.SetProperty(known => known.LockoutEnabled, false)),
        });

        foreach (var code in new[] { "123456", "\t", "WRONG-CODE1" })
        {
            var answer = await intruder.SubmitAsync(page, ("code", code));
            Assert.Equal((code, false), (code, answer.Location is "/account"));
            Assert.True((int)answer.Status < 500, $"{code}: {answer.Status}");
        }

        Assert.Equal(HttpStatusCode.Found, (await intruder.GetAsync("/account")).Status);
        if (change is not ("banned" or "unconfirmed"))
        {
            var resent = await intruder.GetAsync("/sign-in/two-factor");
            Assert.True((int)resent.Status < 500);
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_count_below_zero_gives_a_guesser_no_endless_guesses(DatabaseProvider provider)
    {
        var app = await apps.OnAsync(provider);
        var account = await app.AddAccountAsync();
        await app.WriteAsync(account.Id, row => row.SetProperty(known => known.AccessFailedCount, int.MinValue));
        using var guesser = app.Open();

        for (var i = 0; i < 6; i++)
            await guesser.SignInAsync(account.Email!, Passwords.Other);

        Assert.Equal(LockState.Paused, await app.LockOfAsync(account.Id));
    }

    [Fact]
    public async Task An_empty_address_stands_for_nobody()
    {
        await using var app = await TestApp.StartAsync();
        var account = await app.AddAccountAsync(shape: row => row.UserName = $"name-{Guid.NewGuid():N}");
        await app.WriteAsync(account.Id, row => row.SetProperty(known => known.Email, "").SetProperty(known => known.NormalizedEmail, ""));
        using var visitor = app.Open();

        for (var i = 0; i < 5; i++)
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.SignInAsync("", Passwords.Other)).Status);
        Assert.Equal(LockState.Open, await app.LockOfAsync(account.Id));
        Assert.Null((await visitor.SignInAsync(" ", Passwords.Old)).Location);
    }

    [Theory]
    [InlineData(" {0} ")]
    [InlineData("Ada <{0}>")]
    [InlineData("\"Ada, Countess\" <{0}>")]
    [InlineData("{0}, other@example.com")]
    [InlineData("{0}\r\nBcc: other@example.com")]
    [InlineData("mailto:{0}")]
    public async Task An_address_that_is_none_gets_no_mail_and_takes_nobody_elses(string written)
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddAccountAsync();
        var stored = string.Format(System.Globalization.CultureInfo.InvariantCulture, written, account.Email);
        await app.WriteAsync(account.Id, row => row.SetProperty(known => known.Email, stored));
        var others = app.Mails.To("other@example.com").Count;
        using var visitor = app.Open();

        Assert.Equal("/forgot-password/sent", (await visitor.AskAsync(account.Email!)).Location);
        await Eventually.Async(() => app.WithAsync<AccountsContext, int>(database => database.Outbox.CountAsync(mail => mail.RefusedAt == null)), waiting => waiting == 0);
        await Eventually.Async(() => app.TrailAsync(account.Id), lines => lines.Any(line => line.Kind is RecoveryEventKind.MailRefused or RecoveryEventKind.Mailed or RecoveryEventKind.Suppressed));

        Assert.Equal((0, others), (app.Mails.To(account.Email!).Count, app.Mails.To("other@example.com").Count));
        Assert.Single(await app.TrailAsync(account.Id), line => line.Kind == RecoveryEventKind.MailRefused);
        Assert.Equal("/account", (await visitor.SignInAsync(account.Email!, Passwords.Old)).Location);
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/account")).Status);
    }

    [Theory]
    [InlineData("yyyy-MM-dd'T'HH:mm:ss.fff'Z'")]
    [InlineData("yyyy-MM-dd HH:mm:ss")]
    [InlineData("MM/dd/yyyy HH:mm:ss")]
    [InlineData("yyyy/MM/dd HH:mm:ss")]
    public async Task A_pause_that_another_application_wrote_in_its_own_form_ends_with_a_link(string form)
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddAccountAsync();
        // As late as guessing causes, so on the day on which the latest pause ends.
        var written = app.Clock.GetUtcNow().AddHours(23).AddMinutes(50).UtcDateTime.ToString(form, System.Globalization.CultureInfo.InvariantCulture);
        await app.WithAsync<AccountsContext, int>(database => database.Database.ExecuteSqlAsync($"UPDATE \"AspNetUsers\" SET \"LockoutEnd\" = {written} WHERE \"Id\" = {account.Id}"));
        Assert.Equal(LockState.Paused, await app.LockOfAsync(account.Id));
        using var visitor = app.Open();

        Assert.True((await visitor.RedeemAsync(await app.LinkForAsync(account), Passwords.New)).PasswordChanged);

        Assert.Equal(LockState.Open, await app.LockOfAsync(account.Id));
        Assert.Equal("/account", (await visitor.SignInAsync(account.Email!, Passwords.New)).Location);
    }

    [Theory]
    [InlineData("12/31/2999 00:00:00")]
    [InlineData("01 Jan 2999")]
    [InlineData("+2999-01-01")]
    [InlineData("99999999999")]
    public async Task Guesses_never_end_a_ban_however_it_is_written(string written)
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddAccountAsync();
        await app.WithAsync<AccountsContext, int>(database => database.Database.ExecuteSqlAsync($"UPDATE \"AspNetUsers\" SET \"LockoutEnd\" = {written} WHERE \"Id\" = {account.Id}"));
        using var guesser = app.Open();

        for (var i = 0; i < 6; i++)
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await guesser.SignInAsync(account.Email!, Passwords.Other)).Status);
        // Also where guesses were judged before the ban was written.
        await app.WithAsync<UserManager<Account>, int>(async users =>
        {
            var row = (await users.FindByIdAsync(account.Id))!;
            for (var i = 0; i < 5; i++)
                await users.AccessFailedAsync(row);
            return 0;
        });

        Assert.Equal(LockState.Banned, await app.LockOfAsync(account.Id));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_stranger_costs_as_many_hashes_for_every_kind_of_row(DatabaseProvider provider)
    {
        var hashes = 0;
        await using var app = await TestApp.StartAsync(provider: provider, replace: services =>
            services.AddScoped<IPasswordHasher<Account>>(scope => new BusyHasher(() => Interlocked.Increment(ref hashes), scope.GetRequiredService<IOptions<PasswordHasherOptions>>())));
        var rows = new Dictionary<string, Account>
        {
            ["known"] = await app.AddAccountAsync(),
            ["without a password"] = await app.AddAccountAsync(password: null),
            ["with a foreign hash"] = await app.AddAccountAsync(shape: row => row.PasswordHash = "$2a$11$abc"),
            ["unconfirmed"] = await app.AddAccountAsync(shape: row => row.EmailConfirmed = false),
            ["banned"] = await app.AddAccountAsync(shape: row => row.LockoutEnd = DateTimeOffset.MaxValue),
            ["with two-factor"] = await app.AddWithFactorAsync("on"),
            ["without a stamp"] = await app.AddAccountAsync(),
        };
        await app.WriteAsync(rows["without a stamp"].Id, row => row.SetProperty(known => known.SecurityStamp, (string?)null));
        var seen = new Dictionary<string, (int Hashes, string Class)>();
        foreach (var (kind, address) in rows.Select(row => (row.Key, row.Value.Email!)).Append(("unknown", $"nobody-{Guid.NewGuid():N}@example.com")))
        {
            using var visitor = app.Open();
            hashes = 0;
            var answer = await visitor.SignInAsync(address, "ein falsches Paßwort, é");
            seen[kind] = (hashes, Echoes.Class(answer, address));
        }

        Assert.All(seen, pair => Assert.Equal((pair.Key, seen["unknown"]), (pair.Key, pair.Value)));
    }

    [Fact]
    public async Task A_password_alone_moves_nothing_where_a_factor_of_the_host_is_on()
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        foreach (var factor in Factors)
        {
            var account = await app.AddWithFactorAsync(factor);
            using var intruder = app.Open();
            var first = await intruder.GetAsync("/sign-in");
            await intruder.SubmitAsync(first, ("email", account.Email!), ("password", Passwords.Old));
            var proof = ("__RequestVerificationToken", Echoes.Antiforgery(first.Body));
            foreach (var path in new[] { "/account", "/account/email", "/account/verify", "/account/two-factor", "/account/two-factor/off", "/account/two-factor/codes", "/account/two-factor/authenticator", "/account/two-factor/passkeys", "/account/two-factor/passkeys/new", "/admin", "/admin/bulk", "/admin/invite", "/admin/trail.csv" })
            {
                var got = await intruder.GetAsync(path);
                Assert.Equal((path, HttpStatusCode.Found), (path, got.Status));
                var posted = await intruder.PostAsync(path, proof, ("password", Passwords.Old), ("email", Links.NewAddress()), ("current-password", Passwords.Old), ("new-password", Passwords.New));
                Assert.False(posted.Status is HttpStatusCode.OK or HttpStatusCode.SeeOther, $"{path}: {posted.Status} {posted.Location}");
            }

            var after = await app.ReadAsync(account.Id);
            Assert.Equal((account.PasswordHash, true, null), (after.PasswordHash, after.TwoFactorEnabled, after.Own?.PendingAddress));
        }
    }

    [Fact]
    public async Task Support_can_do_nothing_to_admins_and_nothing_to_itself_whoever_gave_the_role()
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var (support, admin) = (await app.HireAsync(ConsoleRole.Support), await app.HireAsync(ConsoleRole.Admin));
        // The host puts somebody into the role that we have marked.
        var byHost = await app.AddAccountAsync();
        await app.WithAsync<AccountsContext, int>(async database =>
        {
            var role = await database.UserRoles.Where(member => member.UserId == admin.Id).Select(member => member.RoleId).FirstAsync();
            database.Add(new IdentityUserRole<string> { UserId = byHost.Id, RoleId = role });
            return await database.SaveChangesAsync();
        });

        foreach (var act in Enum.GetValues<AccountAct>())
        {
            foreach (var target in new[] { admin.Id, byHost.Id, support.Id })
                Assert.False((await app.ActAsync(support, act, target)).Done, $"{act}");
        }

        var account = await app.AddAccountAsync(shape: row => row.LockoutEnd = DateTimeOffset.MaxValue);
        foreach (var act in new[] { AccountAct.Unlock, AccountAct.Lock, AccountAct.RequireReset, AccountAct.ResetTwoFactor, AccountAct.MakeSupport, AccountAct.MakeAdmin, AccountAct.RemoveRole, AccountAct.SendLink })
            Assert.False((await app.ActAsync(support, act, account.Id)).Done, $"{act}");
        Assert.Equal(LockState.Banned, await app.LockOfAsync(account.Id));
    }

    [Theory]
    [InlineData("ban")]
    [InlineData("this was not me")]
    [InlineData("delete")]
    public async Task A_campaign_of_an_admin_who_is_out_rests(string end)
    {
        await using var app = await TestApp.StartAsync();
        var admin = await app.HireAsync(ConsoleRole.Admin);
        await app.HireAsync(ConsoleRole.Admin);
        var accounts = new List<Account>();
        for (var i = 0; i < 30; i++)
            accounts.Add(await app.AddAccountAsync());
        var now = app.Clock.GetUtcNow();
        var campaign = new Campaign { State = CampaignState.Running, Accounts = accounts.Count, Rate = 30, Chosen = "all", StartedBy = admin.Id, CreatedAt = now, RequiresReset = true, Reason = "why", Version = Guid.NewGuid() };
        await AddAsync(app, [campaign, .. accounts.Select((account, i) => new CampaignAccount { CampaignId = campaign.Id, Position = i, AccountId = account.Id })]);
        await Eventually.Async(() => ReleasedAsync(app, campaign.Id), done => done.Released > 0);

        if (end == "ban")
            await BanAsync(app, admin.Account);
        else if (end == "delete")
            await DeleteAsync(app, admin.Id);
        else
            await PressAsync(app, await app.MintAsync("secure", admin.Id));

        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        var (state, released) = await ReleasedAsync(app, campaign.Id);
        Assert.True(state == CampaignState.Paused, $"{state} after {released} of {accounts.Count}");
    }

    [Fact]
    public async Task An_admin_is_never_made_of_an_account_that_has_another_address()
    {
        await using var app = await TestApp.StartAsync();
        var boss = Links.NewAddress();
        var stale = await app.AddAccountAsync();
        await app.WriteAsync(stale.Id, row => row.SetProperty(known => known.NormalizedEmail, boss.ToUpperInvariant()));

        await app.WithAsync<AdminInvitation, AdminInvitation.Outcome>(invitation => invitation.SendAsync(boss));

        Assert.Null(await app.Roles().OfAsync(stale.Id));
    }

    [Fact]
    public async Task An_admin_is_never_made_of_an_account_that_nobody_has_confirmed()
    {
        await using var app = await TestApp.StartAsync();
        var squatter = await app.AddAccountAsync(shape: row => row.EmailConfirmed = false);

        await app.WithAsync<AdminInvitation, AdminInvitation.Outcome>(invitation => invitation.SendAsync(squatter.Email!));

        Assert.Null(await app.Roles().OfAsync(squatter.Id));
    }

    [Fact]
    public async Task An_empty_hash_is_no_password_where_people_sign_in_elsewhere()
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddAccountAsync(shape: row => row.PasswordHash = "");
        await AddAsync(app, new IdentityUserLogin<string> { UserId = account.Id, LoginProvider = "google", ProviderKey = account.Id, ProviderDisplayName = "Google" });
        using var visitor = app.Open();

        await visitor.AskAsync(account.Email!);

        var mail = (await app.Mails.WaitAsync(account.Email!))[0];
        Assert.DoesNotContain("/reset-password", mail.TextBody, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Your account is locked: evil.example/unlock")]
    [InlineData("evil.example")]
    [InlineData("HTTPS:\\\\evil.example")]
    [InlineData("ｗｗｗ.evil.example")]
    [InlineData("call +49 30 1234567")]
    public async Task A_name_that_a_stranger_chose_is_no_link_in_the_owners_mail(string name)
    {
        await using var app = await TestApp.StartAsync();
        var owner = await app.AddAccountAsync();
        await app.AddAccountAsync(shape: row => (row.UserName, row.Email, row.EmailConfirmed) = (name, owner.Email, false));
        using var visitor = app.Open();

        await visitor.AskAsync(owner.Email!);

        foreach (var mail in await app.Mails.WaitAsync(owner.Email!, 2))
            Assert.DoesNotContain("evil.example", mail.TextBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stamp_column_that_takes_what_Identity_makes_takes_ours()
    {
        await using var app = await TestApp.StartAsync(provider: DatabaseProvider.PostgreSql);
        await app.WithAsync<AccountsContext, int>(database => database.Database.ExecuteSqlAsync($"ALTER TABLE \"AspNetUsers\" ALTER COLUMN \"SecurityStamp\" TYPE varchar(36)"));
        var account = await app.AddAccountAsync();
        using var visitor = app.Open();

        var answer = await visitor.RedeemAsync(await app.LinkForAsync(account), Passwords.New);

        Assert.Equal((HttpStatusCode.SeeOther, true), (answer.Status, answer.PasswordChanged));
    }

    [Fact]
    public async Task Where_the_database_takes_no_change_the_page_says_neither_done_nor_used()
    {
        await using var app = await TestApp.StartAsync();
        var account = await app.AddAccountAsync();
        var link = await app.LinkForAsync(account);
        await app.WithAsync<AccountsContext, int>(database => database.Database.ExecuteSqlAsync($"CREATE TRIGGER refuse BEFORE UPDATE OF \"PasswordHash\" ON \"AspNetUsers\" BEGIN SELECT RAISE(ABORT, 'not this one'); END"));
        using var visitor = app.Open();

        var answer = await visitor.RedeemAsync(link, Passwords.New);

        Assert.False(answer.PasswordChanged);
        Assert.Null(answer.Verdict);
        Assert.True((int)answer.Status is not 500, $"{answer.Status}");
        Assert.Equal("/account", (await visitor.SignInAsync(account.Email!, Passwords.Old)).Location);
    }

    [Fact]
    public async Task A_row_that_takes_no_change_holds_no_campaign_up()
    {
        await using var app = await TestApp.StartAsync();
        var admin = await app.HireAsync(ConsoleRole.Admin);
        var (stuck, free) = (await app.AddAccountAsync(shape: row => row.UserName = "stuck"), await app.AddAccountAsync());
        await app.WithAsync<AccountsContext, int>(database => database.Database.ExecuteSqlAsync($"CREATE TRIGGER refuse BEFORE UPDATE OF \"PasswordHash\" ON \"AspNetUsers\" WHEN OLD.\"UserName\" = 'stuck' BEGIN SELECT RAISE(ABORT, 'not this one'); END"));
        var campaign = new Campaign { State = CampaignState.Running, Accounts = 2, Rate = 6000, Chosen = "all", StartedBy = admin.Id, CreatedAt = app.Clock.GetUtcNow(), RequiresReset = true, Reason = "why", Version = Guid.NewGuid() };
        await AddAsync(app, [campaign, new CampaignAccount { CampaignId = campaign.Id, Position = 0, AccountId = stuck.Id }, new CampaignAccount { CampaignId = campaign.Id, Position = 1, AccountId = free.Id }]);

        await Task.Delay(TimeSpan.FromSeconds(6), TestContext.Current.CancellationToken);

        Assert.NotEqual(free.PasswordHash, (await app.ReadAsync(free.Id)).PasswordHash);
    }

    [Fact]
    public async Task Who_has_two_factor_and_no_address_is_not_told_that_a_code_was_mailed()
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddAccountAsync(shape: row => (row.UserName, row.TwoFactorEnabled) = ($"name-{Guid.NewGuid():N}", true));
        await app.WriteAsync(account.Id, row => row.SetProperty(known => known.Email, (string?)null).SetProperty(known => known.NormalizedEmail, (string?)null));
        using var visitor = app.Open();

        Assert.StartsWith("/sign-in/two-factor", (await visitor.SignInAsync(account.UserName!, Passwords.Old)).Location, StringComparison.Ordinal);
        var page = await visitor.GetAsync("/sign-in/two-factor");

        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.DoesNotContain("mailed", page.Body, StringComparison.OrdinalIgnoreCase);
    }

    // What other applications leave in SQLite's columns, which take anything.
    private static readonly Dictionary<string, string> Untyped = new()
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

    public static TheoryData<string> UntypedNames => [.. Untyped.Keys];

    [Theory]
    [MemberData(nameof(UntypedNames))]
    public async Task Whatever_SQLite_keeps_in_a_column_it_is_no_fault_of_the_page_and_holds_up_nobodys_mail(string shape)
    {
        await using var app = await TestApp.StartAsync();
        var (account, other) = (await app.AddAccountAsync(), await app.AddAccountAsync());
        await SqlAsync(app, $"UPDATE \"AspNetUsers\" SET \"{Untyped[shape]} WHERE \"Id\" = '{account.Id}'");
        using var visitor = app.Open();

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.SignInAsync(account.Email!, Passwords.Other)).Status);
        var right = await visitor.SignInAsync(account.Email!, Passwords.Old);
        Assert.True((int)right.Status < 500, Fault(app));
        using var stranger = app.Open();
        await stranger.AskAsync(account.Email!);
        await app.LinkForAsync(other);
    }

    [Theory]
    [InlineData("2")]
    [InlineData("-1")]
    public async Task Two_factor_is_on_however_SQLite_was_told(string written)
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddAccountAsync();
        await SqlAsync(app, $"UPDATE \"AspNetUsers\" SET \"TwoFactorEnabled\" = {written} WHERE \"Id\" = '{account.Id}'");
        using var visitor = app.Open();

        Assert.NotEqual("/account", (await visitor.SignInAsync(account.Email!, Passwords.Old)).Location);
    }

    [Theory]
    [InlineData("0044-03-15 00:00:00+00 BC")]
    [InlineData("10000-01-01 00:00:00+00")]
    public async Task A_moment_that_only_PostgreSQL_knows_holds_up_nobody_elses_mail(string moment)
    {
        await using var app = await TestApp.StartAsync(provider: DatabaseProvider.PostgreSql);
        var admin = await app.HireAsync(ConsoleRole.Admin);
        var (account, other) = (await app.AddAccountAsync(), await app.AddAccountAsync());
        await SqlAsync(app, $"UPDATE \"AspNetUsers\" SET \"LockoutEnd\" = CAST('{moment}' AS timestamptz) WHERE \"Id\" = '{account.Id}'");
        using var visitor = app.Open();
        await visitor.SignInAsync(admin.Account.Email!, Passwords.Old);

        await visitor.AskAsync(account.Email!);
        using var stranger = app.Open();
        await stranger.AskAsync(other.Email!);
        await app.Mails.WaitAsync(other.Email!);
        Assert.Empty(app.Mails.To(account.Email!));
    }

    [Theory]
    [MemberData(nameof(ShapesOnEach))]
    public async Task Whatever_the_row_the_console_shows_it_and_the_check_ends(DatabaseProvider provider, string shape)
    {
        var app = await apps.OnAsync(provider);
        var admin = await app.HireAsync(ConsoleRole.Admin);
        var account = await app.AddAccountAsync();
        await Shapes[shape](app, account);
        using var visitor = app.Open();
        Assert.Equal("/account", (await visitor.SignInAsync(admin.Account.Email!, Passwords.Old)).Location);

        foreach (var path in new[] { "/admin", $"/admin?q={account.Email}", $"/admin/accounts/{account.Id}", "/admin/glance" })
            Assert.Equal((path, HttpStatusCode.OK), (path, (await visitor.GetAsync(path)).Status));
        await app.WithAsync<Adoption, AdoptionReport>(adoption => adoption.CheckAsync());
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_name_that_is_no_address_stays_where_nothing_is_normalised(DatabaseProvider provider)
    {
        var app = await apps.OnAsync(provider);
        var account = await app.AddAccountAsync(shape: row => row.UserName = $"name-{Guid.NewGuid():N}");
        await app.WriteAsync(account.Id, row => row.SetProperty(known => known.NormalizedUserName, (string?)null).SetProperty(known => known.NormalizedEmail, (string?)null));
        await app.WantAddressAsync(account.Id, Links.NewAddress());
        using var visitor = app.Open();

        (await visitor.UseAsync(await app.MintAsync("change", account.Id))).IsUsed("change");

        Assert.Equal(account.UserName, (await app.ReadAsync(account.Id)).UserName);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_wrong_code_is_one_also_where_the_count_is_as_large_as_it_gets(DatabaseProvider provider)
    {
        var app = await apps.OnAsync(provider);
        var account = await app.AddWithFactorAsync("on");
        using var visitor = app.Open();
        await visitor.SignInAsync(account.Email!, Passwords.Old);
        await app.WriteAsync(account.Id, row => row.SetProperty(known => known.AccessFailedCount, int.MaxValue));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.EnterCodeAsync("000000")).Status);
        Assert.Equal(LockState.Paused, await app.LockOfAsync(account.Id));
    }

    [Fact]
    public async Task An_invitation_goes_to_nobody_who_only_used_to_have_the_address()
    {
        await using var app = await TestApp.StartAsync();
        var admin = await app.HireAsync(ConsoleRole.Admin);
        var (wanted, stale) = (Links.NewAddress(), await app.AddAccountAsync(password: null));
        await app.WriteAsync(stale.Id, row => row.SetProperty(known => known.NormalizedEmail, wanted.ToUpperInvariant()));

        await app.WithAsync<Invitations, InvitationOutcome>(invitations => invitations.SendAsync(admin.User, [new ListedName(1, wanted)], "why", null));
        await Eventually.Async(app.OutboxAsync, count => count == 0);

        Assert.Empty(app.Mails.To(stale.Email!));
    }

    [Fact]
    public async Task A_pending_address_that_the_host_gives_to_somebody_else_meanwhile_is_lost()
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var (one, two, wanted) = (await app.AddAccountAsync(), await app.AddAccountAsync(), Links.NewAddress());
        var link = await app.ChangeLinkForAsync(one, wanted);
        using var visitor = app.Open();
        var form = await visitor.GetAsync(link);
        await app.SetAsync(two.Id, address: wanted);

        (await visitor.SubmitAsync(form)).IsRefusedAs("spent");
        Assert.Equal(one.Email, (await app.ReadAsync(one.Id)).Email);
    }

    [Theory]
    [InlineData("/account/email")]
    [InlineData("/account/two-factor/off")]
    [InlineData("/account/two-factor/authenticator")]
    [InlineData("/account")]
    public async Task A_form_that_was_open_when_the_ban_came_does_nothing(string path)
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddAccountAsync();
        using var visitor = app.Open();
        await visitor.SignInAsync(account.Email!, Passwords.Old);
        var proof = ("__RequestVerificationToken", Echoes.Antiforgery((await visitor.GetAsync(path)).Body));
        await BanAsync(app, account);
        var before = await app.ReadAsync(account.Id);

        var answer = await visitor.PostAsync(path, proof, ("password", Passwords.Old), ("email", Links.NewAddress()), ("current-password", Passwords.Old), ("new-password", Passwords.New));

        Assert.Equal(HttpStatusCode.Found, answer.Status);
        var after = await app.ReadAsync(account.Id);
        Assert.Equal((before.PasswordHash, before.SecurityStamp, before.LockoutEnd, null), (after.PasswordHash, after.SecurityStamp, after.LockoutEnd, after.Own?.PendingAddress));
    }

    [Fact]
    public async Task A_password_that_the_host_replaced_between_the_two_steps_lets_nobody_in()
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddWithFactorAsync("on,codes");
        using var intruder = app.Open();
        await intruder.SignInAsync(account.Email!, Passwords.Old);
        await app.WithAsync<UserManager<Account>, int>(users => app.WriteAsync(account.Id, row => row.SetProperty(known => known.PasswordHash, users.PasswordHasher.HashPassword(account, Passwords.Other))));

        Assert.Equal("/sign-in", (await intruder.GetAsync("/sign-in/two-factor")).Location);
    }

    [Fact]
    public async Task One_row_that_cannot_be_read_holds_up_nobody_elses_mail()
    {
        await using var app = await TestApp.StartAsync();
        var (account, other) = (await app.AddAccountAsync(), await app.AddAccountAsync());
        await SqlAsync(app, $"UPDATE \"AspNetUsers\" SET \"AccessFailedCount\" = 3000000000 WHERE \"Id\" = '{account.Id}'");
        using var stranger = app.Open();
        await stranger.AskAsync(account.Email!);
        await stranger.AskAsync(other.Email!);

        await Task.Delay(TimeSpan.FromSeconds(8), TestContext.Current.CancellationToken);

        Assert.Single(app.Mails.To(other.Email!));
    }

    private static string Fault(TestApp app) =>
        app.Log.Lines.LastOrDefault(line => line.Contains("Exception", StringComparison.Ordinal) && line.Contains("   at ", StringComparison.Ordinal)) is { } line ? line[..Math.Min(line.Length, 1800)] : "no exception in the log";

    private static Task<int> SqlAsync(TestApp app, string sql) => app.WithAsync<AccountsContext, int>(database => database.Database.ExecuteSqlRawAsync(sql));

    private static IdentityUserToken<string> Token(Account account, string name, string? value) => new() { UserId = account.Id, LoginProvider = Account.TokenStore, Name = name, Value = value };

    private static Task<int> AddAsync(TestApp app, params object[] rows) => app.WithAsync<AccountsContext, int>(database =>
    {
        database.AddRange(rows);
        return database.SaveChangesAsync();
    });

    private static Task<int> InRoleAsync(TestApp app, Account account, IdentityRole role) =>
        AddAsync(app, role, new IdentityUserRole<string> { UserId = account.Id, RoleId = role.Id });

    private static Task<int> BanAsync(TestApp app, Account account) =>
        app.WriteAsync(account.Id, row => row.SetProperty(known => known.LockoutEnd, new DateTimeOffset(2999, 1, 1, 0, 0, 0, TimeSpan.Zero)));

    private static Task<int> DeleteAsync(TestApp app, string id) =>
        app.WithAsync<AccountsContext, int>(database => database.Database.ExecuteSqlAsync($"DELETE FROM \"AspNetUsers\" WHERE \"Id\" = {id}"));

    private static async Task PressAsync(TestApp app, string link)
    {
        using var visitor = app.Open();
        (await visitor.UseAsync(link)).IsUsed("secure");
    }

    private static Task<(CampaignState State, int Released)> ReleasedAsync(TestApp app, Guid id) => app.WithAsync<AccountsContext, (CampaignState, int)>(async database =>
    {
        var row = await database.Campaigns.AsNoTracking().SingleAsync(campaign => campaign.Id == id);
        return (row.State, row.Released);
    });
}

/// <summary>As <see cref="AppOnEach"/>, for more requests than one client is allowed.</summary>
public sealed class AdversarialApps : IAsyncLifetime
{
    private readonly Dictionary<DatabaseProvider, TestApp> _apps = [];

    public async Task<TestApp> OnAsync(DatabaseProvider provider) =>
        _apps.TryGetValue(provider, out var app) ? app : _apps[provider] = await TestApp.StartAsync(new() { ["RateLimits:PerClient:Permits"] = "10000" }, provider: provider);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _apps.Values)
            await app.DisposeAsync();
    }
}
