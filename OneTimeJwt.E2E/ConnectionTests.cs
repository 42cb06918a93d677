using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Pages;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>The console's connection: what is said while it is lost, and how the page goes on.</summary>
[Role("admin")]
[Size("desktop")]
public sealed class ConnectionTests(Suite suite) : BrowserTest(suite)
{
    private const string IsSameDocument = "() => window.isSameDocument === true";
    private const string Act = "Send a reset link";
    private const string Done = "The link is on its way.";

    [Fact]
    public async Task A_lost_connection_is_said_and_the_page_goes_on_with_what_was_typed_meanwhile()
    {
        var (tab, page, line) = await OpenAccountAsync();
        await page.ChooseAsync(Act);

        await line.CutAsync();
        await Assertions.Expect(Lost(tab)).ToHaveTextAsync("The connection was lost. Trying to reach the server again…");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Status).And(Lost(tab).Locator(".."))).ToBeVisibleAsync();
        await UntilAsync(() => line.Refused > 1);
        await tab.Page.Keyboard.TypeAsync("asked for on the phone");
        await tab.Page.Keyboard.PressAsync("Tab");
        await tab.Page.Keyboard.PressAsync("Shift+Tab");
        await Assertions.Expect(Confirm(tab)).ToBeDisabledAsync();
        await Link(tab, "Accounts").DispatchEventAsync("click");
        await Assertions.Expect(Lost(tab)).ToBeVisibleAsync();
        await Assertions.Expect(Failure(tab)).ToBeHiddenAsync();

        line.Mend();
        await Assertions.Expect(Lost(tab)).ToBeHiddenAsync();
        await Assertions.Expect(Failure(tab)).ToBeHiddenAsync();
        await Assertions.Expect(Reason(tab)).ToBeFocusedAsync();
        await Confirm(tab).ClickAsync();
        await Assertions.Expect(page.Done).ToHaveTextAsync(Done);
        await Assertions.Expect(page.History).ToContainTextAsync("asked for on the phone");
        Assert.True(await tab.Page.EvaluateAsync<bool>(IsSameDocument));
    }

    [Fact]
    public async Task A_page_that_the_server_has_forgotten_is_loaded_again_with_what_was_typed()
    {
        var (tab, page, line) = await OpenAccountAsync();
        await page.ChooseAsync(Act);
        await tab.Page.Keyboard.TypeAsync("asked for ");

        await line.CutAsync();
        await Assertions.Expect(Lost(tab)).ToBeVisibleAsync();
        await tab.Page.Keyboard.TypeAsync("on the phone");
        await ForgetAsync(tab, line);
        await Assertions.Expect(Reason(tab)).ToHaveValueAsync("asked for on the phone");
        await Assertions.Expect(Reason(tab)).ToBeFocusedAsync();
        await Confirm(tab).ClickAsync();
        await Assertions.Expect(page.Done).ToHaveTextAsync(Done);
        await Assertions.Expect(page.History).ToContainTextAsync("asked for on the phone");
    }

    [Fact]
    public async Task A_page_that_the_server_has_forgotten_is_loaded_again_with_what_was_opened()
    {
        var (tab, _, line) = await OpenAccountAsync();
        await tab.BeginToLoadAsync("/admin?filter=locked");
        await Assertions.Expect(tab.Page.Locator(".saved form button")).ToBeEnabledAsync();
        await tab.Page.Locator(".saved summary").ClickAsync();
        await tab.Page.Locator("#saved-name").FillAsync("Seen to");

        await line.CutAsync();
        await Assertions.Expect(Lost(tab)).ToBeVisibleAsync();
        await ForgetAsync(tab, line);

        await Assertions.Expect(tab.Page.Locator("#saved-name")).ToBeFocusedAsync();
        await tab.Page.Locator(".saved form button").ClickAsync();
        await Assertions.Expect(tab.Page.Locator(".kept a")).ToHaveTextAsync("Seen to");
    }

    [Fact]
    public async Task Somebody_whose_session_ended_while_the_connection_was_lost_is_asked_to_sign_in()
    {
        var (tab, _, line) = await OpenAccountAsync();
        await line.CutAsync();
        await Assertions.Expect(Lost(tab)).ToBeVisibleAsync();

        await tab.Page.Context.ClearCookiesAsync();
        line.Mend();
        await Assertions.Expect(tab.Page).ToHaveURLAsync(new Regex(@"/sign-in\?returnUrl=%2Fadmin%2Faccounts"));
        // Whoever signs in next may be somebody else.
        await tab.Page.WaitForFunctionAsync("() => sessionStorage.getItem('console.typed') === null");
    }

    [Fact]
    public async Task An_act_that_was_sent_ahead_of_the_break_is_not_offered_again_as_if_it_had_not_been()
    {
        var account = await NewAccountAsync();
        var (tab, page, line) = await OpenAccountAsync(account);
        await page.ChooseAsync(Act);
        await Reason(tab).FillAsync("asked for on the phone");
        line.Mute();
        await Confirm(tab).ClickAsync();
        await Site.Inbox.NextAsync(account.Email, InboxFolder.ResetSubject);

        await line.CutAsync();
        await Assertions.Expect(Lost(tab)).ToBeVisibleAsync();
        await ForgetAsync(tab, line);
        await Assertions.Expect(page.History).ToContainTextAsync("asked for on the phone");
        await page.ChooseAsync(Act);
        await Assertions.Expect(Reason(tab)).ToHaveValueAsync("");
    }

    [Fact]
    [Trait("Category", "long")]
    public async Task A_WebSocket_that_fails_again_and_again_though_the_server_answers_loads_the_page_again_without_it()
    {
        var (tab, page, line) = await OpenAccountAsync();
        await tab.LeaveByAsync(line.RefuseWebSocketsAsync);
        await page.ActAsync(Act);
        await Assertions.Expect(page.Done).ToHaveTextAsync(Done);
        await Assertions.Expect(Failure(tab)).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_proxy_that_passes_long_polling_alone_is_enough_and_nothing_is_said()
    {
        var tab = await NewBrowserAsync();
        await (await Line.LayAsync(tab.Page)).RefuseWebSocketsAsync();
        var page = await ConsolePage.OpenAsync(tab, await NewAccountAsync(AccountKind.Support));
        await UntilAsync(() => Requests.Any(address => address.AbsolutePath.EndsWith("/negotiate", StringComparison.Ordinal)));
        var account = await page.FindAsync(await NewAccountAsync());
        await account.ActAsync(Act);
        await Assertions.Expect(account.Done).ToHaveTextAsync(Done);
        await Assertions.Expect(Failure(tab)).ToBeHiddenAsync();
        await Assertions.Expect(Lost(tab)).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_connection_that_never_gets_through_is_said_with_what_a_proxy_has_to_do()
    {
        var tab = await NewBrowserAsync();
        await ConsolePage.OpenAsync(tab, await NewAccountAsync(AccountKind.Support));
        await Assertions.Expect(Failure(tab)).ToBeHiddenAsync();

        await (await Line.LayAsync(tab.Page)).RefuseWebSocketsAsync();
        await tab.Page.RouteAsync("**/_blazor/negotiate*", route => route.FulfillAsync(new() { Status = 403 }));
        await tab.GoAsync("/admin");
        await Assertions.Expect(Hint(tab)).ToBeVisibleAsync();
        await Assertions.Expect(Lost(tab)).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_script_that_does_not_arrive_is_said_and_blames_no_proxy()
    {
        var tab = await NewBrowserAsync();
        await tab.Page.RouteAsync("**/_framework/blazor.web.js*", route => route.AbortAsync());
        await ConsolePage.OpenAsync(tab, await NewAccountAsync(AccountKind.Support));
        await Assertions.Expect(Failure(tab)).ToBeVisibleAsync();
        await Assertions.Expect(Hint(tab)).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_connection_that_is_lost_before_the_circuit_is_open_blames_no_proxy()
    {
        var tab = await NewBrowserAsync();
        await tab.Page.RouteWebSocketAsync("**/_blazor*", socket =>
        {
            var server = socket.ConnectToServer();
            socket.OnMessage(frame =>
            {
                if (Says(frame, "StartCircuit"))
                    _ = socket.CloseAsync();
                else
                    Line.Pass(server, frame);
            });
        });
        await ConsolePage.OpenAsync(tab, await NewAccountAsync(AccountKind.Support));

        await Assertions.Expect(Failure(tab)).ToBeVisibleAsync();
        await Assertions.Expect(Failure(tab)).ToContainTextAsync("The console’s live connection doesn’t work");
        await Assertions.Expect(Hint(tab)).ToBeHiddenAsync();
        await Assertions.Expect(Lost(tab)).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_connection_that_is_lost_before_the_first_page_is_drawn_loads_that_again()
    {
        var tab = await NewBrowserAsync();
        var (isFirst, loads) = (true, 0);
        tab.Page.FrameNavigated += (_, frame) => loads += frame.Url.EndsWith("/admin", StringComparison.Ordinal) ? 1 : 0;
        await tab.Page.RouteWebSocketAsync("**/_blazor*", socket =>
        {
            var server = socket.ConnectToServer();
            server.OnMessage(frame =>
            {
                if (!isFirst || !Says(frame, "JS.AttachComponent"))
                {
                    Line.Pass(socket, frame);
                    return;
                }

                isFirst = false;
                _ = server.CloseAsync();
                _ = socket.CloseAsync();
            });
        });
        var page = await ConsolePage.OpenAsync(tab, await NewAccountAsync(AccountKind.Support));

        await UntilAsync(() => loads == 2);
        await page.FindAsync(await NewAccountAsync());
        Assert.False(isFirst);
        await Assertions.Expect(Failure(tab)).ToBeHiddenAsync();
        await Assertions.Expect(Lost(tab)).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_page_whose_server_goes_before_the_connection_is_up_is_loaded_again_and_blames_no_proxy()
    {
        var tab = await NewBrowserAsync();
        await ConsolePage.OpenAsync(tab, await NewAccountAsync(AccountKind.Support));
        var line = await Line.LayAsync(tab.Page);
        await line.CutAsync();
        await tab.GoAsync("/admin");
        await MarkAsync(tab);
        await Assertions.Expect(Lost(tab)).ToBeVisibleAsync();
        await Assertions.Expect(Failure(tab)).ToBeHiddenAsync();

        line.Mend();
        await Assertions.Expect(Lost(tab)).ToBeHiddenAsync();
        Assert.False(await tab.Page.EvaluateAsync<bool>(IsSameDocument));
        await Assertions.Expect(Failure(tab)).ToBeHiddenAsync();
        Assert.DoesNotContain(Requests, address => address.AbsolutePath.EndsWith("/negotiate", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_tab_that_is_looked_at_again_tries_at_once()
    {
        var (tab, _, line) = await OpenAccountAsync();
        // The time until the next try is a matter of chance: days, here.
        await tab.Page.EvaluateAsync("() => { Math.random = () => 1_000_000; }");
        await line.CutAsync();
        await UntilAsync(() => line.Refused == 1);

        line.Mend();
        await Assertions.Expect(Lost(tab)).ToBeVisibleAsync();
        await tab.Page.EvaluateAsync("() => document.dispatchEvent(new Event('visibilitychange'))");
        await Assertions.Expect(Lost(tab)).ToBeHiddenAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Category", "long")]
    public async Task A_restart_of_the_app_is_said_as_a_lost_connection_and_the_page_comes_back_by_itself(bool isKilled)
    {
        await using var site = await Site.StartAsync([]);
        var tab = new Tab((await NewBrowserAsync()).Page, site.Address);
        var account = await site.Accounts.TakeAsync(AccountKind.Ordinary);
        var page = await (await ConsolePage.OpenAsync(tab, await site.Accounts.TakeAsync(AccountKind.Support))).FindAsync(account);
        await MarkAsync(tab);
        await page.ChooseAsync(Act);
        await tab.Page.Keyboard.TypeAsync("asked for on the phone");

        await (isKilled ? site.App.KillAsync() : site.App.StopAsync());
        await Assertions.Expect(Lost(tab)).ToBeVisibleAsync();
        for (var i = 0; i < 10; i++)
        {
            await Task.Delay(500, TestContext.Current.CancellationToken);
            Assert.Equal((true, false), (await Lost(tab).IsVisibleAsync(), await Failure(tab).IsVisibleAsync()));
        }

        await tab.LeaveByAsync(site.App.StartAgainAsync);
        Assert.False(await tab.Page.EvaluateAsync<bool>(IsSameDocument));
        await Assertions.Expect(Reason(tab)).ToHaveValueAsync("asked for on the phone");
        await Confirm(tab).ClickAsync();
        await Assertions.Expect(page.Done).ToHaveTextAsync(Done);
        Assert.Equal((false, false), (await Lost(tab).IsVisibleAsync(), await Failure(tab).IsVisibleAsync()));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("location = /_blazor/negotiate { return 403; }", true)]
    [InlineData("location /_blazor { return 403; }", true)]
    [Trait("Category", "long")]
    public async Task A_proxy_without_WebSockets_is_told_of_only_where_long_polling_does_not_pass_either(string rule, bool isBlamed)
    {
        await using var nginx = new Nginx { PassesWebSockets = false, Rule = rule };
        var origin = nginx.Address.GetLeftPart(UriPartial.Authority);
        await using var site = await Site.StartAsync(new() { ["Recovery__PublicOrigin"] = origin });
        await nginx.StartAsync(site.App);
        var tab = new Tab((await NewBrowserAsync()).Page, nginx.Address);
        var page = await ConsolePage.OpenAsync(tab, await site.Accounts.TakeAsync(AccountKind.Support));
        if (isBlamed)
        {
            await Assertions.Expect(Hint(tab)).ToBeVisibleAsync(new() { Timeout = 3 * Suite.LoadTimeout });
            return;
        }

        await UntilAsync(() => Requests.Any(address => address.AbsolutePath.EndsWith("/negotiate", StringComparison.Ordinal)));
        var account = await page.FindAsync(await site.Accounts.TakeAsync(AccountKind.Ordinary));
        await account.ActAsync(Act);
        await Assertions.Expect(account.Done).ToHaveTextAsync(Done);
        await Assertions.Expect(Failure(tab)).ToBeHiddenAsync();
    }

    private async Task<(Tab Tab, AccountDetailsPage Page, Line Line)> OpenAccountAsync(TestAccount? account = null)
    {
        var tab = await NewBrowserAsync();
        var line = await Line.LayAsync(tab.Page);
        var console = await ConsolePage.OpenAsync(tab, await NewAccountAsync(AccountKind.Support));
        var page = await console.FindAsync(account ?? await NewAccountAsync());
        await MarkAsync(tab);
        return (tab, page, line);
    }

    // The server drops the circuit while the connection is cut: when it is back, the page is loaded again.
    private static async Task ForgetAsync(Tab tab, Line line)
    {
        await tab.Page.EvaluateAsync("() => Blazor.disconnect()");
        await tab.LeaveByAsync(() =>
        {
            line.Mend();
            return Task.CompletedTask;
        });
    }

    private static ILocator Lost(Tab tab) => tab.Page.GetByText("The connection was lost.");

    private static ILocator Failure(Tab tab) => tab.Page.Locator("#blazor-error-ui");

    private static ILocator Hint(Tab tab) => tab.Page.GetByText("has to pass WebSockets");

    private static ILocator Reason(Tab tab) => tab.Page.GetByLabel("Reason", new() { Exact = true });

    private static ILocator Confirm(Tab tab) =>
        tab.Page.GetByRole(AriaRole.Form, new() { Name = Act, Exact = true })
            .GetByRole(AriaRole.Button, new() { Name = Act, Exact = true });

    private static ILocator Link(Tab tab, string name) => tab.Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true });

    private static bool Says(IWebSocketFrame frame, string word) =>
        Encoding.UTF8.GetString(frame.Binary ?? []).Contains(word, StringComparison.Ordinal);

    private static async Task MarkAsync(Tab tab) => await tab.Page.EvaluateAsync("() => { window.isSameDocument = true; }");

    private static async Task UntilAsync(Func<bool> isSo)
    {
        for (var end = DateTimeOffset.UtcNow.AddMilliseconds(Suite.LoadTimeout); !isSo(); await Task.Delay(50))
            Assert.True(DateTimeOffset.UtcNow < end, "It did not come to that in time.");
    }
}
