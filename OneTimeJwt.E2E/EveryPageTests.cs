using System.Text.RegularExpressions;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>Every page in every state, reached once, since that is what takes time.</summary>
public abstract partial class EveryPageTests(Suite suite) : PageTour(suite)
{
    private const int Height = 800;

    // A desktop's window at 400 % has the same 320 pixels (WCAG 2.2, 1.4.10).
    private const int Phone = 320;
    private const int Desktop = 1280;

    private const string Look = """
        async () => {
          const { passes, violations } = await axe.run(document, { resultTypes: ['violations'] });
          if (passes.length === 0) throw new Error('axe looked at nothing');
          return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id} at ${html}`));
        }
        """;

    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    protected static readonly (int Width, ColorScheme Scheme)[] All =
        [(Phone, ColorScheme.Light), (Phone, ColorScheme.Dark), (Desktop, ColorScheme.Light), (Desktop, ColorScheme.Dark)];

    protected static readonly (int Width, ColorScheme Scheme)[] Both = [(Phone, ColorScheme.Light), (Desktop, ColorScheme.Dark)];

    // The inbox shows mails in frames that run no scripts, and the trace's own would be reported on the console.
    protected override bool TakesSnapshots => false;

    /// <param name="state">The page.</param>
    /// <param name="looks">At which widths and by which light axe looks at it.</param>
    protected async Task IsInOrderAsync(string state, (int Width, ColorScheme Scheme)[] looks)
    {
        var tab = await VisitAsync(state);
        await tab.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);

        Assert.Empty(ConsoleMessages.Where(message => !Chromiums().IsMatch(message)).Distinct());
        var own = new Uri(tab.Page.Url).Authority;
        Assert.Contains(Requests, request => request.AbsolutePath == "/app.css");
        Assert.All(Requests, request => Assert.Equal(own, request.Authority));
        Assert.Empty(await Suite.Nu.FaultsAsync(await tab.SourceAsync()));
        await tab.Page.SetViewportSizeAsync(Phone, Height);
        Assert.True(await tab.OverflowAsync() <= 0, "It scrolls sideways on a small phone.");
        await tab.Page.EvaluateAsync(Axe);
        foreach (var (width, scheme) in looks)
        {
            await tab.Page.SetViewportSizeAsync(width, Height);
            await PassesAxeAsync(tab.Page, scheme, width);
        }
    }

    private static async Task PassesAxeAsync(IPage page, ColorScheme scheme, int width)
    {
        await page.EmulateMediaAsync(new() { ColorScheme = scheme });
        // No part of a page is of another origin: it is looked at in one go, where the package would open a page to
        // gather what it found in several.
        Assert.Empty((await page.EvaluateAsync<string[]>(Look)).Select(violation => $"{scheme} at {width}: {violation}"));
    }

    // Chromium's own lines, for a document with such a status and where somebody was in a field before the page put him there.
    [GeneratedRegex(
        "Failed to load resource: the server responded with a status of 4\\d\\d|Autofocus processing was blocked because a document "
            + "already has a focused element")]
    private static partial Regex Chromiums();
}

[Role("user")]
[Size("phone", "desktop")]
public sealed class PublicPagesTests(Suite suite) : EveryPageTests(suite)
{
    private const string UsedLink = "dead-used";

    public static TheoryData<string> Pages => [.. States.Except(PagesOfAccounts).Except(PagesOfTheConsole).Except([UsedLink])];

    // Named for what its way there is: one more use of the link.
    [Fact]
    [Guarantee(1)]
    public Task The_page_of_a_used_link_writes_nothing_to_the_console_asks_no_other_site_and_shuts_nobody_out() =>
        IsInOrderAsync(UsedLink, All);

    [Theory]
    [MemberData(nameof(Pages))]
    public Task A_page_writes_nothing_to_the_console_asks_no_other_site_and_shuts_nobody_out(string state) => IsInOrderAsync(state, Both);

    [Theory]
    [MemberData(nameof(Pages))]
    [Trait("Category", "long")]
    public Task A_page_is_in_order_at_both_widths_by_day_and_by_night(string state) => IsInOrderAsync(state, All);
}

[Role("user")]
[Size("phone", "desktop")]
public sealed class AccountPagesTests(Suite suite) : EveryPageTests(suite)
{
    public static TheoryData<string> Pages => [.. PagesOfAccounts];

    [Theory]
    [MemberData(nameof(Pages))]
    public Task A_page_of_an_account_writes_nothing_to_the_console_asks_no_other_site_and_shuts_nobody_out(string state) =>
        IsInOrderAsync(state, Both);

    [Theory]
    [MemberData(nameof(Pages))]
    [Trait("Category", "long")]
    public Task A_page_of_an_account_is_in_order_at_both_widths_by_day_and_by_night(string state) => IsInOrderAsync(state, All);
}

[Role("admin")]
[Size("phone", "desktop")]
public sealed class ConsolePagesTests(Suite suite) : EveryPageTests(suite)
{
    public static TheoryData<string> Pages => [.. PagesOfTheConsole];

    [Theory]
    [MemberData(nameof(Pages))]
    public Task A_page_for_admins_writes_nothing_to_the_console_asks_no_other_site_and_shuts_nobody_out(string state) =>
        IsInOrderAsync(state, Both);

    [Theory]
    [MemberData(nameof(Pages))]
    [Trait("Category", "long")]
    public Task A_page_for_admins_is_in_order_at_both_widths_by_day_and_by_night(string state) => IsInOrderAsync(state, All);
}
