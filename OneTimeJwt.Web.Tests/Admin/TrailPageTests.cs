using AngleSharp.Dom;
using Bunit;
using Bunit.TestDoubles;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Tests.Shell;

namespace OneTimeJwt.Web.Tests.Admin;

public sealed class TrailPageTests : IDisposable
{
    private readonly SqliteConnection _connection = new("Data Source=:memory:");
    private readonly TaskCompletionSource _open = new();
    private readonly BunitContext _context = new();
    private readonly BunitAuthorizationContext _authorization;

    public TrailPageTests()
    {
        _connection.Open();
        using var database = new Contexts(_connection, Task.CompletedTask).CreateDbContext();
        database.Database.EnsureCreated();
        _context.Services.AddSingleton(new TrailReader(new Contexts(_connection, _open.Task)));
        // The grid's own script is the browser suite's business.
        _context.JSInterop.Mode = JSRuntimeMode.Loose;
        _authorization = _context.AddAuthorization().SetAuthorized("admin");
        _authorization.SetPolicies(ConsoleAccess.Policy);
    }

    [Fact]
    public void The_page_asks_for_the_console_policy() =>
        Assert.Equal(ConsoleAccess.Policy, Assert.Single(typeof(TrailPage).GetCustomAttributes(typeof(AuthorizeAttribute), inherit: true).Cast<AuthorizeAttribute>()).Policy);

    [Fact]
    public void While_it_loads_it_says_so()
    {
        var page = _context.Render<TrailPage>();

        Assert.Equal("Loading…", page.Find("[role=status]").Words());
        Assert.Empty(page.FindAll("table"));
    }

    [Fact]
    public void An_empty_trail_says_so()
    {
        _open.SetResult();
        var page = _context.Render<TrailPage>();

        page.WaitForAssertion(() => Assert.Equal("Nothing has happened yet.", page.Find("[role=status]").Words()));
    }

    [Fact]
    public void Lines_are_shown_newest_first_and_as_text()
    {
        Add(Line(1, "first"), Line(2, Screen.Hostile));
        var page = Loaded();

        var rows = page.FindAll("tbody tr");
        Assert.Equal(["2026-01-05 09:00:02", "Mailed", "account", "0123456789abcdef", "203.0.113.7", Screen.Hostile], rows[0].QuerySelectorAll("td").Select(Screen.Words));
        Assert.Equal("first", rows[1].QuerySelectorAll("td")[^1].Words());
        Assert.Empty(page.FindAll("script, img, [style]"));
    }

    [Fact]
    public void Many_lines_are_paged()
    {
        Add([.. Enumerable.Range(1, 60).Select(i => Line(i, $"line {i}"))]);
        var page = Loaded();

        Assert.Equal(25, page.FindAll("tbody tr").Count);
        Assert.Contains("60", page.Markup, StringComparison.Ordinal);

        page.Find("button.go-next").Click();
        page.WaitForAssertion(() => Assert.Equal("line 35", page.Find("tbody tr td:last-child").Words()));
    }

    [Fact]
    public void No_more_than_five_hundred_lines_are_read()
    {
        Add([.. Enumerable.Range(1, 510).Select(i => Line(i, $"line {i}"))]);

        Assert.Contains("500", Loaded().Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void The_grid_can_be_reached_by_keyboard_and_has_a_name()
    {
        Add(Line(1, "first"));

        Assert.Equal(("0", "Trail"), (Loaded().Find("[role=region]").GetAttribute("tabindex")!, Loaded().Find("[role=region]").GetAttribute("aria-label")!));
    }

    [Fact]
    public void Refreshing_reads_again()
    {
        Add(Line(1, "first"));
        var page = Loaded();
        Add(Line(2, "second"));

        page.Find("button.quiet").Click();

        page.WaitForAssertion(() => Assert.Equal("second", page.Find("tbody tr td:last-child").Words()));
    }

    [Fact]
    public void Who_has_lost_the_right_sees_nothing_at_once_and_nothing_later()
    {
        Add(Line(1, "first"));
        var page = Loaded();

        _authorization.SetPolicies();
        page.Find("button.quiet").Click();

        page.WaitForAssertion(() => Assert.Equal("Your account has no right to see the trail any more.", page.Find("[role=alert]").Words()));
        Assert.Empty(page.FindAll("table"));
        Assert.Empty(page.FindAll("button"));
    }

    [Fact]
    public void Who_has_no_right_from_the_start_sees_nothing()
    {
        Add(Line(1, "first"));
        _authorization.SetPolicies();
        _open.SetResult();

        Assert.NotNull(_context.Render<TrailPage>().Find("[role=alert]"));
    }

    public void Dispose()
    {
        _context.Dispose();
        _connection.Dispose();
    }

    private static RecoveryEvent Line(int second, string detail) => new()
    {
        At = new Clock().Now.AddSeconds(second),
        Kind = RecoveryEventKind.Mailed,
        AccountId = "account",
        Nonce = "0123456789abcdef",
        Client = "203.0.113.7",
        Detail = detail,
    };

    private void Add(params RecoveryEvent[] lines)
    {
        using var database = new Contexts(_connection, Task.CompletedTask).CreateDbContext();
        database.AddRange(lines.Cast<object>());
        database.SaveChanges();
    }

    private IRenderedComponent<TrailPage> Loaded()
    {
        _open.TrySetResult();
        var page = _context.Render<TrailPage>();
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("tbody tr")));
        return page;
    }
}
