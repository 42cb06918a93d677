using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Pages;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

[Role("user")]
public sealed class NotFoundTests(Suite suite) : BrowserTest(suite)
{
    [Fact]
    [Guarantee(11)]
    public async Task A_page_that_does_not_exist_says_so() =>
        Assert.Equal(404, (await NotFoundPage.OpenAsync(await NewBrowserAsync(), "/no-such-page")).Tab.Status);
}
