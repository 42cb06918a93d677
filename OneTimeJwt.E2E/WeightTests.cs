using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>What somebody on a phone has to load before anything is seen.</summary>
[Role("user")]
[Size("desktop")]
public sealed class WeightTests(Suite suite) : BrowserTest(suite)
{
    private const int MaxBytes = 30_000;
    private const int MostRequests = 5;

    public static TheoryData<string> PublicPages =>
        [
            "/",
            "/how-it-works",
            "/forgot-password",
            "/forgot-password/sent",
            "/reset-password",
            "/reset-password/done",
            "/invitation",
            "/sign-in",
            "/sign-in/passkey",
            "/no-such-page",
        ];

    [Theory]
    [MemberData(nameof(PublicPages))]
    public async Task A_first_visit_loads_little_and_no_framework(string path)
    {
        var tab = await NewBrowserAsync();
        var requests = new List<IRequest>();
        tab.Page.RequestFinished += (_, request) => requests.Add(request);
        await tab.GoAsync(path);
        await tab.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);

        var bytes = 0;
        foreach (var request in requests)
        {
            var sizes = await request.SizesAsync();
            bytes += sizes.ResponseBodySize + sizes.ResponseHeadersSize;
        }

        Assert.InRange(requests.Count, 3, MostRequests);
        Assert.InRange(bytes, 1, MaxBytes);
        Assert.DoesNotContain(requests, request => request.Url.Contains("_framework", StringComparison.Ordinal));
    }
}
