using Bunit;
using Microsoft.JSInterop;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Campaigns;
using OneTimeJwt.Web.Tests.Campaigns;
using OneTimeJwt.Web.Tests.Site;

namespace OneTimeJwt.Web.Tests.Admin;

/// <summary>What a page leads to may be gone before the browser hears of it, or the browser itself: the page goes on.</summary>
public sealed class FocusingComponentTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private const string Focus = "Blazor._internal.domWrapper.focus";

    private static readonly Dictionary<string, Exception> Faults = new()
    {
        ["gone"] = new JSException("Unable to focus an invalid element."),
        ["browser away"] = new JSDisconnectedException("away"),
        ["never drawn"] = new InvalidOperationException("ElementReference has not been configured correctly."),
    };

    private readonly TestApp _app = shared.App;

    public static TheoryData<string> Kinds => [.. Faults.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_account_shows_what_came_of_an_act(string fault)
    {
        var account = await _app.AddAccountAsync();
        using var console = await DeskAsync(ConsoleRole.Support, fault);
        var page = console.Open<AccountDetailsPage>($"/admin/accounts/{account.Id}", parameters => parameters.Add(p => p.Id, account.Id));
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll(".acts button")));

        await page.FindAll("button").First(button => button.Words() == "Send a reset link").PressAsync();
        await page.Find("#reason").FillAsync("called us, passport seen");
        await page.Find("form.confirm").SendAsync();

        page.WaitForAssertion(() => Assert.Equal("The link is on its way.", page.Find("p.good").Words()));
        AssertLed(console);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_saved_filter_is_shown(string fault)
    {
        using var console = await DeskAsync(ConsoleRole.Support, fault);
        var page = console.Open<AccountsPage>("/admin?filter=locked");
        page.WaitForAssertion(() => Assert.False(page.Find(".saved form button").HasAttribute("disabled")));

        await page.Find("#saved-name").FillAsync("Locked ones");
        await page.Find(".saved form").SendAsync();

        page.WaitForAssertion(() => Assert.Equal("“Locked ones” is saved.", page.Find(".saved .good").Words()));
        AssertLed(console);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_campaign_shows_what_came_of_an_act(string fault)
    {
        var admin = await _app.AddAdminAsync(ConsoleRole.Admin);
        var id = await CampaignTests.DraftAsync(_app, admin, await CampaignTests.AddAsync(_app, 2));
        using var console = Desk(admin, fault);
        var page = console.Open<CampaignPage>($"/admin/bulk/{id}", parameters => parameters.Add(p => p.Id, id));
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("#reason")));

        await page.Find("#reason").FillAsync("leaked list");
        await page.Find("#number").FillAsync("2");
        await page.Find("form").SendAsync();

        page.WaitForAssertion(() => Assert.Equal("done: 2 of 2 through", page.Find("label[for=progress]").Words()));
        AssertLed(console);
    }

    private async Task<ConsoleDriver> DeskAsync(ConsoleRole role, string fault) => Desk(await _app.AddAdminAsync(role), fault);

    private ConsoleDriver Desk(Member member, string fault)
    {
        var console = new ConsoleDriver(_app, member.User);
        console.FailScript(Focus, Faults[fault]);
        return console;
    }

    private static void AssertLed(ConsoleDriver console) => Assert.NotEmpty(console.Scripts[Focus]);
}
