using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Bunit;
using Microsoft.Extensions.Logging;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Campaigns;
using OneTimeJwt.Web.SignIn;
using OneTimeJwt.Web.Tests.Admin;
using OneTimeJwt.Web.Tests.Site;

namespace OneTimeJwt.Web.Tests.Campaigns;

/// <summary>Lists that take longer than somebody waits for a page: they are matched while the campaign's page tells of it.</summary>
public sealed class LongListTests(AppOnEach apps) : IClassFixture<AppOnEach>
{
    private const int Lines = 2_400;
    private const int Many = 100_000;
    private const string Unknown = "nobody-the-list-knows@example.com";

    public static TheoryData<DatabaseProvider> Providers => [.. AppOnEach.Providers];

    private static CancellationToken Cancellation => Xunit.TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Each_line_is_counted_as_what_it_is_and_those_that_are_not_one_account_are_listed(DatabaseProvider provider)
    {
        var app = await apps.OnAsync(provider);
        var (admin, accounts) = (await app.AddAdminAsync(ConsoleRole.Admin), await AddAsync(app, 30));
        var shared = accounts[29].Email!;
        await app.WriteAsync(accounts[28].Id, row => row
            .SetProperty(known => known.Email, shared).SetProperty(known => known.NormalizedEmail, shared.ToUpperInvariant()));
        using var visitor = await SignedInAsync(app, admin);
        // Lines 2, 3, 4, 5 and then the rest: known, known again by its id, two accounts, one's own.
        string[] rows =
        [
            "email", accounts[0].Email!, accounts[0].Id, shared, admin.Account.Email!, .. accounts[1..28].Select(account => account.Email!),
            .. Enumerable.Range(0, Lines).Select(i => $"{i}-{Unknown}"),
        ];

        var id = await UploadAsync(visitor, rows);

        var campaign = (await GatheredAsync(app, id)).Campaign;
        Assert.Equal((CampaignState.Draft, rows.Length - 1, rows.Length - 1), (campaign.State, campaign.Lines, campaign.LinesRead));
        Assert.Equal((30, Lines, 1, 1), (campaign.Accounts, campaign.Unmatched, campaign.SeveralAccounts, campaign.Doubled));
        var lines = (await visitor.GetAsync($"/admin/bulk/{id}/lines.csv")).Body.TrimStart('\ufeff').Split("\r\n");
        Assert.Equal(
            [
                "line,outcome",
                "3,names accounts that an earlier line names",
                "4,\"names several accounts, all of them taken\"",
                "5,\"names your own account, left out\"",
                "33,names no account",
            ],
            lines[..5].Select(line => line.Replace("\"\"", "\"", StringComparison.Ordinal)));
        Assert.Equal(1 + 3 + Lines, lines.Count(line => line.Length > 0));
        // People upload anything: what names no account is kept nowhere, and no row goes to a disk on its way.
        FileSearch.HoldNone(app.Folder, [Unknown]);
    }

    [Fact]
    public async Task The_page_shows_how_far_it_is_with_and_without_a_script_and_a_stop_ends_it()
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var admin = await app.AddAdminAsync(ConsoleRole.Admin);
        using var visitor = await SignedInAsync(app, admin);
        var campaign = await GatheringAsync(app, admin, gatheredAt: app.Clock.GetUtcNow().AddHours(1));

        var page = await visitor.GetAsync($"/admin/bulk/{campaign.Id}");

        Assert.Contains("34,500 of 100,000 lines matched", page.Body, StringComparison.Ordinal);
        Assert.Contains("<progress id=\"progress\" max=\"100000\" value=\"34500\">", page.Body, StringComparison.Ordinal);
        Assert.Matches("<noscript><meta http-equiv=\"refresh\" content=\"5\" ?/?></noscript>", page.Body);
        Assert.Contains("list being matched", (await visitor.GetAsync("/admin/bulk")).Body, StringComparison.Ordinal);

