using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Campaigns;
using OneTimeJwt.Web.Hosting;
using OneTimeJwt.Web.SignIn;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Accounts;

/// <summary>Databases of hosts whose tables want more than Identity writes, on each kind of database.</summary>
public abstract class HostColumnsTests(DatabaseProvider provider)
{
    private const string FullName = "AspNetUsers.FullName";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_value_each_line_has_its_reason_and_nothing_is_half_done()
    {
        await using var app = await StartAsync(FullName);
        var admin = await AdminAsync(app);
        var (one, other) = (await KnownAsync(app, FullName), await KnownAsync(app, FullName));
        string[] fresh = [MailedLinks.NewAddress(), MailedLinks.NewAddress()];

        var outcome = await InviteAsync(app, admin, one, fresh[0], other, fresh[1]);

        Assert.Equal((2, null), (outcome.Invited, outcome.Problem));
        Assert.Equal(fresh, outcome.Left.Select(left => left.Line.Name));
        Assert.All(
            outcome.Left,
            left => Assert.EndsWith("For whoever runs this site: Accounts:New:Columns:FullName", left.Why, StringComparison.Ordinal));
        await app.Mails.WaitAsync(one);
        await app.Mails.WaitAsync(other);
        Assert.All(fresh, address => Assert.Empty(app.Mails.To(address)));
        Assert.Equal(2, (await app.TrailAsync()).Count(line => line.Kind == RecoveryEventKind.Invited));
    }

    [Fact]
    public async Task With_a_value_new_accounts_are_made_invited_and_sign_in()
    {
        await using var app = await StartAsync([FullName], new() { ["Accounts:New:Columns:fullname"] = "{email}" });
        var admin = await AdminAsync(app);
        var address = MailedLinks.NewAddress();

        Assert.Equal((1, 0), await InviteAsync(app, admin, address) is var outcome ? (outcome.Invited, outcome.Left.Count) : default);

        using var visitor = app.Open();
        (await visitor.UseAsync(MailFolder.Link((await app.Mails.WaitAsync(address))[0]))).IsUsed("invite");
        Assert.Equal("/account", (await visitor.SignInAsync(address, Passwords.New)).Location);
        Assert.Equal(address, await TextAsync(app, "FullName", address));
        Assert.Equal("has an account that can’t be invited", Assert.Single((await InviteAsync(app, admin, address)).Left).Why);

        var boss = MailedLinks.NewAddress();
        Assert.True((await CommandAsync(app, boss)).Done);
        Assert.Equal(boss, await TextAsync(app, "FullName", boss));
    }

    [Fact]
    public async Task A_trigger_that_refuses_an_account_refuses_that_line_only()
    {
        await using var app = await StartAsync([FullName], new() { ["Accounts:New:Columns:FullName"] = "unknown" });
        await TellAsync(app, HostDatabase.Trigger(provider));
        var admin = await AdminAsync(app);
        var (refused, fresh, next) = ($"refused-{Guid.NewGuid():N}@example.com", MailedLinks.NewAddress(), MailedLinks.NewAddress());

        var outcome = await InviteAsync(app, admin, fresh, refused, next);

        Assert.Equal((2, null), (outcome.Invited, outcome.Problem));
        Assert.Equal(
            (refused, "could not be added: the database refused it. Whoever runs this site finds the reason in its log."),
            (outcome.Left[0].Line.Name, outcome.Left[0].Why));
        await app.Mails.WaitAsync(next);
        Assert.Empty(app.Mails.To(refused));
        Assert.Contains("the database refused it", (await CommandAsync(app, refused)).Words, StringComparison.Ordinal);
        Assert.Null(await app.WithAsync<UserManager<Account>, Account?>(users => users.FindByEmailAsync(refused)));
    }

