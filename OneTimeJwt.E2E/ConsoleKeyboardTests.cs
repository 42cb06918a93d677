using System.Globalization;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Pages;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>The console for somebody who has no mouse: everything is reached, in order, and the focus is always seen.</summary>
[Role("admin")]
[Size("desktop")]
public sealed class ConsoleKeyboardTests(Suite suite) : BrowserTest(suite)
{
    private const int MostStops = 120;

    // What the keyboard stops at, as the page means it: of a group of radio buttons one is enough.
    private const string Reachable = """
        () => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
          .filter(e => !e.disabled && e.type !== 'hidden' && e.tabIndex >= 0 && e.checkVisibility({ visibilityProperty: true }))
          .filter(e => e.type !== 'radio' || e.checked)
          .length
        """;

    // Where the focus is: its number on the page, and what is wrong with it there.
    private const string Stop = """
        () => {
          const at = document.activeElement;
          if (!at || at === document.body || at === document.documentElement) return null;
          window.stops ??= [];
          const known = window.stops.indexOf(at);
          if (known >= 0) return `${known}||`;
          const last = window.stops.at(-1);
          window.stops.push(at);
          const style = getComputedStyle(at);
          const box = at.getBoundingClientRect();
          const top = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 20));
          const isShown = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
          const isInView = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
          const isInOrder = !last || (last.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
          const fault = !isShown ? 'has no outline' : !isInView ? 'is out of view'
            : !isInOrder ? 'comes out of order'
            : top && !at.contains(top) && !top.contains(at) && !at.labels?.[0]?.contains(top)
              ? `is covered by ${top.outerHTML.slice(0, 80)}`
            : null;
          return `${window.stops.length - 1}|${(at.textContent || at.id || at.name || '').trim().slice(0, 60)}|${fault ?? ''}`;
        }
        """;