        using var console = new ConsoleDriver(app, admin.User);
        var live = console.Open<CampaignPage>($"/admin/bulk/{campaign.Id}", parameters => parameters.Add(p => p.Id, campaign.Id));
        live.WaitForAssertion(() => Assert.Equal("34,500 of 100,000 lines matched", live.Find("label[for=progress]").Words()));
        await app.WithAsync<AccountsContext, int>(database => database.Campaigns.Where(row => row.Id == campaign.Id)
            .ExecuteUpdateAsync(row => row.SetProperty(known => known.LinesRead, 40_000)));
        live.WaitForAssertion(() => Assert.Equal("40,000 of 100,000 lines matched", live.Find("label[for=progress]").Words()));

        await live.Find(".actions button").PressAsync();
        live.WaitForAssertion(() => Assert.StartsWith("stopped:", live.Find("label[for=progress]").Words(), StringComparison.Ordinal));
        Assert.DoesNotContain("http-equiv", (await visitor.GetAsync($"/admin/bulk/{campaign.Id}")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_that_nobody_works_on_any_more_is_told_as_interrupted_and_never_runs()
    {
        await using var app = await TestApp.StartAsync();
        var admin = await app.AddAdminAsync(ConsoleRole.Admin);
        var now = app.Clock.GetUtcNow();
        var (alive, dead, old) = (
            await GatheringAsync(app, admin, now.AddHours(2)),
            await GatheringAsync(app, admin, now),
            await GatheringAsync(app, admin, gatheredAt: null));

        app.Clock.Move(TimeSpan.FromMinutes(2));

        foreach (var id in new[] { dead.Id, old.Id })
            Assert.Equal(CampaignState.Interrupted, (await GatheredAsync(app, id)).Campaign.State);
        Assert.Equal(CampaignState.Gathering, (await ViewAsync(app, alive.Id)).Campaign.State);
        var campaigns = app.Services.GetRequiredService<CampaignActions>();
        Assert.NotNull((await campaigns.StartAsync(admin.User, dead.Id, new CampaignStart("why", 60, "34500", Client: null))).Problem);
        using var visitor = await SignedInAsync(app, admin);
        var page = await visitor.GetAsync($"/admin/bulk/{dead.Id}");
        Assert.Contains("The server stopped before the whole list was matched", page.Body, StringComparison.Ordinal);
        Assert.Contains("34,500 of 100,000 lines matched", page.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restart_while_a_list_is_matched_ends_it_at_once_and_clearly()
    {
        await using var app = await TestApp.StartAsync();
        var (admin, accounts) = (await app.AddAdminAsync(ConsoleRole.Admin), await AddAsync(app, 3));
        Guid id;
        await using (var node = await TestApp.StartAsync(new() { ["Recovery:PublicOrigin"] = app.Origin }, beside: app))
        {
            var lists = node.Services.GetRequiredService<GatheringLists>();
            using var visitor = await SignedInAsync(node, admin);
            id = await UploadAsync(
                visitor, [.. accounts.Select(account => account.Email!), .. Enumerable.Range(0, 40_000).Select(i => $"{i}-{Unknown}")]);
            Assert.Contains(id, lists.Present);
        }

        Assert.Equal(CampaignState.Interrupted, (await ViewAsync(app, id)).Campaign.State);
    }

    [Fact]
    public async Task A_list_that_names_nobody_ends_as_one_that_can_not_be_started_and_says_why()
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var admin = await app.AddAdminAsync(ConsoleRole.Admin);
        using var visitor = await SignedInAsync(app, admin);

        var id = await UploadAsync(visitor, [.. Enumerable.Range(0, Lines).Select(i => $"{i}-{Unknown}")]);

        var campaign = (await GatheredAsync(app, id)).Campaign;
        Assert.Equal((CampaignState.Stopped, 0, Lines), (campaign.State, campaign.Accounts, campaign.Unmatched));
        Assert.Contains("No line names an account.", (await visitor.GetAsync($"/admin/bulk/{id}")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_so_many_lists_are_held_at_once_and_the_page_says_to_come_back()
    {
        await using var app = await TestApp.StartAsync();
        using var visitor = await SignedInAsync(app, await app.AddAdminAsync(ConsoleRole.Admin));
        var lists = app.Services.GetRequiredService<GatheringLists>();
        for (var i = 0; i < GatheringLists.Max; i++)
            Assert.True(lists.TryReserve());

        var answer = await PostAsync(visitor, [.. Enumerable.Range(0, Lines).Select(i => $"{i}-{Unknown}")]);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Contains("Other long lists are being read just now.", answer.Body, StringComparison.Ordinal);
        lists.Release();
        Assert.Equal(HttpStatusCode.SeeOther, (await PostAsync(visitor, [.. Enumerable.Repeat(Unknown, Lines)])).Status);
    }

    [Fact]
    public async Task A_list_that_is_too_large_is_answered_with_a_page_that_says_what_to_do_about_it()
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        using var visitor = await SignedInAsync(app, await app.AddAdminAsync(ConsoleRole.Admin));
        Assert.Contains("At most 100,000 lines and 16 MB.", (await visitor.GetAsync("/admin/bulk")).Body, StringComparison.Ordinal);

        // As a browser sends it, which waits for no consent and reads the answer when it has sent all.
        var tooLarge = await PostAsync(visitor, [.. Enumerable.Repeat(new string('x', 1_000), 40_000)]);
        var tooMany = await PostAsync(visitor, [.. Enumerable.Repeat(Unknown, Many + 1)]);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, tooLarge.Status);
        Assert.Contains("The list is larger than 16 MB, and nothing was read.", tooLarge.Body, StringComparison.Ordinal);
        Assert.Contains("action=\"/admin/bulk\"", tooLarge.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, tooMany.Status);
        Assert.Contains("That is more than 100,000 accounts.", tooMany.Body, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    [Trait("Category", "long")]
    public async Task A_hundred_thousand_rows_are_matched_in_bounded_memory_while_the_page_shows_progress(DatabaseProvider provider)
    {
        // The log that tests keep has each row that is written, at its lowest level: hundreds of megabytes.
        await using var app = await TestApp.StartAsync(
            provider: provider,
            replace: services => services.Configure<LoggerFilterOptions>(log =>
            {
                log.Rules.Clear();
                log.MinLevel = LogLevel.None;
            }));
        var admin = await app.AddAdminAsync(ConsoleRole.Admin);
        await FillAsync(app, Many - 1_000);
        using var visitor = await SignedInAsync(app, admin);
        string[] rows =
        [
            "name,email,department",
            .. Enumerable.Range(0, Many).Select(i => $"\"Person, {i}\",p{i}@example.com,{new string('d', 60)}"),
        ];
        var body = string.Join('\n', rows);
        var (before, clock) = (Heap(), Stopwatch.StartNew());

        var id = await UploadAsync(visitor, body);

        var uploaded = clock.Elapsed;
        var (seen, peak) = (new HashSet<int>(), 0L);
        var view = await Eventually.Async(
            async () =>
            {
                peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: false) - before);
                var now = await ViewAsync(app, id);
                seen.Add(now.Campaign.LinesRead);
                return now;
            },
            now => now.Campaign.State != CampaignState.Gathering && now.Campaign.LinesRead == Many,
            TimeSpan.FromMinutes(8));
        var after = Heap();
        Xunit.TestContext.Current.TestOutputHelper?.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{provider}: {body.Length >> 20} MB uploaded in {uploaded.TotalSeconds:0.0} s, "
                    + $"matched after {clock.Elapsed.TotalSeconds:0} s, {seen.Count} states seen, "
                    + $"{peak >> 20} MB more at most, {(after - before) >> 20} MB more afterwards"));

        Assert.Equal(
            (CampaignState.Draft, Many - 1_000, 1_000), (view.Campaign.State, view.Campaign.Accounts, view.Campaign.Unmatched));
        Assert.InRange(uploaded, TimeSpan.Zero, TimeSpan.FromSeconds(15));
        Assert.True(seen.Count > 3, "The page showed no progress.");
        Assert.InRange((after - before) >> 20, -100, 40);
        Assert.Equal(1 + 1_000, (await visitor.GetAsync($"/admin/bulk/{id}/lines.csv")).Body.Split("\r\n").Count(line => line.Length > 0));
    }

    private static long Heap() => GC.GetTotalMemory(forceFullCollection: true);

    private static async Task<Campaign> GatheringAsync(TestApp app, Member admin, DateTimeOffset? gatheredAt)
    {
        var campaign = new Campaign
        {
            State = CampaignState.Gathering,
            Chosen = "a list of 100,000 lines",
            Lines = Many,
            LinesRead = 34_500,
            Accounts = 34_500,
            StartedBy = admin.Id,
            CreatedAt = app.Clock.GetUtcNow(),
            GatheredAt = gatheredAt,
        };
        await HostWrites.AddAsync(app, campaign);
        return campaign;
    }

    private static async Task<Visitor> SignedInAsync(TestApp app, Member member)
    {
        var visitor = app.Open();
        Assert.Equal("/account", (await visitor.SignInAsync(member.Account.Email!, Passwords.Old)).Location);
        return visitor;
    }

    private static Task<Guid> UploadAsync(Visitor visitor, IReadOnlyList<string> rows) => UploadAsync(visitor, string.Join('\n', rows));

    private static async Task<Guid> UploadAsync(Visitor visitor, string file)
    {
        var answer = await PostAsync(visitor, file);
        Assert.True(answer.Status == HttpStatusCode.SeeOther, $"{answer.Status} {answer.Body}");
        return Guid.Parse(answer.Location!["/admin/bulk/".Length..]);
    }

    private static Task<Answer> PostAsync(Visitor visitor, IReadOnlyList<string> rows) => PostAsync(visitor, string.Join('\n', rows));

    // The fields in the order of the page: some come behind the file.
    private static async Task<Answer> PostAsync(Visitor visitor, string file)
    {
        var page = await visitor.GetAsync("/admin/bulk");
        using var form = new MultipartFormDataContent
        {
            { new StringContent(AnswerMask.Antiforgery(page.Body)), "__RequestVerificationToken" },
            { new StringContent(""), "q" },
            { new StringContent(""), "list" },
            {
                new ByteArrayContent(Encoding.UTF8.GetBytes(file)) { Headers = { ContentType = new MediaTypeHeaderValue("text/csv") } },
                "file",
                "list.csv"
            },
            { new StringContent("link"), "act" },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/admin/bulk") { Content = form };
        return await visitor.SendAsync(request);
    }

    private static Task<CampaignView> GatheredAsync(TestApp app, Guid id) =>
        Eventually.Async(() => ViewAsync(app, id), view => view.Campaign.State != CampaignState.Gathering);

    private static async Task<CampaignView> ViewAsync(TestApp app, Guid id) =>
        (await app.Services.GetRequiredService<CampaignReader>().ReadAsync(id, Cancellation))!;

    private static async Task<List<Account>> AddAsync(TestApp app, int count)
    {
        var accounts = Enumerable.Range(0, count).Select(i => Person($"{Guid.NewGuid():N}@example.com", app)).ToList();
        await HostWrites.AddAsync(app, [.. accounts]);
        return accounts;
    }

    internal static Account Person(string address, TestApp app) => new()
    {
        Email = address,
        UserName = address,
        NormalizedEmail = address.ToUpperInvariant(),
        NormalizedUserName = address.ToUpperInvariant(),
        EmailConfirmed = true,
        PasswordHash = app.Services.GetRequiredService<UnusablePassword>().NewHash(),
    };

    private static async Task FillAsync(TestApp app, int count)
    {
        foreach (var some in Enumerable.Range(0, count).Chunk(5_000))
            await HostWrites.AddAsync(app, [.. some.Select(i => Person($"p{i}@example.com", app))]);
    }
}