    [Fact]
    public async Task The_command_line_is_refused_in_a_line_that_names_the_setting()
    {
        await using var app = await StartAsync(FullName);

        var outcome = await CommandAsync(app, MailedLinks.NewAddress());

        Assert.False(outcome.Done);
        Assert.DoesNotContain('\n', outcome.Words);
        Assert.Contains("Set Accounts:New:Columns:FullName, or give the columns defaults.", outcome.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Role_tables_that_want_more_than_Identity_writes_are_left_alone()
    {
        await using var app = await StartAsync("AspNetRoles.TenantId", "AspNetUserRoles.TenantId", "AspNetRoleClaims.TenantId");
        var address = MailedLinks.NewAddress();

        Assert.True((await CommandAsync(app, address)).Done);

        Assert.Equal(1, await app.WithAsync<AccountsContext, int>(database => database.ConsoleRoleMembers.CountAsync(Cancellation)));
        await using var site = HostDatabase.Open(app.Database, "AspNetRoles.TenantId");
        Assert.Equal(0, await site.Roles.CountAsync(Cancellation));
    }

    [Fact]
    public async Task A_role_that_the_database_refuses_is_told_in_a_sentence_and_leaves_no_account()
    {
        await using var app = await StartAsync();
        await TellAsync(app, NoMembers);
        var address = MailedLinks.NewAddress();

        var outcome = await CommandAsync(app, address);

        Assert.False(outcome.Done);
        Assert.Contains(
            "can't be made an admin, and nothing was changed: the database refused it",
            outcome.Words,
            StringComparison.Ordinal);
        Assert.DoesNotContain('\n', outcome.Words);
        Assert.Null(await app.WithAsync<UserManager<Account>, Account?>(users => users.FindByEmailAsync(address)));
        Assert.Empty(app.Mails.To(address));
    }

    [Fact]
    public async Task An_act_of_the_console_that_the_database_refuses_is_told_in_a_sentence()
    {
        await using var app = await StartAsync();
        var admin = await AdminAsync(app);
        await TellAsync(app, NoMembers);
        var account = await app.AddAccountAsync();

        var outcome = await app.ActAsync(admin, AdminAction.MakeSupport, account.Id);

        Assert.Equal(
            (false, "The database refused this, and nothing was changed. Whoever runs this site finds the reason in its log."),
            (outcome.Done, outcome.Message));
        Assert.Null(await app.WithAsync<ConsoleRoles, ConsoleRole?>(roles => roles.OfAsync(account.Id)));
    }

    [Fact]
    public async Task A_second_factor_that_the_database_refuses_is_told_in_a_sentence_and_leaves_all_as_it_was()
    {
        await using var app = await StartAsync("AspNetUserTokens.TenantId");
        var account = await app.AddAccountAsync();

        var change = await app.WithAsync<IServiceProvider, SecondFactorChange>(async services =>
        {
            var row = (await services.GetRequiredService<UserManager<Account>>().FindByIdAsync(account.Id))!;
            var refused = await services
                .GetRequiredService<SecondFactor>()
                .UseAuthenticatorAsync(row, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "123456", client: null);
            Assert.False(row.TwoFactorEnabled);
            return refused;
        });

        Assert.StartsWith("The database refused this", change.Problem, StringComparison.Ordinal);
        var now = await app.ReadAsync(account.Id);
        Assert.Equal((false, account.SecurityStamp), (now.TwoFactorEnabled, now.SecurityStamp));
    }

    [Fact]
    public async Task A_database_that_goes_away_in_the_middle_is_told_of_and_the_rest_can_be_sent_again()
    {
        string[] fresh = [MailedLinks.NewAddress(), MailedLinks.NewAddress(), MailedLinks.NewAddress()];
        var away = new Away(fresh[1]);
        await using var app = await TestApp.StartAsync(
            provider: provider,
            replace: services => services.ConfigureDbContext<AccountsContext>(options => options.AddInterceptors(away)));
        var admin = await app.AddAdminAsync(ConsoleRole.Admin);

        var outcome = await InviteAsync(app, admin, fresh);
        Assert.Equal((1, true), (outcome.Invited, outcome.BrokeOff));
        Assert.Equal(fresh[1..], outcome.Left.Select(left => left.Line.Name));
        Assert.NotNull(outcome.Problem);

        using var visitor = app.Open();
        Assert.Equal("/account", (await visitor.SignInAsync(admin.Account.Email!, Passwords.Old)).Location);
        var form = AnswerMask.Antiforgery((await visitor.GetAsync("/admin/invite")).Body);
        var page = await visitor.PostAsync(
            "/admin/invite",
            ("__RequestVerificationToken", form),
            ("list", string.Join('\n', fresh)),
            ("reason", "they start on Monday"));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "30"), (page.Status, page.Headers["Retry-After"]));
        Assert.Contains(
            "The database went away in the middle. Whoever is counted as invited gets a mail.",
            page.Body,
            StringComparison.Ordinal);
        Assert.Contains($"{fresh[1]}\n{fresh[2]}</textarea>", WebUtility.HtmlDecode(page.Body), StringComparison.Ordinal);

        away.IsBack = true;
        var again = await InviteAsync(app, admin, fresh);
        Assert.Equal((2, false), (again.Invited, again.BrokeOff));
        Assert.Equal((fresh[0], "was invited a few minutes ago"), (again.Left[0].Line.Name, again.Left[0].Why));
        foreach (var address in fresh)
            Assert.Single(await app.Mails.WaitAsync(address));
    }

