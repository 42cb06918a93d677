namespace OneTimeJwt.Web.Tests.Site;

/// <summary>What a proxy does, and the browser ahead of it, which knows cookies by the address that it sees.</summary>
internal sealed class PathProxy(string app, string path, bool strips)
    : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
{
    private readonly CookieContainer _cookies = new();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var seen = request.RequestUri!;
        Assert.StartsWith(path, seen.AbsolutePath, StringComparison.Ordinal);
        var passed = strips ? seen.PathAndQuery[path.Length..] : seen.PathAndQuery;
        request.RequestUri = new Uri(app + (passed.StartsWith('/') ? passed : "/" + passed));
        request.Headers.Host = seen.Authority;
        request.Headers.Add("X-Forwarded-Proto", seen.Scheme);
        if (_cookies.GetCookieHeader(seen) is { Length: > 0 } cookies)
            request.Headers.Add("Cookie", cookies);
        var answer = await base.SendAsync(request, cancellationToken);
        foreach (var cookie in answer.Headers.TryGetValues("Set-Cookie", out var set) ? set : [])
            _cookies.SetCookies(seen, cookie);
        return answer;
    }
}