    private const string Look = """
        async () => (await axe.run(document, { resultTypes: ['violations'] }))
          .violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id} at ${html}`))
        """;

    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    [Fact]
    [Trait("Category", "long")]
    public async Task The_whole_console_needs_nothing_but_a_keyboard()
    {
        var (admin, account) = (await NewAccountAsync(AccountKind.Admin), await NewAccountAsync());
        var tab = await NewBrowserAsync();
        var keys = tab.Page.Keyboard;

        // Signs in.
        await tab.GoAsync("/sign-in?returnUrl=%2Fadmin");
        await keys.TypeAsync(admin.Email);
        await keys.PressAsync("Tab");
        await keys.TypeAsync(admin.Password);
        await LeaveAsync(tab, "Enter");

        // Finds an account and opens it.
        var console = new ConsolePage(tab);
        await Assertions.Expect(console.Search).ToBeFocusedAsync();
        await IsInOrderAsync(tab, "accounts");
        await keys.PressAsync("/");
        await Assertions.Expect(console.Search).ToBeFocusedAsync();
        await keys.TypeAsync(account.Name);
        await Assertions.Expect(console.Hits).ToHaveCountAsync(1);
        await SaveFilterAsync(tab, "the one I look for");
        await keys.PressAsync("/");
        await keys.PressAsync("ArrowDown");
        await Assertions.Expect(console.Hits.First).ToBeFocusedAsync();
        await keys.PressAsync("Enter");
        var page = await AccountDetailsPage.AtAsync(tab, account);
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeFocusedAsync();
        await IsInOrderAsync(tab, "account");

        // Leaves an act, and does it with a reason: each time the focus is where it goes on.
        await ReachAsync(tab, AriaRole.Button, "Send a reset link");
        await keys.PressAsync("Enter");
        await Assertions.Expect(tab.Page.Locator("#reason")).ToBeFocusedAsync();
        await ReachAsync(tab, AriaRole.Button, "Leave it");
        await keys.PressAsync("Space");
        await Assertions.Expect(page.Offer("Send a reset link")).ToBeFocusedAsync();
        await keys.PressAsync("Enter");
        await Assertions.Expect(tab.Page.Locator("#reason")).ToBeFocusedAsync();
        await keys.TypeAsync("asked for on the phone");
        await keys.PressAsync("Enter");
        await Assertions.Expect(page.Done).ToHaveTextAsync("The link is on its way.");
        await Assertions.Expect(tab.Page.Locator(".outcome")).ToBeFocusedAsync();

        // Reads what happened, and keeps a filter of it.
        await ReachAsync(tab, AriaRole.Link, "All of it in the trail");
        await keys.PressAsync("Enter");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = "Trail" })).ToBeFocusedAsync();
        await IsInOrderAsync(tab, "trail");
        await SaveFilterAsync(tab, "of this account");

        // Makes a campaign and starts it.
        await BackAsync(tab);
        await ReachAsync(tab, AriaRole.Link, "Bulk");
        await LeaveAsync(tab, "Enter");
        await Assertions.Expect(tab.Page.Locator("#list")).ToBeVisibleAsync();
        await IsInOrderAsync(tab, "bulk");
        await ReachAsync(tab, "#list");
        await keys.TypeAsync($"{account.Email}\nnobody@example.org");
        await ReachAsync(tab, AriaRole.Button, "Look at the list");
        await LeaveAsync(tab, "Enter");
        await Assertions.Expect(tab.Page.Locator("#reason")).ToBeVisibleAsync();
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Send the links" })).ToBeEnabledAsync();
        await IsInOrderAsync(tab, "campaign");
        await ReachAsync(tab, "#reason");
        await keys.TypeAsync("leaked list");
        await ReachAsync(tab, "#number");
        await keys.TypeAsync("1");
        await keys.PressAsync("Enter");
        await Assertions.Expect(tab.Page.Locator(".outcome")).ToBeFocusedAsync();
        await Assertions.Expect(new CampaignPage(tab).Progress).ToContainTextAsync("done");

        // Makes a key.
        await BackAsync(tab);
        await ReachAsync(tab, AriaRole.Link, "API keys");
        await LeaveAsync(tab, "Enter");
        await Assertions.Expect(tab.Page.Locator("#name")).ToBeVisibleAsync();
        await IsInOrderAsync(tab, "keys");
        await ReachAsync(tab, "#name");
        await keys.TypeAsync("ticket system");
        await ReachAsync(tab, "#reason");
        await keys.TypeAsync("the desk's tickets");
        await ReachAsync(tab, AriaRole.Button, "Make a key");
        await LeaveAsync(tab, "Enter");
        await Assertions.Expect(tab.Page.Locator(".made")).ToBeFocusedAsync();

        // Signs out.
        await BackAsync(tab);
        await ReachAsync(tab, AriaRole.Link, "Your account");
        await LeaveAsync(tab, "Enter");
        await ReachAsync(tab, AriaRole.Button, "Sign out");
        await LeaveAsync(tab, "Enter");
        await tab.GoAsync("/admin");
        await SignInPage.AtAsync(tab);
    }

    private static async Task SaveFilterAsync(Tab tab, string name)
    {
        var (page, keys) = (tab.Page, tab.Page.Keyboard);
        await ReachAsync(tab, "summary");
        await keys.PressAsync("Enter");
        await ReachAsync(tab, "#saved-name");
        await keys.TypeAsync(name);
        await keys.PressAsync("Enter");
        var said = page.GetByRole(AriaRole.Status).Filter(new() { HasText = $"“{name}” is saved." });
        await Assertions.Expect(said).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator(".kept [aria-current]")).ToHaveTextAsync(name);

        // By another name, which is where the focus goes, and deleted and made again.
        await ReachAsync(tab, AriaRole.Button, "Rename");
        await keys.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#saved-new-name")).ToBeFocusedAsync();
        await keys.PressAsync("End");
        await keys.TypeAsync(" again");
        await keys.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = $"“{name} again”" })).ToBeFocusedAsync();
        await ReachAsync(tab, AriaRole.Button, "Delete");
        await keys.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "is deleted." })).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator(".kept a")).ToHaveCountAsync(0);
    }

    /// <summary>Goes through a page from its beginning to its end, and has axe look at it.</summary>
    private static async Task IsInOrderAsync(Tab tab, string name)
    {
        var page = tab.Page;
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        await page.EvaluateAsync(Axe);
        Assert.Empty((await page.EvaluateAsync<string[]>(Look)).Select(violation => $"{name}: {violation}"));

        await BackAsync(tab);
        await page.EvaluateAsync("() => { window.stops = undefined; }");
        var faults = new List<string>();
        var reached = 0;
        for (var stops = 0; stops < MostStops; stops++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await page.EvaluateAsync<string?>(Stop) is not { } at)
                break;

            var (number, text, fault) = (int.Parse(at.Split('|')[0], CultureInfo.InvariantCulture), at.Split('|')[1], at.Split('|')[^1]);
            if (number < reached - 1)
                break;

            if (fault.Length > 0)
                faults.Add($"{name}: “{text}” {fault}");
            reached = number + 1;
        }

        Assert.Empty(faults);
        Assert.Equal(await page.EvaluateAsync<int>(Reachable), reached);
    }

    // On through the rest of the page: a trap would end it.
    private static async Task BackAsync(Tab tab)
    {
        for (var stops = 0; stops < MostStops; stops++)
        {
            await tab.Page.Keyboard.PressAsync("Tab");
            if (await tab.Page.EvaluateAsync<bool>("() => document.activeElement === document.body"))
                return;
        }

        Assert.Fail($"{MostStops} times Tab don't lead out of {tab.Location}.");
    }

    private static Task ReachAsync(Tab tab, AriaRole role, string name) =>
        ReachAsync(tab, tab.Page.GetByRole(role, new() { Name = name, Exact = true }).First, name);

    private static Task ReachAsync(Tab tab, string selector) => ReachAsync(tab, tab.Page.Locator(selector), selector);

    private static async Task ReachAsync(Tab tab, ILocator target, string name)
    {
        for (var stops = 0; stops < MostStops; stops++)
        {
            await tab.Page.Keyboard.PressAsync("Tab");
            if (await target.EvaluateAsync<bool>("element => element === document.activeElement"))
                return;
        }

        Assert.Fail($"{MostStops} times Tab don't reach '{name}'.");
    }

    private static Task LeaveAsync(Tab tab, string key) => tab.LeaveByAsync(() => tab.Page.Keyboard.PressAsync(key));
}