    [Fact]
    public async Task Seeded_accounts_that_the_database_refuses_are_told_of_and_none_is_half_made()
    {
        await using var app = await StartAsync(FullName);
        await TellAsync(app, """DELETE FROM "AspNetUsers" """);

        var told = await app.WithAsync<DevelopmentSeed, string?>(seed => seed.SeedAsync());

        Assert.StartsWith("Seed:Accounts: the database refused ada@example.com: ", told, StringComparison.Ordinal);
        Assert.Equal(0, await app.WithAsync<AccountsContext, int>(database => database.Users.CountAsync()));
    }

    [Fact]
    public async Task Values_are_stored_in_the_type_of_their_column_and_what_does_not_fit_is_told()
    {
        await using var app = await TestApp.StartAsync(provider: provider);
        foreach (var (type, i) in Types.Select((type, i) => (type.Type, i)))
            await TellAsync(app, $"""ALTER TABLE "AspNetUsers" ADD COLUMN "C{i}" {type}""");

        for (var i = 0; i < Types.Count; i++)
        {
            var (type, fitting, unfit) = Types[i];
            foreach (var (text, stored) in fitting)
            {
                var address = MailedLinks.NewAddress();
                var columns = Columns(app, ($"C{i}", text));
                Assert.Empty(await columns.FaultsAsync());
                await AddAsync(app, columns, address);
                Assert.Equal((type, stored ?? address), (type, await TextAsync(app, $"C{i}", address)));
            }

            foreach (var text in unfit)
            {
                var fault = Assert.Single(await Columns(app, ($"C{i}", text)).FaultsAsync());
                Assert.StartsWith($"Accounts:New:Columns:C{i}: ", fault, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task What_is_filled_in_is_each_accounts_own()
    {
        await using var app = await TestApp.StartAsync(provider: provider);
        var (moment, guid) = provider == DatabaseProvider.PostgreSql ? ("timestamptz", "uuid") : ("TEXT", "TEXT");
        await TellAsync(app, $"""ALTER TABLE "AspNetUsers" ADD COLUMN "Made" {moment}""");
        await TellAsync(app, $$""""ALTER TABLE "AspNetUsers" ADD COLUMN "The {0} ""Tag""" {{guid}}"""");
        var columns = Columns(app, ("Made", "{now}"), ("The {0} \"Tag\"", "{newguid}"));
        Assert.Empty(await columns.FaultsAsync());
        string[] addresses = [MailedLinks.NewAddress(), MailedLinks.NewAddress()];
        foreach (var address in addresses)
            await AddAsync(app, columns, address);

        var tags = new[]
        {
            await TextAsync(app, "The {0} \"\"Tag\"\"", addresses[0]),
            await TextAsync(app, "The {0} \"\"Tag\"\"", addresses[1]),
        };
        Assert.All(tags, tag => Assert.True(Guid.TryParse(tag, out _)));
        Assert.NotEqual(tags[0], tags[1]);
        Assert.StartsWith($"{app.Clock.GetUtcNow():yyyy-MM-dd}", await TextAsync(app, "Made", addresses[0]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_fault_is_told_at_once_and_names_its_setting()
    {
        await using var app = await TestApp.StartAsync(provider: provider);
        await TellAsync(app, """ALTER TABLE "AspNetUsers" ADD COLUMN "Level" smallint""");
        var settings = new HostColumnSettings { DisplayNameColumn = "Level" };
        foreach (var (name, value) in new[] { ("Nowhere", "1"), ("PasswordHash", "x"), ("Level", "high") })
            settings.New.Columns[name] = value;

        Assert.Equal(
            [
                "Accounts:New:Columns:Nowhere: AspNetUsers has no column Nowhere: name one that is there, or leave the setting out",
                "Accounts:New:Columns:PasswordHash: PasswordHash is one of Identity's own columns: leave it out",
                "Accounts:New:Columns:Level: Level is of the type smallint and can't hold 'high': "
                    + "write a value of that type, or give the column a default and leave the setting out",
                "Accounts:DisplayNameColumn: Level is of the type smallint: name a column of text, or leave it out",
            ],
            await Columns(app, settings).FaultsAsync());
    }

    [Fact]
    public async Task Before_the_first_migration_there_is_nothing_to_check()
    {
        await using var app = await UnstartedApp.OnAsync(provider);
        var settings = new HostColumnSettings();
        settings.New.Columns["FullName"] = "x";

        Assert.Empty(
            await new HostColumns(
                app.Services.GetRequiredService<IDbContextFactory<AccountsContext>>(),
                Options.Create(settings),
                TimeProvider.System
            ).FaultsAsync());
    }

    /// <summary>Types of columns; texts that fit and what is stored, as text (null: the account's address); texts that don't.</summary>
    private protected abstract IReadOnlyList<(string Type, (string Text, string? Stored)[] Fitting, string[] Unfit)> Types { get; }

    // Says no to each role that is given.
    private string NoMembers => provider == DatabaseProvider.PostgreSql
        ? """ALTER TABLE "RecoveryRoleMembers" ADD CHECK ("Role" = '') NOT VALID"""
        : "CREATE TRIGGER refuse BEFORE INSERT ON RecoveryRoleMembers BEGIN SELECT RAISE(ABORT, 'not this one'); END";

    private protected Task<TestApp> StartAsync(params string[] required) => StartAsync(required, settings: null);

    private protected static Task<InvitationOutcome> InviteAsync(TestApp app, Member by, params string[] addresses) =>
        app.WithAsync<InvitationSender, InvitationOutcome>(invitations =>
            invitations.SendAsync(
                by.User,
                [.. addresses.Select((address, i) => new InputRow(i + 1, address))],
                "they start on Monday",
                "203.0.113.9"));

    private protected Task<TestApp> StartAsync(string[] required, Dictionary<string, string?>? settings) =>
        TestApp.StartAsync(settings, provider: provider, host: database => HostDatabase.MakeAsync(database, required));

    private protected static Task<int> TellAsync(TestApp app, string sql) =>
        app.WithAsync<AccountsContext, int>(database =>
            database.Database.ExecuteSqlRawAsync(
                sql.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal),
                Cancellation));

    // An account that is there, with a role: new ones can't be made.
    private protected static async Task<Member> AdminAsync(TestApp app)
    {
        var account = (await app.WithAsync<UserManager<Account>, Account?>(users => users.FindByNameAsync("admin@example.com")))!;
        Assert.Equal(RoleOutcome.Done, await app.Roles().GrantAsync(account.Id, ConsoleRole.Admin));
        await app.AsAnotherApplicationAsync(account.Id, (users, row) => users.UpdateSecurityStampAsync(row));
        account = await app.ReadAsync(account.Id);
        return new Member(
            account,
            await app.WithAsync<IUserClaimsPrincipalFactory<Account>, System.Security.Claims.ClaimsPrincipal>(factory =>
                factory.CreateAsync(account)));
    }

    // As the host makes one.
    private static async Task<string> KnownAsync(TestApp app, string column)
    {
        var address = MailedLinks.NewAddress();
        await using var site = HostDatabase.Open(app.Database, column);
        var row = site.Add(
            new IdentityUser(address)
            {
                NormalizedUserName = address.ToUpperInvariant(),
                Email = address,
                NormalizedEmail = address.ToUpperInvariant(),
            });
        row.Property(column.Split('.')[1]).CurrentValue = "theirs";
        await site.SaveChangesAsync(Cancellation);
        return address;
    }

    private static Task<AdminInvitation.Outcome> CommandAsync(TestApp app, string address) =>
        app.WithAsync<AdminInvitation, AdminInvitation.Outcome>(invitation => invitation.SendAsync(address));

    private static HostColumns Columns(TestApp app, params (string Name, string Value)[] values)
    {
        var settings = new HostColumnSettings();
        foreach (var (name, value) in values)
            settings.New.Columns[name] = value;
        return Columns(app, settings);
    }

    private static HostColumns Columns(TestApp app, HostColumnSettings settings) =>
        new(app.Services.GetRequiredService<IDbContextFactory<AccountsContext>>(), Options.Create(settings), app.Clock);

    private static Task<IdentityResult> AddAsync(TestApp app, HostColumns columns, string address) =>
        app.WithAsync<IServiceProvider, IdentityResult>(services =>
        {
            var account = new Account
            {
                UserName = address,
                Email = address,
                NormalizedUserName = address.ToUpperInvariant(),
                NormalizedEmail = address.ToUpperInvariant(),
                LockoutEnd = app.Clock.GetUtcNow(),
            };
            return new AccountStore(
                services.GetRequiredService<AccountsContext>(),
                columns,
                services.GetRequiredService<SqliteWriteLock>()
            ).CreateAsync(account, Cancellation);
        });

    private static Task<string> TextAsync(TestApp app, string column, string address) => app.WithAsync<AccountsContext, string>(database =>
    {
        var name = column.Replace("{0}", "{{0}}", StringComparison.Ordinal);
        var sql = "SELECT CAST(\"" + name + "\" AS text) AS \"Value\" FROM \"AspNetUsers\" WHERE \"Email\" = {0}";
        return database.Database.SqlQueryRaw<string>(sql, address).SingleAsync(Cancellation);
    });

    /// <summary>The database is away for one account.</summary>
    private sealed class Away(string address) : SaveChangesInterceptor
    {
        public bool IsBack { get; set; }

        public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
            DbContextEventData eventData,
            InterceptionResult<int> result,
            CancellationToken cancellationToken = default) =>
            !IsBack && eventData.Context!.ChangeTracker.Entries<Account>().Any(row => row.Entity.Email == address)
                ? throw new TimeoutException("away")
                : new(result);
    }
}

public sealed class SqliteHostColumnsTests() : HostColumnsTests(DatabaseProvider.Sqlite)
{
    private protected override IReadOnlyList<(string Type, (string Text, string? Stored)[] Fitting, string[] Unfit)> Types =>
    [
        ("INTEGER", [("7", "7"), ("-1", "-1"), ("true", "1"), ("False", "0")], ["seven", "1.5", "", "{email}", "{mail}"]),
        ("BOOLEAN", [("1", "1"), ("true", "1")], ["2", "yes"]),
        ("REAL", [("1.5", "1.5")], ["much"]),
        ("DECIMAL(10,2)", [("12.5", "12.5")], ["much"]),
        ("TEXT", [("", ""), ("O'Neill {0} {x", "O'Neill {0} {x"), ("{email}", null), ("2026-01-31", "2026-01-31")], []),
        ("VARCHAR(40)", [("text", "text")], []),
        ("DATETIME", [("2026-01-31 10:00:00", "2026-01-31 10:00:00")], ["tomorrow"]),
        ("BLOB", [], ["00"]),
    ];
}

public sealed class PostgreSqlHostColumnsTests() : HostColumnsTests(DatabaseProvider.PostgreSql)
{
    private protected override IReadOnlyList<(string Type, (string Text, string? Stored)[] Fitting, string[] Unfit)> Types =>
    [
        ("integer", [("7", "7"), ("-1", "-1")], ["seven", "1.5", "", "99999999999", "{email}"]),
        ("bigint", [("99999999999", "99999999999")], ["seven"]),
        ("boolean", [("true", "true"), ("0", "false")], ["perhaps"]),
        ("numeric(5,2)", [("12.5", "12.50")], ["much"]),
        ("double precision", [("1.5", "1.5")], ["much"]),
        ("text", [("", ""), ("O'Neill {0} {x", "O'Neill {0} {x"), ("{email}", null)], []),
        ("varchar(5)", [("short", "short")], ["longer"]),
        ("uuid", [("7f9c24e8-3b12-4fef-91e0-0d5a3c6f2a11", "7f9c24e8-3b12-4fef-91e0-0d5a3c6f2a11")], ["7", "{email}"]),
        ("date", [("2026-01-31", "2026-01-31")], ["2026-02-31"]),
        ("timestamp", [("2026-01-31 10:00:00", "2026-01-31 10:00:00")], ["tomorrow at ten"]),
        ("jsonb", [("{}", "{}")], ["{"]),
        ("text[]", [("{a,b}", "{a,b}")], ["a"]),
    ];

    [Fact]
    public async Task A_trigger_that_fills_in_a_required_column_lets_accounts_be_made_without_a_setting()
    {
        await using var app = await StartAsync("AspNetUsers.FullName");
        await TellAsync(app, """
            CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW."FullName" := NEW."Email"; RETURN NEW; END $$;
            CREATE TRIGGER fill BEFORE INSERT ON "AspNetUsers" FOR EACH ROW EXECUTE FUNCTION fill();
            """);

        Assert.Equal(1, (await InviteAsync(app, await AdminAsync(app), MailedLinks.NewAddress())).Invited);
    }
}
