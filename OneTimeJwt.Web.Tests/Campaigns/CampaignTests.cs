using System.Net.Http.Headers;
using System.Text;
using Bunit;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Campaigns;
using OneTimeJwt.Web.Delivery;
using OneTimeJwt.Web.SignIn;
using OneTimeJwt.Web.Tests.Admin;
using OneTimeJwt.Web.Tests.Site;
using DeliveryOutcome = OneTimeJwt.Web.Mail.DeliveryOutcome;

namespace OneTimeJwt.Web.Tests.Campaigns;

public sealed class CampaignTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private readonly TestApp _app = shared.App;

    [Fact]
    public async Task A_pasted_list_becomes_a_campaign_and_says_which_lines_name_no_account()
    {
        using var admin = await SignedInAsync(_app, ConsoleRole.Admin);
        var accounts = await AddAsync(_app, 4);
        var list =
            $"{accounts[0].Email}\r\n\r\nnobody@example.com\r\n  {accounts[1].UserName!.ToUpperInvariant()}  "
                + $"\n{accounts[2].Id}\n{accounts[0].Id}\npassword123\n";

        var answer = await PostAsync(admin, ("list", list), ("act", "reset"));

        var view = await ViewAsync(_app, answer);
        Assert.Equal(
            (3, 2, "3, 7", CampaignState.Draft, true),
            (
                view.Campaign.Accounts,
                view.Campaign.Unmatched,
                view.Campaign.UnmatchedLines,
                view.Campaign.State,
                view.Campaign.RequiresReset));
        Assert.Equal(accounts.Take(3).Select(account => account.Email), view.Sample);
        // People paste anything: what names no account isn't kept.
        FileSearch.HoldNone(_app.Folder, ["password123"]);
    }

    [Theory]
    [InlineData("email,name\n{0},Ada\n{1},\"Grace\nHopper\"\nnobody@example.com,x\n", "5")]
    [InlineData("name;E-Mail\nAda;{0}\nGrace;{1}\nx;nobody@example.com\n", "4")]
    [InlineData("{0}\n{1}\nnobody@example.com", "3")]
    public async Task A_file_is_read_by_its_header_or_by_its_first_column(string csv, string unmatched)
    {
        using var admin = await SignedInAsync(_app, ConsoleRole.Admin);
        var accounts = await AddAsync(_app, 2);

        var answer = await PostAsync(
            admin,
            file: string.Format(System.Globalization.CultureInfo.InvariantCulture, csv, accounts[0].Email, accounts[1].Email));

        var view = await ViewAsync(_app, answer);
        Assert.Equal((2, unmatched), (view.Campaign.Accounts, view.Campaign.UnmatchedLines));
    }

    [Fact]
    public async Task What_accounts_are_chooses_them_and_never_the_one_who_chooses()
    {
        using var admin = await SignedInAsync(_app, ConsoleRole.Admin, "wanted-");
        await AddAsync(_app, 3, "wanted-");

        Assert.Equal(3, (await ViewAsync(_app, await PostAsync(admin, ("q", "wanted-")))).Campaign.Accounts);
    }

    [Fact]
    public async Task What_can_not_be_a_campaign_is_said_and_nothing_is_kept()
    {
        using var admin = await SignedInAsync(_app, ConsoleRole.Admin);
        var before = await CampaignsAsync(_app);
        var tooMany = string.Join('\n', Enumerable.Range(0, CampaignActions.MaxAccounts + 1));

        Assert.Contains("in one way", await RefusedAsync(admin), StringComparison.Ordinal);
        Assert.Contains("in one way", await RefusedAsync(admin, fields: [("q", "a"), ("list", "b")]), StringComparison.Ordinal);
        Assert.Contains(
            "No line names an account",
            await RefusedAsync(admin, fields: [("list", "nobody@example.com")]),
            StringComparison.Ordinal);
        Assert.Contains("No account is like that", await RefusedAsync(admin, fields: [("q", "nobody at all")]), StringComparison.Ordinal);
        Assert.Contains("more than 100,000", await RefusedAsync(admin, fields: [("list", tooMany)]), StringComparison.Ordinal);
        Assert.Contains("more than 100,000", await RefusedAsync(admin, tooMany), StringComparison.Ordinal);
        Assert.Contains("be read as CSV", await RefusedAsync(admin, $"email\n\"{new string('x', 70_000)}"), StringComparison.Ordinal);
        Assert.Equal(before, await CampaignsAsync(_app));
    }

    [Fact]
    public async Task What_is_wrong_with_a_list_is_said_in_the_language_of_its_page()
    {
        using var admin = await SignedInAsync(_app, ConsoleRole.Admin);
        var answer = await PostAsync(admin, ("list", "nobody@example.com"), ("lang", "de"));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Contains("<html lang=\"de\"", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("No line names an account", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_larger_form_than_the_limit_is_refused_and_so_is_one_of_another_page()
    {
        using var admin = await SignedInAsync(_app, ConsoleRole.Admin);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync(admin, ("list", new string('x', 17 * 1024 * 1024)))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await admin.PostAsync("/admin/bulk", ("q", "user"))).Status);
    }

    [Fact]
    public async Task Only_an_admin_draws_up_starts_and_steers_and_attempts_are_recorded()
    {
        var (support, admin) = (await _app.AddAdminAsync(ConsoleRole.Support), await _app.AddAdminAsync(ConsoleRole.Admin));
        using var session = await SignedInAsync(_app, support);
        var accounts = await AddAsync(_app, 1);
        Assert.Contains("Only an Admin", await RefusedAsync(session, fields: [("list", accounts[0].Email!)]), StringComparison.Ordinal);

        var id = await DraftAsync(_app, admin, accounts);
        var campaigns = _app.Services.GetRequiredService<CampaignActions>();
        Assert.NotNull((await campaigns.StartAsync(support.User, id, new CampaignStart("why", 60, "1", null))).Problem);
        Assert.NotNull((await campaigns.ChangeStateAsync(support.User, id, CampaignAction.Stop, null)).Problem);

        Assert.Equal(3, (await _app.TrailAsync()).Count(line => line.Kind == RecoveryEventKind.ActRefused && line.Actor == support.Id));
        Assert.Equal(CampaignState.Draft, (await ViewAsync(_app, id)).Campaign.State);
    }

    [Theory]
    [InlineData("", 60, "2")]
    [InlineData("why", 0, "2")]
    [InlineData("why", 6001, "2")]
    [InlineData("why", 60, "3")]
    [InlineData("why", 60, "")]
    public async Task It_starts_with_a_reason_a_rate_and_the_number_only(string reason, int rate, string number)
    {
        var admin = await _app.AddAdminAsync(ConsoleRole.Admin);
        var id = await DraftAsync(_app, admin, await AddAsync(_app, 2));

        var campaigns = _app.Services.GetRequiredService<CampaignActions>();
        Assert.NotNull((await campaigns.StartAsync(admin.User, id, new CampaignStart(reason, rate, number, null))).Problem);
        Assert.Equal(CampaignState.Draft, (await ViewAsync(_app, id)).Campaign.State);
    }

    [Theory]
    [InlineData(0, "Say why")]
    [InlineData(501, "longer than 500")]
    public async Task What_is_wrong_with_its_reason_is_said(int length, string told)
    {
        var admin = await _app.AddAdminAsync(ConsoleRole.Admin);
        var id = await DraftAsync(_app, admin, await AddAsync(_app, 2));

        var outcome = await _app.Services.GetRequiredService<CampaignActions>()
            .StartAsync(admin.User, id, new CampaignStart(new string('x', length), 60, "2", null));

        Assert.Contains(told, outcome.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_campaign_pauses_resumes_survives_a_restart_and_writes_to_each_account_once_from_any_number_of_nodes()
    {
        await using var app = await TestApp.StartAsync();
        var admin = await app.AddAdminAsync(ConsoleRole.Admin);
        var accounts = await AddAsync(app, 48);
        var id = await DraftAsync(app, admin, accounts, requiresReset: true);
        var campaigns = app.Services.GetRequiredService<CampaignActions>();

        await using (await TestApp.StartAsync(new() { ["Recovery:PublicOrigin"] = app.Origin }, beside: app))
        {
            Assert.Null((await campaigns.StartAsync(admin.User, id, new CampaignStart("leaked list", 240, "48", null))).Problem);
            await Eventually.Async(() => ViewAsync(app, id), view => view.Campaign.Released > 0);
            Assert.Null((await campaigns.ChangeStateAsync(admin.User, id, CampaignAction.Pause, null)).Problem);
            var paused = (await ViewAsync(app, id)).Campaign.Released;
            Assert.InRange(paused, 1, 47);
            await Task.Delay(TimeSpan.FromSeconds(2), Xunit.TestContext.Current.CancellationToken);
            Assert.Equal(paused, (await ViewAsync(app, id)).Campaign.Released);
        }

        Assert.Null((await campaigns.ChangeStateAsync(admin.User, id, CampaignAction.Resume, null)).Problem);
        await using var later = await TestApp.StartAsync(new() { ["Recovery:PublicOrigin"] = app.Origin }, beside: app);
        var done = await Eventually.Async(() => ViewAsync(app, id), view => view.Campaign.State == CampaignState.Done);

        Assert.Equal((CampaignState.Done, new CampaignCounts(0, 0, 48, 0, 0)), (done.Campaign.State, done.Counts));
        Assert.All(accounts, account => Assert.Single(app.Mails.To(account.Email!)));
        Assert.All(await app.TrailAsync(accounts[0].Id), line => Assert.Equal(id, line.CampaignId));
        using var owner = app.Open();
        Assert.True((await owner.RedeemAsync(MailFolder.Link(app.Mails.To(accounts[7].Email!)[0]), Passwords.New)).PasswordChanged);
        Assert.Equal(1, (await ViewAsync(app, id)).Counts.Redeemed);

        using var session = await SignedInAsync(app, admin);
        var result = await session.GetAsync($"/admin/bulk/{id}/result.csv");
        Assert.Equal("text/csv; charset=utf-8", result.Headers["Content-Type"]);
        Assert.Equal(
            48,
            result
                .Body.Split("\r\n")
                .Count(line => line.EndsWith(",sent", StringComparison.Ordinal) || line.EndsWith(",redeemed", StringComparison.Ordinal)));
        Assert.Contains($"{accounts[7].Id},{accounts[7].Email},redeemed", result.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accounts_that_get_no_mail_count_as_failed_and_a_stop_is_for_good()
    {
        var admin = await _app.AddAdminAsync(ConsoleRole.Admin);
        var locked = await _app.AddAccountAsync(shape: account => account.LockoutEnd = DateTimeOffset.MaxValue);
        var nameless = await _app.AddAccountAsync(shape: account => account.Email = null);
        var id = await DraftAsync(_app, admin, [locked, nameless, .. await AddAsync(_app, 1)]);
        var campaigns = _app.Services.GetRequiredService<CampaignActions>();
        Assert.Null((await campaigns.StartAsync(admin.User, id, new CampaignStart("why", 6_000, "3", null))).Problem);
        Assert.Equal(
            new CampaignCounts(0, 0, 1, 0, 2),
            (await Eventually.Async(() => ViewAsync(_app, id), view => view.Counts is { Sent: 1, Failed: 2 })).Counts);

        var stopped = await DraftAsync(_app, admin, await AddAsync(_app, 1));
        Assert.Null((await campaigns.ChangeStateAsync(admin.User, stopped, CampaignAction.Stop, null)).Problem);
        Assert.NotNull((await campaigns.ChangeStateAsync(admin.User, stopped, CampaignAction.Resume, null)).Problem);
        Assert.NotNull((await campaigns.StartAsync(admin.User, stopped, new CampaignStart("why", 60, "1", null))).Problem);
    }

    [Fact]
    public async Task An_account_whose_row_cannot_be_read_is_left_out_and_holds_up_neither_its_campaign_nor_another()
    {
        var admin = await _app.AddAdminAsync(ConsoleRole.Admin);
        var accounts = await AddAsync(_app, 6);
        var first = await DraftAsync(_app, admin, accounts, requiresReset: true);
        var second = await DraftAsync(_app, admin, await AddAsync(_app, 1), requiresReset: true);
        await HostWrites.SqlAsync(_app, $"UPDATE \"AspNetUsers\" SET \"AccessFailedCount\" = 3000000000 WHERE \"Id\" = '{accounts[3].Id}'");

        var campaigns = _app.Services.GetRequiredService<CampaignActions>();
        Assert.Null((await campaigns.StartAsync(admin.User, first, new CampaignStart("why", 6_000, "6", null))).Problem);
        Assert.Null((await campaigns.StartAsync(admin.User, second, new CampaignStart("why", 6_000, "1", null))).Problem);

        var counts = (await Eventually.Async(() => ViewAsync(_app, first), view => view.Counts.Sent == 5)).Counts;
        Assert.Equal((5, 1), (counts.Sent, counts.Failed));
        Assert.Equal(1, (await Eventually.Async(() => ViewAsync(_app, second), view => view.Counts.Sent == 1)).Counts.Sent);
        Assert.Contains(
            await _app.TrailAsync(accounts[3].Id),
            line => line is { Kind: RecoveryEventKind.Suppressed, Detail: "the account's row can't be read or changed" });
    }

    [Fact]
    public async Task What_became_of_each_mail_stands_in_the_numbers_and_in_the_result()
    {
        var admin = await _app.AddAdminAsync(ConsoleRole.Admin);
        var accounts = await AddAsync(_app, 5);
        var id = await DraftAsync(_app, admin, accounts);
        var campaigns = _app.Services.GetRequiredService<CampaignActions>();
        Assert.Null((await campaigns.StartAsync(admin.User, id, new CampaignStart("why", 6_000, "5", null))).Problem);
        await Eventually.Async(() => ViewAsync(_app, id), view => view.Counts.Sent == 5);
        var mails = (await _app.TrailAsync())
            .Where(line => line.CampaignId == id && line.Kind == RecoveryEventKind.Mailed)
            .ToDictionary(line => line.AccountId!, line => line.MailId!.Value);

        await _app
            .Services.GetRequiredService<DeliveryReports>()
            .RecordAsync(
                [
                    new(mails[accounts[0].Id], DeliveryOutcome.Bounced, "no such mailbox"),
                    new(mails[accounts[0].Id], DeliveryOutcome.Delivered, null),
                    new(mails[accounts[1].Id], DeliveryOutcome.Dropped, "not a valid address"),
                    new(mails[accounts[2].Id], DeliveryOutcome.Delivered, null),
                    new(mails[accounts[2].Id], DeliveryOutcome.Deferred, "mailbox full"),
                    new(mails[accounts[3].Id], DeliveryOutcome.Deferred, "mailbox full"),
                ],
                Xunit.TestContext.Current.CancellationToken);

        Assert.Equal(new CampaignCounts(0, 0, 5, 0, 0, 2), (await ViewAsync(_app, id)).Counts);
        using var session = await SignedInAsync(_app, admin);
        var result = (await session.GetAsync($"/admin/bulk/{id}/result.csv")).Body;
        string[] outcomes =
        [
            "bounced: no such mailbox",
            "dropped by the provider: not a valid address",
            "delivered",
            "sent, delayed: mailbox full",
            "sent",
        ];
        Assert.All(accounts.Zip(outcomes), pair => Assert.Matches($"{pair.First.Id},{pair.First.Email},\"?{pair.Second}\"?\r", result));
    }

    [Fact]
    public async Task A_campaign_rests_once_whoever_started_it_is_no_admin_any_more()
    {
        var admin = await _app.AddAdminAsync(ConsoleRole.Admin);
        var id = await DraftAsync(_app, admin, await AddAsync(_app, 5));
        var campaigns = _app.Services.GetRequiredService<CampaignActions>();
        Assert.Null((await campaigns.StartAsync(admin.User, id, new CampaignStart("why", 1, "5", null))).Problem);

        await _app.Roles().RemoveAsync(admin.Id, ConsoleRole.Admin);

        Assert.Equal(
            CampaignState.Paused,
            (await Eventually.Async(() => ViewAsync(_app, id), view => view.Campaign.State == CampaignState.Paused)).Campaign.State);
    }

    [Fact]
    public async Task The_page_of_a_campaign_leads_from_the_list_to_its_end()
    {
        var admin = await _app.AddAdminAsync(ConsoleRole.Admin);
        var id = await DraftAsync(_app, admin, await AddAsync(_app, 2));
        using var console = new ConsoleDriver(_app, admin.User);
        var page = console.Open<CampaignPage>($"/admin/bulk/{id}", parameters => parameters.Add(p => p.Id, id));
        page.WaitForAssertion(() => Assert.Equal("Reset link for 2 accounts", page.Find("h1").Words()));

        await page.Find("#reason").FillAsync("leaked list");
        await page.Find("#rate").FillAsync("6000");
        await page.Find("#number").FillAsync("20");
        await page.Find("form").SendAsync();
        page.WaitForAssertion(() => Assert.StartsWith("Type 2,", page.Find("[role=alert]").Words(), StringComparison.Ordinal));
        await page.Find("#number").FillAsync("2");
        await page.Find("form").SendAsync();

        page.WaitForAssertion(() => Assert.Equal("done: 2 of 2 through", page.Find("label[for=progress]").Words()));
        Assert.Equal(("2", "2"), (page.Find("progress").GetAttribute("value"), page.Find("progress").GetAttribute("max")));
        Assert.Equal(
            ["Waiting: 0", "Queued: 0", "Sent: 2", "Redeemed: 0", "Bounced: 0", "Failed: 0"],
            page.FindAll(".numbers div").Select(number => string.Join(": ", number.Children.Select(PageRenderer.Words))));
        Assert.Empty(page.FindAll("form, [style]"));
    }

    [Fact]
    public async Task A_campaign_that_does_not_exist_is_said_not_to()
    {
        using var console = new ConsoleDriver(_app, (await _app.AddAdminAsync(ConsoleRole.Support)).User);
        var page = console.Open<CampaignPage>("/admin/bulk/x", parameters => parameters.Add(p => p.Id, Guid.NewGuid()));

        page.WaitForAssertion(() =>
            Assert.StartsWith("There is no such campaign.", page.Find("[role=status]").Words(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_trail_goes_out_as_text_that_no_spreadsheet_runs()
    {
        var admin = await _app.AddAdminAsync(ConsoleRole.Admin);
        var account = await _app.AddAccountAsync();
        foreach (var reason in new[] { "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "a \"quoted\", line\nand another", PageRenderer.Hostile })
            Assert.True((await _app.ActAsync(admin, AdminAction.RevokeLinks, account.Id, reason)).Done);
        var named = RecoveryEvent.ByAdmin(
            RecoveryEventKind.LinksKilled, new("key:1", Client: null, _app.Clock.GetUtcNow(), ActorName: "=Desk"), account.Id);
        await HostWrites.AddAsync(_app, named);
        using var session = await SignedInAsync(_app, admin);

        var answer = await session.GetAsync($"/admin/trail.csv?account={account.Id}&kind=LinksKilled");

        Assert.Equal("attachment; filename=trail.csv; filename*=UTF-8''trail.csv", answer.Headers["Content-Disposition"]);
        Assert.Contains(",key:1,\"'=Desk\",", answer.Body, StringComparison.Ordinal);
        foreach (
            var safe in new[] { ",\"'=1+1\",", ",\"'+1\",", ",\"'-1\",", ",\"'@SUM(A1)\",", "\"a \"\"quoted\"\", line\nand another\"" })
            Assert.Contains(safe, answer.Body, StringComparison.Ordinal);
        Assert.Equal(9, answer.Body.Split("\r\n").Count(line => line.Length > 0));
        Assert.Contains(await _app.TrailAsync(), line => line.Kind == RecoveryEventKind.TrailExported && line.Actor == admin.Id);
        Assert.Equal(HttpStatusCode.BadRequest, (await session.GetAsync("/admin/trail.csv?kind=banana")).Status);
    }

    [Theory]
    [InlineData("/admin")]
    [InlineData("/admin/glance")]
    [InlineData("/admin/trail")]
    [InlineData("/admin/trail.csv")]
    [InlineData("/admin/bulk")]
    [InlineData("/admin/bulk/0196f0f0-0000-7000-8000-000000000000")]
    [InlineData("/admin/bulk/0196f0f0-0000-7000-8000-000000000000/result.csv")]
    [InlineData("/admin/bulk/0196f0f0-0000-7000-8000-000000000000/lines.csv")]
    [InlineData("/admin/accounts/x")]
    public async Task Nobody_without_a_role_gets_in(string path)
    {
        using var stranger = _app.Open();
        Assert.StartsWith("/sign-in", (await stranger.GetAsync(path)).Location, StringComparison.Ordinal);

        using var user = await SignedInAsync(_app, await _app.AddAdminAsync(null));
        Assert.Equal(HttpStatusCode.Forbidden, (await user.GetAsync(path)).Status);
    }

    private static async Task<Visitor> SignedInAsync(TestApp app, ConsoleRole role, string prefix = "")
    {
        var member = await app.AddAdminAsync(role);
        if (prefix.Length > 0)
        {
            await app.WithAsync<AccountsContext, int>(database =>
                database
                    .Users.Where(account => account.Id == member.Id)
                    .ExecuteUpdateAsync(account =>
                        account.SetProperty(a => a.NormalizedUserName, a => prefix.ToUpperInvariant() + a.NormalizedUserName)));
        }

        return await SignedInAsync(app, member);
    }

    private static async Task<Visitor> SignedInAsync(TestApp app, Member member)
    {
        var visitor = app.Open();
        Assert.Equal("/account", (await visitor.SignInAsync(member.Account.Email!, Passwords.Old)).Location);
        return visitor;
    }

    private static async Task<Answer> PostAsync(Visitor visitor, params (string Name, string Value)[] fields) =>
        await PostAsync(visitor, null, fields);

    private static async Task<Answer> PostAsync(Visitor visitor, string? file, params (string Name, string Value)[] fields)
    {
        var page = await visitor.GetAsync("/admin/bulk");
        Assert.Equal(HttpStatusCode.OK, page.Status);
        using var form = new MultipartFormDataContent
        {
            { new StringContent(AnswerMask.Antiforgery(page.Body)), "__RequestVerificationToken" },
        };
        foreach (var (name, value) in fields)
            form.Add(new StringContent(value), name);
        if (file is not null)
            form.Add(
                new ByteArrayContent(Encoding.UTF8.GetBytes(file)) { Headers = { ContentType = new MediaTypeHeaderValue("text/csv") } },
                "file",
                "list.csv");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/admin/bulk") { Content = form };
        // What is too large is refused before it is sent.
        request.Headers.ExpectContinue = true;
        return await visitor.SendAsync(request);
    }

    private static async Task<string> RefusedAsync(Visitor visitor, string? file = null, params (string Name, string Value)[] fields)
    {
        var answer = await PostAsync(visitor, file, fields);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        return WebUtility.HtmlDecode(
            System
                .Text.RegularExpressions.Regex.Match(
                    answer.Body,
                    "role=\"alert\".*?<p>(.*?)</p>",
                    System.Text.RegularExpressions.RegexOptions.Singleline)
                .Groups[1]
                .Value);
    }

    internal static async Task<Guid> DraftAsync(TestApp app, Member admin, IReadOnlyList<Account> accounts, bool requiresReset = false)
    {
        var choice = new CampaignSelection(
            "",
            AccountFilters.None,
            [.. accounts.Select((account, i) => new InputRow(i + 1, account.Id))]);
        var draft = await app
            .Services.GetRequiredService<CampaignActions>()
            .DraftAsync(admin.User, choice, requiresReset, client: null, key: null, Xunit.TestContext.Current.CancellationToken);
        Assert.Null(draft.Problem);
        return draft.EventId!.Value;
    }

    private static Task<CampaignView> ViewAsync(TestApp app, Answer answer)
    {
        Assert.Equal(HttpStatusCode.SeeOther, answer.Status);
        return ViewAsync(app, Guid.Parse(answer.Location!["/admin/bulk/".Length..]));
    }

    private static async Task<CampaignView> ViewAsync(TestApp app, Guid id) =>
        (await app.Services.GetRequiredService<CampaignReader>().ReadAsync(id))!;

    private static Task<int> CampaignsAsync(TestApp app) =>
        app.WithAsync<AccountsContext, int>(database => database.Campaigns.CountAsync());

    internal static Task<List<Account>> AddAsync(TestApp app, int count, string prefix = "") =>
        app.WithAsync<AccountsContext, List<Account>>(async database =>
        {
            var accounts = Enumerable
                .Range(0, count)
                .Select(_ => $"{prefix}{Guid.NewGuid():N}@example.com")
                .Select(address => LongListTests.Person(address, app))
                .ToList();
            database.AddRange(accounts);
            await database.SaveChangesAsync();
            return accounts;
        });
}
