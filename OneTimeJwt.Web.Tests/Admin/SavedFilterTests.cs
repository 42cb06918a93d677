using Bunit;
using Microsoft.Extensions.Hosting;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Languages;
using OneTimeJwt.Web.Oidc;
using OneTimeJwt.Web.SignIn;
using OneTimeJwt.Web.Tests.Site;

namespace OneTimeJwt.Web.Tests.Admin;

/// <summary>The filters that people keep: each their own, on both databases.</summary>
public sealed class SavedFilterTests(AppOnEach apps) : IClassFixture<AppOnEach>
{
    private const string Query = "q=ada%40example.com&filter=locked";

    public static TheoryData<DatabaseProvider> Providers => [.. AppOnEach.Providers];

    private static CancellationToken Cancellation => Xunit.TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_filter_is_kept_replaced_renamed_and_deleted_by_its_owner_alone(DatabaseProvider provider)
    {
        var app = await apps.OnAsync(provider);
        var filters = Filters(app);
        var (mine, other) = (await app.AddAdminAsync(ConsoleRole.Support), await app.AddAdminAsync(ConsoleRole.Admin));

        Assert.Null(await filters.SaveAsync(mine.User, FilterPage.Accounts, "  Locked\tones ", Query));
        Assert.Null(await filters.SaveAsync(mine.User, FilterPage.Accounts, "LOCKED ones", "q=b"));
        Assert.Null(await filters.SaveAsync(mine.User, FilterPage.Trail, "Locked ones", "kind=Locked"));
        Assert.Null(await filters.SaveAsync(mine.User, FilterPage.Accounts, "Another", "q=c"));
        var kept = await AllAsync(app, mine);
        Assert.Equal([("Another", "q=c"), ("LOCKED ones", "q=b")], kept.Select(filter => (filter.Name, filter.Query)));
        Assert.Empty(await AllAsync(app, other));

        var locked = kept[1].Id;
        Assert.Equal(Words.SavedGone, await filters.RenameAsync(other.User, FilterPage.Accounts, locked, "Mine"));
        Assert.Equal(Words.SavedGone, await filters.RenameAsync(mine.User, FilterPage.Trail, locked, "Mine"));
        Assert.Null(await filters.DeleteAsync(other.User, FilterPage.Accounts, locked));
        Assert.Equal(Words.SavedNameTaken, await filters.RenameAsync(mine.User, FilterPage.Accounts, locked, "another"));
        Assert.Null(await filters.RenameAsync(mine.User, FilterPage.Accounts, locked, "locked ones"));
        Assert.Equal(["Another", "locked ones"], (await AllAsync(app, mine)).Select(filter => filter.Name));

        Assert.Null(await filters.DeleteAsync(mine.User, FilterPage.Accounts, locked));
        Assert.Null(await filters.DeleteAsync(mine.User, FilterPage.Accounts, locked));
        Assert.Equal(["Another"], (await AllAsync(app, mine)).Select(filter => filter.Name));
        Assert.Single(await filters.AllAsync(mine.User, FilterPage.Trail, Cancellation));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  \u202e ")]
    [InlineData("https://example.com")]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901")]
    public async Task What_is_no_name_is_refused(string name)
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var member = await app.AddAdminAsync(ConsoleRole.Support);

        Assert.NotNull(await Filters(app).SaveAsync(member.User, FilterPage.Accounts, name, Query));
        Assert.Empty(await AllAsync(app, member));
    }

