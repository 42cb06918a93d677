using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Campaigns;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.Tests.Hosting;

namespace OneTimeJwt.Web.Tests.Accounts;

/// <summary>PostgreSQL databases that don't store text in UTF-8, and people who type what those can't hold.</summary>
public sealed class EncodingTests
{
    private const string Beyond = "用户@example.com";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("LATIN1", Beyond)]
    [InlineData("WIN1251", "müller@example.com")]
    [InlineData("EUC_JP", "한국@example.com")]
    [InlineData("SQL_ASCII", Beyond)]
    public async Task An_address_that_the_database_cannot_hold_is_one_that_nobody_has(string encoding, string beyond)
    {
        await using var app = await TestApp.StartAsync(provider: DatabaseProvider.PostgreSql, encoding: encoding);
        var (account, other) = (await app.AddAccountAsync(), await app.AddAccountAsync());
        using var visitor = app.Open();

        var classes = new HashSet<string>();
        foreach (var address in new[] { beyond, account.Email!, beyond, other.Email! })
        {
            classes.Add(AnswerMask.Class(await visitor.AskAsync(address), address));
            classes.Add(AnswerMask.Class(await visitor.SignInAsync(address, Passwords.Other), address));
        }

        Assert.Equal(2, classes.Count);
        Assert.Single(await app.Mails.WaitAsync(account.Email!));
        Assert.Single(await app.Mails.WaitAsync(other.Email!));
        Assert.Equal(0, await Eventually.Async(() => app.OutboxAsync(), rows => rows == 0));
        Assert.Equal(2, (await app.TrailAsync()).Count(line => line is { Kind: RecoveryEventKind.Requested, Detail: "no such account" }));
    }

    [Fact]
    public async Task What_a_signed_in_owner_and_an_admin_type_is_looked_up_refused_or_written_down_as_far_as_it_goes()
    {
        await using var app = await TestApp.StartAsync(provider: DatabaseProvider.PostgreSql, encoding: "LATIN1");
        var account = await app.AddAccountAsync(shape: row => row.Email = row.UserName = "josé@example.com");
        using var visitor = app.Open();

        Assert.Equal("/account", (await visitor.SignInAsync("JOSÉ@example.com", Passwords.Old)).Location);
        var change = await visitor.SubmitAsync(await visitor.GetAsync("/account/email"), ("email", Beyond), ("password", Passwords.Old));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, change.Status);
        Assert.Null((await app.ReadAsync(account.Id)).RecoveryState?.PendingAddress);

        var search = app.Services.GetRequiredService<AccountSearch>();
        var (trail, match) = (app.Services.GetRequiredService<TrailReader>(), app.Services.GetRequiredService<AccountListMatcher>());
        Assert.Empty((await search.PageAsync(Beyond, AccountFilters.None, cancellationToken: Cancellation)).Rows);
        var found = await search.PageAsync("josé", AccountFilters.None, cancellationToken: Cancellation);
        Assert.Equal(account.Id, Assert.Single(found.Rows).Id);
        Assert.Empty((await trail.PageAsync(new TrailQuery(Account: Beyond), cancellationToken: Cancellation)).Lines);
        var list = AccountListMatcher.ReadLines($"{Beyond}\njosé@example.com");
        var matched = await match.NextAsync(new CampaignSelection("", AccountFilters.None, list), after: null, Cancellation);
        Assert.Equal([[], [account.Id]], matched.Lines.Select(line => line.AccountIds));

        await app.Services.GetRequiredService<GroupCommitWriter>().AppendAsync(
            new RecoveryEvent { At = app.Clock.GetUtcNow(), Kind = RecoveryEventKind.Locked, AccountId = account.Id, Reason = "“sí”, 用户" },
            Cancellation);
        Assert.Contains(await app.TrailAsync(account.Id), line => line.Reason == "?sí?, ??");
    }

    [Fact]
    public async Task Bytes_that_are_no_text_keep_their_own_account_from_its_mail_and_no_other()
    {
        await using var app = await TestApp.StartAsync(provider: DatabaseProvider.PostgreSql, encoding: "SQL_ASCII");
        var (broken, other) = (await app.AddAccountAsync(), await app.AddAccountAsync());
        await app.WithAsync<AccountsContext, int>(database => database.Database.ExecuteSqlAsync(
            $"""UPDATE "AspNetUsers" SET "Email" = convert_from('\xfc', 'SQL_ASCII') || "Email" WHERE "Id" = {broken.Id}"""));
        using var visitor = app.Open();

        await visitor.AskAsync(broken.Email!);
        await AddAsync(app, broken.Id);
        await AddAsync(app, other.Id);
        await visitor.AskAsync(other.Email!);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.SignInAsync(broken.Email!, Passwords.Old)).Status);

        await app.Mails.WaitAsync(other.Email!, 2);
        var rows = await Eventually.Async(() => RowsAsync(app), rows => rows is [{ Cause: not null }, { Cause: not null }]);
        Assert.Equal("the account's row can't be read", Assert.Single(rows, row => row.RefusedAt is not null).Cause);
        // Which account was meant isn't known: it is tried until nobody waits any more.
        var unknown = Assert.Single(rows, row => row.RefusedAt is null);
        Assert.Null(unknown.AccountId);
        Assert.True(unknown.DueAt > unknown.RequestedAt.AddSeconds(3));
        app.Clock.Move(TimeSpan.FromHours(13));
        Assert.Single(await Eventually.Async(() => RowsAsync(app), rows => rows.Count == 1));
        Assert.Contains(await app.TrailAsync(), line => line.Kind == RecoveryEventKind.GaveUp);
    }

    [Theory]
    [InlineData("LATIN1", "This database is in LATIN1")]
    [InlineData("SQL_ASCII", "This database is in SQL_ASCII")]
    [InlineData(null, null)]
    public async Task The_encoding_is_named_where_it_is_not_UTF_8(string? encoding, string? told)
    {
        await using var app = await UnstartedApp.OnAsync(DatabaseProvider.PostgreSql, encoding);
        await HostDatabase.MakeAsync(app.Database);
        var (_, notes) = await app.Adoption.CheckAsync();
        Assert.Equal(told is null ? 0 : 1, notes.Count(note => note.StartsWith(told ?? "This database", StringComparison.Ordinal)));
        await app.Migrator.AdoptAsync();

        var said = await Executable.RunAsync(
            Path.GetTempPath(),
            new() { ["Database:Provider"] = "PostgreSql", ["ConnectionStrings:Accounts"] = app.Database.ConnectionString },
            "database",
            "migrate");

        Assert.Equal(0, said.Code);
        Assert.Equal(told is not null, said.Said.Contains(told ?? "This database is in", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_row_that_cannot_be_read_is_told_and_no_obstacle_to_adoption()
    {
        await using var app = await UnstartedApp.OnAsync(DatabaseProvider.PostgreSql, "SQL_ASCII");
        await HostDatabase.MakeAsync(app.Database);
        await using var database = app.Open();
        await database.Database.ExecuteSqlAsync(
            $"""UPDATE "AspNetUsers" SET "UserName" = convert_from('\xfc', 'SQL_ASCII') WHERE "NormalizedEmail" = 'ADA@EXAMPLE.COM'""",
            Cancellation);

        var (obstacles, notes) = await app.Adoption.CheckAsync();

        Assert.Empty(obstacles);
        Assert.Contains(notes, note => note.StartsWith("A row of AspNetUsers can't be read", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_taken_for_storable_the_server_stores()
    {
        await using var app = await UnstartedApp.OnAsync(DatabaseProvider.PostgreSql, "UTF8");
        await using var database = app.Open();
        await database.Database.ExecuteSqlAsync($$"""
            CREATE FUNCTION refused(name text, characters text) RETURNS text LANGUAGE plpgsql AS $$
            DECLARE c text; found text := ''; BEGIN
                FOREACH c IN ARRAY regexp_split_to_array(characters, '') LOOP
                    BEGIN PERFORM convert_to(c, name); EXCEPTION WHEN untranslatable_character THEN found := found || c; END;
                END LOOP;
                RETURN found;
            END $$
            """, Cancellation);

        var faults = new List<string>();
        foreach (var name in ServerEncoding.Names)
        {
            var beyondAscii = Enumerable.Range(0x80, 0xD800 - 0x80).Select(code => (char)code);
            var storable = new string([.. beyondAscii.Where(c => ServerEncoding.Fit(name, c.ToString()) == c.ToString())]);
            Assert.NotEmpty(storable);
            var refused = await database
                .Database.SqlQuery<string>($"""SELECT refused({name}, {storable}) AS "Value" """)
                .SingleAsync(Cancellation);
            if (refused.Length > 0)
                faults.Add($"{name}: {string.Join(' ', refused.Select(c => $"{(int)c:X4}"))}");
        }

        Assert.Empty(faults);
    }

    private static Task<List<OutboxMail>> RowsAsync(TestApp app) =>
        app.WithAsync<AccountsContext, List<OutboxMail>>(database => database.Outbox.AsNoTracking().ToListAsync());

    private static Task AddAsync(TestApp app, string accountId)
    {
        var now = app.Clock.GetUtcNow();
        return app.Services.GetRequiredService<GroupCommitWriter>().AppendAsync(
            new OutboxMail { Kind = OutboxKind.ResetLink, AccountId = accountId, RequestedAt = now, DueAt = now }, Cancellation);
    }
}
