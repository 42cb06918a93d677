using Bunit;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.Tests.Site;

namespace OneTimeJwt.Web.Tests.Admin;

public sealed class AccountDetailsPageTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private readonly TestApp _app = shared.App;

    [Fact]
    public async Task An_account_that_is_gone_is_said_to_be()
    {
        var (page, console) = await OpenAsync(await _app.AddAdminAsync(ConsoleRole.Support), "gone/with a slash");

        page.WaitForAssertion(() =>
            Assert.StartsWith("There is no account with this id.", page.Find("[role=status]").Words(), StringComparison.Ordinal));
        Assert.Equal("/admin/trail?account=gone%2Fwith%20a%20slash", page.Find("[role=status] a").GetAttribute("href"));
        console.Dispose();
    }

    [Fact]
    public async Task The_state_of_an_account_is_seen_at_a_glance()
    {
        var admin = await _app.AddAdminAsync(ConsoleRole.Admin);
        var account = await _app.AddAccountAsync(password: null, shape: row => (row.EmailConfirmed, row.TwoFactorEnabled) = (false, true));
        Assert.True((await _app.ActAsync(admin, AdminAction.Lock, account.Id, PageRenderer.Hostile)).Done);
        var (page, console) = await OpenAsync(admin, account.Id);

        page.WaitForAssertion(() => Assert.Equal(account.Email, page.Find("h1").TextContent));
        Assert.Equal($"{account.Email} (unconfirmed)", Fact(page, "E-mail address"));
        Assert.Contains("by Admin, 2", Fact(page, "Sign-in"), StringComparison.Ordinal);
        Assert.Equal("none", Fact(page, "Password"));
        Assert.Equal("on", Fact(page, "Two-factor"));
        Assert.Equal("no role", Fact(page, "Console"));
        Assert.Equal(PageRenderer.Hostile, page.Find("ol.trail q").TextContent);
        Assert.Empty(page.FindAll("script, img, [style]"));
        console.Dispose();
    }

    [Fact]
    public async Task An_act_says_what_it_will_do_asks_for_a_reason_and_reports()
    {
        var support = await _app.AddAdminAsync(ConsoleRole.Support);
        var account = await _app.AddAccountAsync();
        var (page, console) = await OpenAsync(support, account.Id);
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll(".acts button")));

        // Beside each act, before it is chosen.
        Assert.All(
            page.FindAll(".acts button:not([disabled])"),
            button => Assert.StartsWith(account.Email!, page.Find($"#about-{button.Id![4..]}").Words(), StringComparison.Ordinal));
        await Button(page, "Send a reset link").PressAsync();
        var told = $"{account.Email} gets a mail with a link to choose a new password.";
        Assert.Equal(told, page.Find("#told").Words());
        Assert.Contains("told", page.Find("#reason").GetAttribute("aria-describedby")!.Split(' '));
        Assert.Equal(0, await QueuedAsync(account.Id));
        await page.Find(".confirm form, form.confirm").SendAsync();
        page.WaitForAssertion(() => Assert.StartsWith("Say why", page.Find("[role=alert]").Words(), StringComparison.Ordinal));
        Assert.Equal(0, await QueuedAsync(account.Id));

        await page.Find("#reason").FillAsync("called us, passport seen");
        await page.Find("form.confirm").SendAsync();

        page.WaitForAssertion(() => Assert.Equal("The link is on its way.", page.Find("p.good").Words()));
        page.WaitForAssertion(() => Assert.Contains("Mailed", page.FindAll("ol.trail b").Select(PageRenderer.Words)));
        Assert.Equal("called us, passport seen", page.Find("ol.trail q").TextContent);
        Assert.DoesNotContain("token=", page.Markup, StringComparison.Ordinal);
        console.Dispose();
    }

    [Fact]
    public async Task Leaving_it_does_nothing()
    {
        var account = await _app.AddAccountAsync();
        var (page, console) = await OpenAsync(await _app.AddAdminAsync(ConsoleRole.Admin), account.Id);
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll(".acts button")));

        await Button(page, "Lock").PressAsync();
        await Button(page, "Leave it").PressAsync();

        Assert.Empty(page.FindAll("form.confirm"));
        Assert.Empty(await _app.TrailAsync(account.Id));
        console.Dispose();
    }

    [Fact]
    public async Task What_may_not_be_done_is_shown_with_its_reason_and_refused_all_the_same_when_pressed()
    {
        var (support, admin) = (await _app.AddAdminAsync(ConsoleRole.Support), await _app.AddAdminAsync(ConsoleRole.Admin));
        var (page, console) = await OpenAsync(support, admin.Id);
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll(".acts button")));

        Assert.All(page.FindAll(".acts button"), button => Assert.True(button.HasAttribute("disabled")));
        Assert.Equal("Support can’t act on an Admin.", page.Find("#about-SendLink").Words());
        await Button(page, "Send a reset link").PressAsync();
        await page.Find("#reason").FillAsync("wanted to try");
        await page.Find("form.confirm").SendAsync();

        page.WaitForAssertion(() => Assert.Equal("Support can’t act on an Admin.", page.Find("[role=alert]").Words()));
        Assert.Single(await _app.TrailAsync(admin.Id), line => line.Kind == RecoveryEventKind.ActRefused && line.Actor == support.Id);
        Assert.Equal(0, await QueuedAsync(admin.Id));
        console.Dispose();
    }

    [Fact]
    public async Task An_act_whose_outcome_cant_be_found_out_is_told_so()
    {
        var commits = new CommitBreaker(isWritten: true) { StaysBroken = true };
        await using var app = await TestApp.StartAsync(replace: services =>
            services.ConfigureDbContext<AccountsContext>(options => options.AddInterceptors(commits)));
        var (admin, account) = (await app.AddAdminAsync(ConsoleRole.Admin), await app.AddAccountAsync());
        using var console = new ConsoleDriver(app, admin.User);
        var page = console.Open<AccountDetailsPage>($"/admin/accounts/{account.Id}", parameters => parameters.Add(p => p.Id, account.Id));
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll(".acts button")));
        await Button(page, "Lock").PressAsync();
        await page.Find("#reason").FillAsync("asked for on the phone");
        commits.Arm(admin.Id);

        await page.Find("form.confirm").SendAsync();

        page.WaitForAssertion(() =>
            Assert.StartsWith(
                "We can’t say yet whether that was carried out.",
                page.Find("[role=alert]").Words(),
                StringComparison.Ordinal));
        Assert.Single(await app.TrailAsync(account.Id), line => line.Kind == RecoveryEventKind.Locked);
    }

    [Fact]
    public async Task An_admin_who_is_demoted_with_the_page_open_can_not_act_any_more()
    {
        var admin = await _app.AddAdminAsync(ConsoleRole.Admin);
        var account = await _app.AddAccountAsync();
        var (page, console) = await OpenAsync(admin, account.Id);
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll(".acts button")));
        await Button(page, "Lock").PressAsync();
        await page.Find("#reason").FillAsync("too late");
        await _app.Roles().RemoveAsync(admin.Id, ConsoleRole.Admin);

        await page.Find("form.confirm").SendAsync();

        page.WaitForAssertion(() => Assert.NotNull(page.Find("[role=alert]")));
        Assert.Null((await _app.ReadAsync(account.Id)).LockoutEnd);
        Assert.Single(await _app.TrailAsync(account.Id), line => line.Kind == RecoveryEventKind.ActRefused);
        console.Dispose();
    }

    [Fact]
    public async Task Mail_that_is_under_way_is_shown_as_it_goes()
    {
        var account = await _app.AddAccountAsync();
        await _app.WithAsync<AccountsContext, int>(database =>
        {
            database.Add(
                new OutboxMail
                {
                    Kind = OutboxKind.ResetLink,
                    AccountId = account.Id,
                    RequestedAt = _app.Clock.GetUtcNow(),
                    DueAt = _app.Clock.GetUtcNow().AddMinutes(10),
                    Attempts = 3,
                });
            return database.SaveChangesAsync();
        });
        var (page, console) = await OpenAsync(await _app.AddAdminAsync(ConsoleRole.Support), account.Id);

        page.WaitForAssertion(() =>
            Assert.StartsWith("Reset link failed 3 times, tried again at ", page.Find(".queue li").Words(), StringComparison.Ordinal));
        await _app.WithAsync<AccountsContext, int>(database =>
            database.Outbox.Where(mail => mail.AccountId == account.Id).ExecuteDeleteAsync());
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".queue")));
        console.Dispose();
    }

    [Fact]
    public async Task Mail_that_was_refused_says_why_and_can_be_tried_again()
    {
        var account = await _app.AddAccountAsync();
        var now = _app.Clock.GetUtcNow();
        await _app.WithAsync<AccountsContext, int>(database =>
        {
            database.Add(
                new OutboxMail
                {
                    Kind = OutboxKind.ResetLink,
                    AccountId = account.Id,
                    RequestedAt = now,
                    DueAt = now,
                    RefusedAt = now,
                    Cause = "the mail server refused it with 550",
                });
            return database.SaveChangesAsync();
        });
        var (page, console) = await OpenAsync(await _app.AddAdminAsync(ConsoleRole.Support), account.Id);

        page.WaitForAssertion(() =>
            Assert.Equal("refused for good: the mail server refused it with 550", page.Find(".queue li span").Words()));
        await Button(page, "Try again").PressAsync();
        Assert.Contains("Mend the cause first", page.Find(".confirm").Words(), StringComparison.Ordinal);
        await page.Find("#reason").FillAsync("the mailbox is there now");
        await page.Find("form.confirm").SendAsync();

        page.WaitForAssertion(() => Assert.Equal("The mail is on its way again.", page.Find("p.good").Words()));
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".queue")));
        console.Dispose();
    }

    [Fact]
    public async Task A_database_that_is_away_is_said()
    {
        var contexts = new AwayContexts(_app.Services.GetRequiredService<IDbContextFactory<AccountsContext>>());
        var console = new ConsoleDriver(_app, (await _app.AddAdminAsync(ConsoleRole.Support)).User);
        console.Services.AddSingleton(ActivatorUtilities.CreateInstance<AccountReader>(_app.Services, contexts));
        var page = console.Open<AccountDetailsPage>("/admin/accounts/x", parameters => parameters.Add(p => p.Id, "x"));

        page.WaitForAssertion(() => Assert.NotNull(page.Find("[role=alert]")));
        contexts.IsAway = false;
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("[role=alert]")));
        console.Dispose();
    }

    private async Task<(IRenderedComponent<AccountDetailsPage> Page, ConsoleDriver ConsoleDriver)> OpenAsync(Member viewer, string id)
    {
        await Task.Yield();
        var console = new ConsoleDriver(_app, viewer.User);
        return (
            console.Open<AccountDetailsPage>($"/admin/accounts/{Uri.EscapeDataString(id)}", parameters => parameters.Add(p => p.Id, id)),
            console);
    }

    private static AngleSharp.Dom.IElement Button(IRenderedComponent<AccountDetailsPage> page, string name) =>
        page.FindAll("button").First(button => button.Words() == name);

    private static string Fact(IRenderedComponent<AccountDetailsPage> page, string name) =>
        page.FindAll(".facts div").Single(fact => fact.QuerySelector("dt")!.Words() == name).QuerySelector("dd")!.Words();

    private Task<int> QueuedAsync(string accountId) =>
        _app.WithAsync<AccountsContext, int>(database => database.Outbox.CountAsync(mail => mail.AccountId == accountId));
}