    [Fact]
    public async Task Nobody_keeps_more_than_fifty_also_not_at_once_nor_a_filter_that_is_too_long()
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var (filters, member) = (Filters(app), await app.AddAdminAsync(ConsoleRole.Support));
        for (var i = 0; i < SavedFilters.Max - 1; i++)
            Assert.Null(await filters.SaveAsync(member.User, FilterPage.Accounts, $"number {i}", Query));

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 5).Select(i => filters.SaveAsync(member.User, FilterPage.Accounts, $"at once {i}", Query)));

        Assert.Single(answers, answer => answer is null);
        Assert.Equal(SavedFilters.Max, (await AllAsync(app, member)).Count);
        // One that is there may still be replaced, and the other page has its own.
        Assert.Null(await filters.SaveAsync(member.User, FilterPage.Accounts, "number 7", "q=z"));
        Assert.Null(await filters.SaveAsync(member.User, FilterPage.Trail, "first", "kind=Locked"));
        var tooLong = new string('a', SavedFilters.MaxQueryLength + 1);
        Assert.Equal(Words.SavedTooLong, await filters.SaveAsync(member.User, FilterPage.Trail, "long", tooLong));
        Assert.Null(await filters.SaveAsync(member.User, FilterPage.Trail, "long", tooLong[1..]));
    }

    [Fact]
    public async Task Whoever_has_no_role_or_only_sees_the_trail_has_no_filters_of_accounts()
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var (filters, auditor, nobody) = (
            Filters(app), await app.AddAdminAsync(ConsoleRole.Auditor), await app.AddAdminAsync(role: null));

        Assert.Equal(Words.RefusalAuditor, await filters.SaveAsync(auditor.User, FilterPage.Accounts, "mine", Query));
        Assert.Null(await filters.SaveAsync(auditor.User, FilterPage.Trail, "mine", "kind=Locked"));
        Assert.Equal(Words.RefusalNoRole, await filters.SaveAsync(nobody.User, FilterPage.Trail, "mine", "kind=Locked"));

        await app.Roles().RemoveAsync(auditor.Id, ConsoleRole.Auditor);
        Assert.Empty(await filters.AllAsync(auditor.User, FilterPage.Trail, Cancellation));
        Assert.Equal(
            Words.RefusalNoRole,
            await filters.DeleteAsync(auditor.User, FilterPage.Trail, Guid.NewGuid()));
    }

    [Fact]
    public async Task What_was_typed_is_not_in_the_database_and_a_key_that_is_gone_leaves_a_name_to_delete()
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var (filters, member) = (Filters(app), await app.AddAdminAsync(ConsoleRole.Support));
        Assert.Null(await filters.SaveAsync(member.User, FilterPage.Accounts, "typed", "q=hunter2-in-the-wrong-field"));

        FileSearch.HoldNone(app.Folder, ["hunter2-in-the-wrong-field"]);
        await app.WithAsync<AccountsContext, int>(database => database.SavedFilters.Where(filter => filter.Owner == member.Id)
            .ExecuteUpdateAsync(filter => filter.SetProperty(row => row.Query, "of another key ring")));

        var unreadable = Assert.Single(await AllAsync(app, member));
        Assert.Equal(("typed", null), (unreadable.Name, unreadable.Query));
        Assert.Null(await filters.DeleteAsync(member.User, FilterPage.Accounts, unreadable.Id));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Filters_of_who_is_gone_are_swept_and_no_others(DatabaseProvider provider)
    {
        var app = await apps.OnAsync(provider);
        var (staying, gone) = (await app.AddAdminAsync(ConsoleRole.Support), await app.AddAdminAsync(ConsoleRole.Support));
        var (known, forgotten) = ($"https://login.example.com {Guid.NewGuid():N}", $"https://login.example.com {Guid.NewGuid():N}");
        foreach (var member in new[] { staying, gone })
            Assert.Null(await Filters(app).SaveAsync(member.User, FilterPage.Trail, "mine", "kind=Locked"));
        var now = app.Clock.GetUtcNow();
        await HostWrites.AddAsync(
            app,
            Kept(known, now),
            Kept(forgotten, now),
            new OidcSession { IdHash = Guid.NewGuid().ToString("N"), Person = known, Name = "Ada", IssuedAt = now, AskAgainAt = now });
        await HostWrites.DeleteAsync(app, gone.Id);

        await app.Services.GetServices<IHostedService>().OfType<SavedFilterRetention>().Single().SweepAsync(Cancellation);

        string[] mine = [staying.Id, gone.Id, known, forgotten];
        var owners = await app.WithAsync<AccountsContext, List<string>>(database =>
            database.SavedFilters.Where(filter => mine.Contains(filter.Owner)).Select(filter => filter.Owner).ToListAsync());
        Assert.Equal(new[] { staying.Id, known }.Order(StringComparer.Ordinal), owners.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_page_saves_opens_renames_and_deletes_and_says_so_where_the_focus_goes()
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        using var console = new ConsoleDriver(app, (await app.AddAdminAsync(ConsoleRole.Support)).User);
        var page = console.Open<AccountsPage>("/admin");
        await page.Find("#saved-name").FillAsync(PageRenderer.Hostile[..20]);
        await page.Find(".saved form").SendAsync();
        page.WaitForAssertion(() => Assert.Equal(Words.SavedNothing, page.Find("#saved-problem").Words()));

        await page.Find("#filter-locked").FillAsync(true);
        await page.Find(".saved form").SendAsync();
        page.WaitForAssertion(() => Assert.Equal($"“{PageRenderer.Hostile[..20]}” is saved.", page.Find(".saved .good").Words()));
        var link = page.Find(".kept a");
        Assert.Equal(
            ("/admin?filter=locked", "true", PageRenderer.Hostile[..20]),
            (link.GetAttribute("href"), link.GetAttribute("aria-current"), link.TextContent));
        Assert.Empty(page.FindAll("script, img, [style], .alert"));

        await page.Find(".saved .runs button").PressAsync();
        await page.Find("#saved-new-name").FillAsync("Locked");
        await page.Find(".saved .runs form").SendAsync();
        page.WaitForAssertion(() => Assert.Equal("It is called “Locked” now.", page.Find(".saved .good").Words()));
        Assert.Equal("Locked", page.Find(".kept a").TextContent);

        await page.FindAll(".saved .runs button")[1].PressAsync();
        page.WaitForAssertion(() => Assert.Equal("“Locked” is deleted.", page.Find(".saved .good").Words()));
        Assert.Empty(page.FindAll(".kept a"));
    }

    [Fact]
    public async Task Whoever_comes_from_the_provider_keeps_filters_of_their_own_too()
    {
        await using var provider = await Tests.Oidc.OidcApp.StartAsync();
        var app = provider.App;
        var (ada, grace) = (
            await provider.UserAsync(new("ada", "desk-admins")), await provider.UserAsync(new("grace", "desk-admins")));
        Assert.Null(await Filters(app).SaveAsync(ada, FilterPage.Accounts, "mine", Query));

        // Another session of hers sees it, and nobody else does.
        var later = await provider.UserAsync(new("ada", "desk-admins"));
        Assert.Equal(Query, Assert.Single(await Filters(app).AllAsync(later, FilterPage.Accounts, Cancellation)).Query);
        Assert.Empty(await Filters(app).AllAsync(grace, FilterPage.Accounts, Cancellation));
    }

    private static SavedFilter Kept(string owner, DateTimeOffset now) =>
        new() { Owner = owner, Page = FilterPage.Trail, Name = "mine", Query = "", SavedAt = now };

    private static SavedFilters Filters(TestApp app) => app.Services.GetRequiredService<SavedFilters>();

    private static Task<IReadOnlyList<ListedFilter>> AllAsync(TestApp app, Member member) =>
        Filters(app).AllAsync(member.User, FilterPage.Accounts, Cancellation);
}
