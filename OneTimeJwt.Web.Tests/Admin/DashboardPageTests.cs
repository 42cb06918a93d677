using Bunit;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.Tests.Site;

namespace OneTimeJwt.Web.Tests.Admin;

public sealed class DashboardPageTests
{
    [Fact]
    public async Task A_day_and_a_week_are_counted_pictured_and_given_as_a_table()
    {
        await using var app = await TestApp.StartAsync();
        var support = await app.AddAdminAsync(ConsoleRole.Support);
        var now = app.Clock.GetUtcNow();
        await app.WithAsync<AccountsContext, int>(database =>
        {
            database.RemoveRange(database.Trail);
            database.AddRange(
                Line(now.AddHours(-1), RecoveryEventKind.Requested),
                Line(now.AddHours(-1), RecoveryEventKind.Requested),
                Line(now.AddHours(-1), RecoveryEventKind.Mailed),
                Line(now.AddHours(-30), RecoveryEventKind.Requested),
                Line(now.AddHours(-30), RecoveryEventKind.Redeemed),
                Line(now.AddDays(-8), RecoveryEventKind.Requested),
                Line(now.AddHours(-2), RecoveryEventKind.Refused, "spent"),
                Line(now.AddHours(-50), RecoveryEventKind.Refused, "spent"),
                Line(now.AddHours(-3), RecoveryEventKind.RefusedUnproven, "forged: 3, malformed: 12"),
                Line(now.AddHours(-4), RecoveryEventKind.RefusedUnproven, "malformed: 1"),
                Line(now.AddHours(-5), RecoveryEventKind.MailBounced, "no such mailbox"),
                Line(now.AddHours(-5), RecoveryEventKind.MailDelivered));
            database.Add(
                new OutboxMail
                {
                    Kind = OutboxKind.ResetLink,
                    AccountId = "x",
                    RequestedAt = now.AddMinutes(-90),
                    DueAt = now.AddMinutes(10),
                });
            return database.SaveChangesAsync();
        });
        using var console = new ConsoleDriver(app, support.User);
        var page = console.Open<DashboardPage>("/admin/glance");

        page.WaitForAssertion(() => Assert.Equal(["1", "1 h 30 min"], page.FindAll(".numbers dd").Select(PageRenderer.Words)));
        Assert.Equal(
            [
                "Asked for 2 3",
                "Mailed 1 1",
                "Opened 0 0",
                "Redeemed 0 1",
                "Link refused: malformed 13 13",
                "Link refused: forged 3 3",
                "Link refused: spent 1 2",
                "Mail bounced: no such mailbox 1 1",
            ],
            page.FindAll("table")[0].QuerySelectorAll("tbody tr").Select(row => string.Join(' ', row.Children.Select(PageRenderer.Words))));
        Assert.Equal("3 asked for, 1 mailed, 1 redeemed. The numbers stand in the table below.", page.Find("svg desc").TextContent);
        Assert.Equal(
            7 * DashboardReader.BucketsPerDay,
            page.FindAll("svg rect.redeemed").Count(bar => bar.GetAttribute("x") is not null));
        Assert.Equal(
            ["85", "170"],
            page.FindAll("svg rect.asked[x]").Select(bar => bar.GetAttribute("height")!).Where(height => height != "0"));
        Assert.Empty(page.FindAll("[style], script"));
    }

    [Fact]
    public async Task Before_anything_happened_and_while_the_database_is_away_there_is_a_page()
    {
        await using var app = await TestApp.StartAsync();
        var contexts = new AwayContexts(app.Services.GetRequiredService<IDbContextFactory<AccountsContext>>());
        using var console = new ConsoleDriver(app, (await app.AddAdminAsync(ConsoleRole.Support)).User);
        console.Services.AddSingleton(new DashboardReader(contexts, app.Clock));
        var page = console.Open<DashboardPage>("/admin/glance");

        page.WaitForAssertion(() => Assert.NotNull(page.Find("[role=alert]")));
        contexts.IsAway = false;
        page.WaitForAssertion(() => Assert.Equal(["0", "–"], page.FindAll(".numbers dd").Select(PageRenderer.Words)));
        Assert.All(page.FindAll("svg rect[x]"), bar => Assert.Equal("0", bar.GetAttribute("height")));
    }

    private static RecoveryEvent Line(DateTimeOffset at, RecoveryEventKind kind, string? detail = null) =>
        new()
        {
            At = at,
            Kind = kind,
            Detail = detail,
        };
}
