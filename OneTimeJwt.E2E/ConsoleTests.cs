using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Pages;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>The console through a browser: what admins do reaches people, and never the other way round.</summary>
[Role("admin")]
[Size("desktop")]
public sealed class ConsoleTests(Suite suite) : BrowserTest(suite)
{
    [Fact]
    [Guarantee(5)]
    [Purpose("reset")]
    public async Task An_admin_triggers_a_reset_the_user_completes_it_and_no_link_ever_reaches_the_admin()
    {
        var (admin, account) = (await NewAccountAsync(AccountKind.Support), await NewAccountAsync());
        var tab = await NewBrowserAsync();
        var seen = new ConcurrentQueue<string>();
        Listen(tab.Page, seen);
        var page = await (await ConsolePage.OpenAsync(tab, admin)).FindAsync(account);

        await page.ActAsync("Send a reset link");
        await Assertions.Expect(page.Done).ToHaveTextAsync("The link is on its way.");
        var link = (await Site.Inbox.NextAsync(account.Email, InboxFolder.ResetSubject)).Link;
        await Assertions.Expect(page.History).ToContainTextAsync("Mailed");
        await (await ResetPasswordPage.OpenAsync(await NewBrowserAsync(), link)).ChooseAsync(account.NewPassword());
        await Assertions.Expect(page.History).ToContainTextAsync("Link redeemed");

        seen.Enqueue(await tab.Page.ContentAsync());
        var token = link[(link.IndexOf("token=", StringComparison.Ordinal) + 6)..];
        Assert.Contains(seen, text => text.Contains("Link redeemed", StringComparison.Ordinal));
        Assert.All(seen, text => Assert.DoesNotContain("reset-password?token", text, StringComparison.Ordinal));
        Assert.All(seen, text => Assert.All(token.Split('.')[1..], part => Assert.DoesNotContain(part, text, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_support_member_who_acts_on_an_admin_is_refused_and_recorded_also_where_the_page_was_tampered_with()
    {
        var (support, admin) = (await NewAccountAsync(AccountKind.Support), await NewAccountAsync(AccountKind.Admin));
        var tab = await NewBrowserAsync();
        var page = await (await ConsolePage.OpenAsync(tab, support)).FindAsync(admin);
        await Assertions.Expect(page.Offer("Lock")).ToBeDisabledAsync();

        // What a browser's own tools do: the press then goes out over the circuit like any other.
        await page.Offer("Lock").EvaluateAsync("button => button.disabled = false");
        await page.ActAsync("Lock", "wanted to try");

        await Assertions.Expect(page.Problem).ToHaveTextAsync("Support can’t act on an Admin.");
        await Assertions.Expect(page.History).ToContainTextAsync("Act refused: Lock: Support can’t act on an Admin.");
        await (await SignInPage.OpenAsync(await NewBrowserAsync())).EnterAsync(admin);
    }

    [Theory]
    [InlineData("console.js")]
    [InlineData("_framework/blazor.web.js")]
    public async Task What_is_typed_before_the_connection_is_up_is_not_lost_and_no_button_pretends_to_work(string last)
    {
        var (admin, account) = (await NewAccountAsync(AccountKind.Admin), await NewAccountAsync(AccountKind.Unconfirmed));
        var tab = await NewBrowserAsync();
        var console = await ConsolePage.OpenAsync(tab, admin);
        var other = await tab.AnotherAsync();
        var connected = await HoldBackAsync(tab, last);

        await tab.BeginToLoadAsync("/admin");
        await tab.Page.GetByRole(AriaRole.Checkbox, new() { Name = "Unconfirmed" }).CheckAsync();
        await console.Search.PressSequentiallyAsync(account.Name);
        await other.BeginToLoadAsync($"/admin?q={account.Email}");
        await new ConsolePage(other).Hits.ClickAsync();
        await Assertions.Expect((await AccountDetailsPage.AtAsync(other, account)).Offer("Lock")).ToBeDisabledAsync();

        connected.SetResult();
        await Assertions.Expect(console.Hits).ToHaveCountAsync(1);
        await Assertions.Expect(console.Search).ToBeFocusedAsync();
        await Assertions.Expect(console.Search).ToHaveValueAsync(account.Name);
        await Assertions.Expect(tab.Page).ToHaveURLAsync(new Regex($"\\?q={account.Name}&filter=unconfirmed$"));

        await tab.Page.GetByRole(AriaRole.Heading, new() { Level = 1 }).ClickAsync();
        await Assertions.Expect(console.Search).Not.ToBeFocusedAsync();
        await tab.Page.Keyboard.PressAsync("/");
        await Assertions.Expect(console.Search).ToBeFocusedAsync();

        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Accounts", Exact = true }).ClickAsync();
        await Assertions.Expect(console.Search).ToHaveValueAsync("");
        await Assertions.Expect(console.Hits).ToHaveCountAsync(0);
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Checkbox, new() { Name = "Unconfirmed" })).Not.ToBeCheckedAsync();
    }

    [Theory]
    [InlineData("console.js", "/admin?filter=locked", false)]
    [InlineData("console.js", "/admin?filter=locked", true)]
    [InlineData("_framework/blazor.web.js", "/admin?filter=locked", true)]
    [InlineData("_framework/blazor.web.js", "/admin/trail?account=4711", false)]
    public async Task What_is_opened_before_the_connection_is_up_stays_open(string last, string path, bool isTyped)
    {
        var tab = await NewBrowserAsync();
        await ConsolePage.OpenAsync(tab, await NewAccountAsync(AccountKind.Admin));
        var connected = await HoldBackAsync(tab, last);
        var (summary, name) = (tab.Page.Locator(".saved summary"), tab.Page.Locator("#saved-name"));

        await tab.BeginToLoadAsync(path);
        await summary.ClickAsync();
        if (isTyped)
            await name.FillAsync("Seen to");
        connected.SetResult();

        await Assertions.Expect(tab.Page.Locator(".saved form button")).ToBeEnabledAsync();
        await Assertions.Expect(isTyped ? name : summary).ToBeFocusedAsync();
        if (!isTyped)
            await name.FillAsync("Seen to");
        await name.PressAsync("Enter");
        await Assertions.Expect(tab.Page.Locator(".kept a")).ToHaveTextAsync("Seen to");
    }

    [Fact]
    public async Task An_admin_who_is_demoted_with_a_page_open_can_not_act()
    {
        var (admin, account) = (await NewAccountAsync(AccountKind.Admin), await NewAccountAsync());
        var page = await (await ConsolePage.OpenAsync(await NewBrowserAsync(), admin)).FindAsync(account);
        await page.ChooseAsync("Lock");
        await AccountRow.DemoteAsync(Site.App, admin);

        // Faster than the page notices, or not: either way nothing is done.
        await Task.WhenAny(page.ConfirmAsync("Lock", "too late"), page.Problem.WaitForAsync());
        await Assertions.Expect(page.Problem.First).ToContainTextAsync("has no right");

        await (await SignInPage.OpenAsync(await NewBrowserAsync())).EnterAsync(account);
    }

    private static void Listen(IPage page, ConcurrentQueue<string> seen)
    {
        page.WebSocket += (_, socket) =>
        {
            socket.FrameReceived += (_, frame) => seen.Enqueue(frame.Text ?? System.Text.Encoding.UTF8.GetString(frame.Binary ?? []));
            socket.FrameSent += (_, frame) => seen.Enqueue(frame.Text ?? System.Text.Encoding.UTF8.GetString(frame.Binary ?? []));
        };
        page.Response += async (_, response) =>
        {
            try
            {
                seen.Enqueue(await response.TextAsync());
            }
            catch (PlaywrightException)
            {
                // A redirect, or a page that was left, has no body to read.
            }
        };
    }

    // A script that arrives when it is told to.
    private static async Task<TaskCompletionSource> HoldBackAsync(Tab tab, string script)
    {
        var released = new TaskCompletionSource();
        await tab.Page.Context.RouteAsync($"**/{script}*", async route =>
        {
            await released.Task;
            await route.ContinueAsync();
        });
        return released;
    }
}
