using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E;

public sealed partial class QuietPageTests(Suite suite) : PageTour(suite)
{
    // The inbox shows mails in frames that run no scripts, the test driver's own included.
    private const string DriverInMail = "about:srcdoc:0:0: Blocked script execution";

    [Theory]
    [MemberData(nameof(States))]
    public async Task A_page_writes_nothing_to_the_console_and_asks_no_other_site(string state)
    {
        var tab = await VisitAsync(state);
        await tab.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);

        Assert.Empty(ConsoleMessages.Where(message => !RefusedDocument().IsMatch(message) && !message.StartsWith(DriverInMail, StringComparison.Ordinal)).Distinct());
        var own = new Uri(tab.Page.Url).Authority;
        Assert.Contains(Requests, request => request.AbsolutePath == "/app.css");
        Assert.All(Requests, request => Assert.Equal(own, request.Authority));
    }

    // Chromium's own line for a document with such a status; the page has no part in it.
    [GeneratedRegex("Failed to load resource: the server responded with a status of 4\\d\\d")]
    private static partial Regex RefusedDocument();
}
