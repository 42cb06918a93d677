using System.Globalization;
using Bunit;
using Microsoft.AspNetCore.Authorization;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Campaigns;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.Tests.Site;

namespace OneTimeJwt.Web.Tests.Admin;

public sealed class TrailPageTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private const string Nonce = "0123456789abcdef";

    // Old enough to be past, young enough to be kept.
    private static readonly DateTimeOffset At = new(DateTime.UtcNow.Date.AddDays(-30).AddHours(12), TimeSpan.Zero);

    private readonly TestApp _app = shared.App;

    private IDbContextFactory<AccountsContext> Contexts => _app.Services.GetRequiredService<IDbContextFactory<AccountsContext>>();

    public static TheoryData<Type> Pages =>
        [typeof(AccountsPage), typeof(AccountDetailsPage), typeof(TrailPage), typeof(DashboardPage), typeof(CampaignPage)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_page_asks_for_the_console_policy(Type page) =>
        Assert.Equal(
            page == typeof(TrailPage) ? ConsoleAccess.TrailPolicy : ConsoleAccess.Policy,
            Assert.Single(page.GetCustomAttributes(typeof(AuthorizeAttribute), inherit: true).Cast<AuthorizeAttribute>()).Policy);

    [Fact]
    public async Task While_it_loads_it_says_so()
    {
        var contexts = new SlowContexts(Contexts);
        using var console = await DeskAsync(contexts);
        var page = console.Open<TrailPage>("/admin/trail?account=nobody");

        page.WaitForAssertion(() => Assert.Equal("Loading…", page.Find("[role=status]").Words()));
        contexts.GoOn();
        page.WaitForAssertion(() => Assert.Equal("Nothing of that kind has happened.", page.Find("[role=status]").Words()));
    }

    [Fact]
    public async Task A_database_that_is_away_is_waited_for()
    {
        var contexts = new AwayContexts(Contexts);
        using var console = await DeskAsync(contexts);
        var page = console.Open<TrailPage>("/admin/trail?account=nobody");

        page.WaitForAssertion(() => Assert.Contains("tries again by itself", page.Find("[role=alert]").Words(), StringComparison.Ordinal));
        contexts.IsAway = false;
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("[role=alert]")));
    }

    [Fact]
    public async Task Lines_are_shown_as_text_and_lead_to_account_actor_and_link()
    {
        var admin = await _app.AddAdminAsync(ConsoleRole.Admin);
        var account = await _app.AddAccountAsync();
        await AddAsync(
            account.Id,
            new RecoveryEvent
            {
                At = At,
                Kind = RecoveryEventKind.LinkTriggered,
                AccountId = account.Id,
                Actor = admin.Id,
                Nonce = Nonce,
                Client = "203.0.113.7",
                Detail = PageRenderer.Hostile,
                Reason = PageRenderer.Hostile,
            });
        using var console = new ConsoleDriver(_app, admin.User);
        var page = console.Open<TrailPage>($"/admin/trail?account={account.Email}");

        page.WaitForAssertion(() =>
            Assert.Equal(
                $"Link sent by an admin: {PageRenderer.Hostile}",
                page.Find("ol.trail p")
                    .ChildNodes.Where(node => node.NodeName != "Q")
                    .Aggregate("", (text, node) => text + node.TextContent)
                    .Trim()));
        Assert.Equal(PageRenderer.Hostile, page.Find("ol.trail q").TextContent);
        Assert.Equal(At.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), page.Find("ol.trail time").TextContent);
        Assert.Equal(
            [$"/admin/accounts/{account.Id}", $"/admin/trail?actor={admin.Id}", $"/admin/trail?nonce={Nonce}"],
            page.FindAll("ol.trail a").Select(link => link.GetAttribute("href")!));
        Assert.Equal([account.Email!, admin.Account.Email!], page.FindAll("ol.trail a").Take(2).Select(link => link.TextContent));
        Assert.Empty(page.FindAll("script, img, [style]"));
    }

    [Theory]
    [InlineData(ConsoleRole.Auditor)]
    [InlineData(ConsoleRole.Admin)]
    public async Task Every_link_of_the_page_opens_for_whoever_sees_it(ConsoleRole role)
    {
        var (reader, admin) = (await _app.AddAdminAsync(role), await _app.AddAdminAsync(ConsoleRole.Admin));
        var account = await _app.AddAccountAsync();
        var campaign = new Campaign { Chosen = "a list", StartedBy = admin.Id, CreatedAt = At, State = CampaignState.Stopped };
        await HostWrites.AddAsync(_app, campaign);
        await AddAsync(
            account.Id,
            new RecoveryEvent
            {
                At = At,
                Kind = RecoveryEventKind.LinkTriggered,
                AccountId = account.Id,
                Actor = admin.Id,
                Nonce = Nonce,
                CampaignId = campaign.Id,
            });
        var query = $"account={account.Id}";
        Assert.Null(await _app.Services.GetRequiredService<SavedFilters>().SaveAsync(reader.User, FilterPage.Trail, "one account", query));
        using var visitor = _app.Open();
        await visitor.SignInAsync(reader.Account.Email!, Passwords.Old);

        var page = await visitor.GetAsync($"/admin/trail?{query}");

        Assert.Equal(HttpStatusCode.OK, page.Status);
        string[] links = [.. HrefsOf(page.Body).Distinct()];
        Assert.Contains($"/admin/trail?nonce={Nonce}", links);
        Assert.Contains($"/admin/trail?{query}", links);
        var isAlone = role == ConsoleRole.Auditor;
        Assert.Equal(!isAlone, links.Contains($"/admin/accounts/{account.Id}"));
        Assert.Equal(isAlone, links.Contains($"/admin/trail?campaign={campaign.Id}"));
        foreach (var link in links)
        {
            // The console's own address leads everybody to what they may see.
            var opened = await visitor.GetAsync(link);
            Assert.True(opened.Status == HttpStatusCode.OK || opened.Location == "/admin/trail", $"{link} doesn't open for {role}.");
        }
    }

    [Fact]
    public async Task Who_acted_without_an_account_is_shown_by_the_name_of_that_time_and_found_by_what_is_theirs()
    {
        const string Subject = "https://login.example.com/tenant 7f3a";
        var account = await _app.AddAccountAsync();
        var mail = OutboxMail.ForAdmin(OutboxKind.ResetLink, account.Id, At, new(Subject, Client: null, At, ActorName: "Ada of the desk"));
        await AddAsync(account.Id, mail.Event(RecoveryEventKind.Mailed, At), mail.For(account.Id).Event(RecoveryEventKind.GaveUp, At));
        using var console = await DeskAsync();
        var page = console.Open<TrailPage>($"/admin/trail?account={account.Id}&actor={Uri.EscapeDataString(Subject)}");

        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("ol.trail li").Count));
        Assert.All(
            page.FindAll("ol.trail .by span a"),
            link =>
                Assert.Equal(
                    ("Ada of the desk", $"/admin/trail?actor={Uri.EscapeDataString(Subject)}"),
                    (link.TextContent, link.GetAttribute("href"))));
    }

    [Theory]
    [InlineData(RecoveryEventKind.Requested, false, "unknown address 01234567")]
    [InlineData(RecoveryEventKind.Mailed, true, null)]
    public async Task Only_an_address_without_an_account_is_called_unknown(RecoveryEventKind kind, bool known, string? shown)
    {
        var account = await _app.AddAccountAsync();
        var nonce = Guid.NewGuid().ToString("N")[..16];
        var id = known ? account.Id : null;
        await AddAsync(
            id!,
            new RecoveryEvent
            {
                At = At,
                Kind = kind,
                AccountId = id,
                AddressHash = "0123456789abcdef0123456789abcdef",
                Nonce = nonce,
            });
        using var console = await DeskAsync();
        var page = console.Open<TrailPage>($"/admin/trail?nonce={nonce}");

        page.WaitForAssertion(() => Assert.Single(page.FindAll("ol.trail li")));
        Assert.Equal(shown is null ? [] : [shown], page.FindAll("ol.trail .by span").Select(PageRenderer.Words));
    }

    [Theory]
    [InlineData(RecoveryEventKind.Mailed, "Mailed", new RecoveryEventKind[0], null)]
    [InlineData(RecoveryEventKind.Mailed, "Mailed", new[] { RecoveryEventKind.MailDelivered }, "Mail delivered")]
    [InlineData(
        RecoveryEventKind.NoticeMailed,
        "Notice mailed to the owner",
        new[] { RecoveryEventKind.MailDelivered, RecoveryEventKind.MailDeferred },
        "Mail delivered")]
    [InlineData(
        RecoveryEventKind.CodeMailed,
        "One-time code mailed",
        new[] { RecoveryEventKind.MailDropped },
        "Mail dropped by the provider: no such mailbox")]
    [InlineData(
        RecoveryEventKind.MailUnanswered,
        "Mail handed over, no answer",
        new[] { RecoveryEventKind.MailDeferred },
        "Mail delayed: no such mailbox")]
    [InlineData(
        RecoveryEventKind.Mailed,
        "Mailed",
        new[] { RecoveryEventKind.MailBounced, RecoveryEventKind.MailDelivered, RecoveryEventKind.MailDeferred },
        "Mail bounced: no such mailbox")]
    [InlineData(RecoveryEventKind.Requested, "Link asked for", new[] { RecoveryEventKind.MailBounced }, null)]
    public async Task A_mail_that_has_left_says_what_became_of_it(
        RecoveryEventKind kind,
        string name,
        RecoveryEventKind[] reports,
        string? shown)
    {
        var account = await _app.AddAccountAsync();
        var mail = Guid.CreateVersion7();
        await AddAsync(
            account.Id,
            [
                new RecoveryEvent
                {
                    At = At,
                    Kind = kind,
                    AccountId = account.Id,
                    MailId = mail,
                },
                .. reports.Select(
                    (report, i) =>
                        new RecoveryEvent
                        {
                            At = At.AddMinutes(i + 1),
                            Kind = report,
                            AccountId = account.Id,
                            MailId = mail,
                            Detail = report == RecoveryEventKind.MailDelivered ? null : "no such mailbox",
                        }),
            ]);
        using var console = await DeskAsync();
        var page = console.Open<TrailPage>($"/admin/trail?account={account.Id}&kind={kind}");

        page.WaitForAssertion(() => Assert.Equal(shown is null ? name : $"{name} {shown}", page.Find("ol.trail li p").Words()));
        Assert.Equal(shown is null ? 0 : 1, page.FindAll("ol.trail .tag").Count);
    }

    [Fact]
    public async Task Reports_are_read_with_one_query_a_page()
    {
        var account = await _app.AddAccountAsync();
        await AddAsync(
            account.Id,
            [
                .. Enumerable
                    .Range(0, TrailReader.PageSize)
                    .SelectMany(i =>
                    {
                        var mail = Guid.CreateVersion7();
                        return new[] { RecoveryEventKind.Mailed, RecoveryEventKind.MailDelivered }.Select(kind => new RecoveryEvent
                        {
                            At = At,
                            Kind = kind,
                            AccountId = account.Id,
                            MailId = mail,
                        });
                    }),
            ]);
        var before = Queries();

        var page = await new TrailReader(Contexts, new AccountLookup(new UpperInvariantLookupNormalizer())).PageAsync(
            new TrailQuery(Account: account.Id, Kind: RecoveryEventKind.Mailed),
            cancellationToken: Xunit.TestContext.Current.CancellationToken);

        Assert.Equal((TrailReader.PageSize, 1), (page.Reports.Count, Queries() - before));

        int Queries() =>
            _app.Log.Lines.Count(line =>
                line.Contains("Executed DbCommand", StringComparison.Ordinal) && line.Contains("\"MailId\" IN", StringComparison.Ordinal));
    }

    /// <summary>With two bounds SQLite may take the other one, and reads all lines of the period ahead of these.</summary>
    [Fact]
    public async Task Lines_of_a_period_further_on_are_read_from_where_the_last_ones_ended()
    {
        var cancellation = Xunit.TestContext.Current.CancellationToken;
        var account = await _app.AddAccountAsync();
        await AddAsync(
            account.Id,
            [
                .. Enumerable.Range(0, 1_001).Select(i => new RecoveryEvent
                {
                    At = At.AddSeconds(i),
                    Kind = RecoveryEventKind.Opened,
                    AccountId = account.Id,
                }),
            ]);
        var reader = _app.Services.GetRequiredService<TrailReader>();
        var period = new TrailQuery(account.Id, From: At, To: At.AddHours(1));
        var first = await reader.PageAsync(period, max: 2, cancellationToken: cancellation);
        var earlier = _app.Log.Lines.Count;

        await reader.PageAsync(period, first.Next, max: 2, cancellation);
        var exported = await reader.AllAsync(period, cancellation).CountAsync(cancellation);

        Assert.Equal(1_001, exported);
        var asked = _app.Log.Lines.Skip(earlier)
            .Where(line => line.Contains("Executed DbCommand", StringComparison.Ordinal)
                && line.Contains("FROM \"RecoveryTrail\"", StringComparison.Ordinal)
                && line.Contains("\"AccountId\"", StringComparison.Ordinal))
            .Select(line => line.Split("ORDER BY")[0])
            .Select(line => (Lower: line.Split("\"At\" >").Length - 1, Upper: line.Split("\"At\" <").Length - 1));
        // The page behind a cursor, the first piece and the next; cut, since each line has its statement twice.
        Assert.Equal([(1, 2), (1, 1), (2, 1)], asked.Where(bounds => bounds.Lower > 0));
    }

    [Fact]
    public async Task Many_lines_are_paged_each_once_also_where_they_share_a_moment()
    {
        var account = await _app.AddAccountAsync();
        await AddAsync(
            account.Id,
            [
                .. Enumerable
                    .Range(0, 120)
                    .Select(i => new RecoveryEvent
                    {
                        At = At.AddSeconds(i / 40),
                        Kind = RecoveryEventKind.Opened,
                        AccountId = account.Id,
                        Detail = $"line {i}",
                    }),
            ]);
        using var console = await DeskAsync();
        var page = console.Open<TrailPage>($"/admin/trail?account={account.Id}");

        var seen = new List<string>();
        foreach (var size in new[] { 50, 50, 20 })
        {
            page.WaitForAssertion(() => Assert.Equal(size, page.FindAll("ol.trail li").Count));
            seen.AddRange(page.FindAll("ol.trail li p:first-child").Select(PageRenderer.Words));
            if (size == 50)
                await page.FindAll(".pager button")[1].PressAsync();
        }

        Assert.Equal(120, seen.Distinct().Count());
        await page.FindAll(".pager button")[0].PressAsync();
        page.WaitForAssertion(() =>
            Assert.Equal(seen.Skip(50).Take(50), page.FindAll("ol.trail li p:first-child").Select(PageRenderer.Words)));
    }

    [Theory]
    [InlineData("kind=Opened", "opened")]
    [InlineData("nonce=AAAABBBBCCCCDDDD", "mailed", "opened")]
    [InlineData("from={2}", "late")]
    [InlineData("to={0}", "mailed", "opened")]
    [InlineData("from={1}&to={1}")]
    [InlineData("actor=some-admin", "mailed")]
    public async Task What_is_asked_for_is_shown_and_nothing_else(string query, params string[] details)
    {
        var account = await _app.AddAccountAsync();
        await AddAsync(
            account.Id,
            new RecoveryEvent
            {
                At = At,
                Kind = RecoveryEventKind.Mailed,
                AccountId = account.Id,
                Actor = "some-admin",
                Nonce = "aaaabbbbccccdddd",
                Detail = "mailed",
            },
            new RecoveryEvent
            {
                At = At.AddMinutes(1),
                Kind = RecoveryEventKind.Opened,
                AccountId = account.Id,
                Nonce = "aaaabbbbccccdddd",
                Detail = "opened",
            },
            new RecoveryEvent
            {
                At = At.AddDays(2),
                Kind = RecoveryEventKind.Suppressed,
                AccountId = account.Id,
                Detail = "late",
            });
        var parsed = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(
            "?" + string.Format(CultureInfo.InvariantCulture, query, Day(0), Day(1), Day(2)));
        var (asked, problems) = TrailQueryText.Parse(
            account.Id,
            parsed.GetValueOrDefault("actor"),
            parsed.GetValueOrDefault("kind"),
            parsed.GetValueOrDefault("from"),
            parsed.GetValueOrDefault("to"),
            parsed.GetValueOrDefault("nonce"),
            campaign: null);

        var lines = (
            await new TrailReader(Contexts, new AccountLookup(new UpperInvariantLookupNormalizer())).PageAsync(
                asked,
                cancellationToken: Xunit.TestContext.Current.CancellationToken)
        ).Lines;

        Assert.Empty(problems);
        Assert.Equal(details, lines.Select(line => line.Detail).Order());
    }

    [Fact]
    public async Task What_can_not_be_read_is_said_and_left_out()
    {
        using var console = await DeskAsync();
        var page = console.Open<TrailPage>("/admin/trail?kind=banana&from=soon&to=9999-12-31&campaign=x&account=nobody");

        page.WaitForAssertion(() => Assert.Equal(4, page.FindAll("[role=alert] li").Count));
    }

    [Fact]
    public async Task A_page_that_is_open_shows_what_happens()
    {
        var account = await _app.AddAccountAsync();
        using var console = await DeskAsync();
        var page = console.Open<TrailPage>($"/admin/trail?account={account.Id}");
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("[role=status]")));

        await AddAsync(account.Id, new RecoveryEvent { At = At, Kind = RecoveryEventKind.Opened, AccountId = account.Id });

        page.WaitForAssertion(() => Assert.Single(page.FindAll("ol.trail li")));
    }

    [Fact]
    public async Task Who_loses_the_right_sees_nothing_more()
    {
        var support = await _app.AddAdminAsync(ConsoleRole.Support);
        var account = await _app.AddAccountAsync();
        await AddAsync(account.Id, new RecoveryEvent { At = At, Kind = RecoveryEventKind.Opened, AccountId = account.Id });
        using var console = new ConsoleDriver(_app, support.User);
        var page = console.Open<TrailPage>($"/admin/trail?account={account.Id}");
        page.WaitForAssertion(() => Assert.Single(page.FindAll("ol.trail li")));

        await _app.Roles().RemoveAsync(support.Id, ConsoleRole.Support);

        page.WaitForAssertion(() => Assert.Equal("Your account has no right to see this any more.", page.Find("[role=alert]").Words()));
        Assert.Empty(page.FindAll("ol, form, button"));
    }

    private async Task<ConsoleDriver> DeskAsync(IDbContextFactory<AccountsContext>? contexts = null)
    {
        var console = new ConsoleDriver(_app, (await _app.AddAdminAsync(ConsoleRole.Support)).User);
        if (contexts is not null)
            console.Services.AddSingleton(new TrailReader(contexts, new AccountLookup(new UpperInvariantLookupNormalizer())));
        return console;
    }

    private static string Day(int later) => At.AddDays(later).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private Task<int> AddAsync(string accountId, params RecoveryEvent[] lines) => _app.WithAsync<AccountsContext, int>(database =>
    {
        Assert.All(lines, line => Assert.Equal(accountId, line.AccountId));
        database.AddRange(lines.Cast<object>());
        return database.SaveChangesAsync();
    });

    // Of pages, not of a part of the page or of its stylesheets.
    private static IEnumerable<string> HrefsOf(string html) =>
        from System.Text.RegularExpressions.Match match in
            System.Text.RegularExpressions.Regex.Matches(html, "<a [^>]*?href=\"(/[^\"#]*)\"")
        select WebUtility.HtmlDecode(match.Groups[1].Value);
}
