using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>A client with cookies but without a browser; redirects are left as they are.</summary>
public sealed partial class HttpVisitor : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly HttpClient _http;
    private readonly CookieContainer _cookies = new();

    [SuppressMessage("Reliability", "CA2000", Justification = "The client disposes of its handler.")]
    public HttpVisitor(Uri address, string? host = null)
    {
        _http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, CheckCertificateRevocationList = true, CookieContainer = _cookies }) { BaseAddress = address, Timeout = Patience };
        _http.DefaultRequestHeaders.Host = host;
    }

    /// <summary>The values of all cookies that were set and are still kept.</summary>
    public IEnumerable<string> Cookies => _cookies.GetAllCookies().Select(cookie => cookie.Value);

    public async Task<HttpResponseMessage> AskAsync(HttpMethod method, string url)
    {
        using var request = new HttpRequestMessage(method, url);
        return await _http.SendAsync(request);
    }

    /// <summary>Loads a page and sends its form, as a browser does.</summary>
    public async Task<HttpResponseMessage> SubmitAsync(string page, params (string Name, string Value)[] fields) =>
        await SubmitAsync(page, page, fields);

    /// <param name="page">Where a form of the site can be had.</param>
    /// <param name="action">Where it is sent to.</param>
    /// <param name="fields">What is filled in.</param>
    public async Task<HttpResponseMessage> SubmitAsync(string page, string action, params (string Name, string Value)[] fields) =>
        await (await FillInAsync(page, action, fields))();

    /// <summary>Loads a page and fills its form in; the result sends it, as often as it is called.</summary>
    public async Task<Func<Task<HttpResponseMessage>>> FillInAsync(string page, string action, params (string Name, string Value)[] fields) =>
        (await FillInFromAsync(page, action, fields)).Send;

    /// <summary>The same, and the headers that the page came with.</summary>
    public async Task<(Func<Task<HttpResponseMessage>> Send, HttpResponseHeaders Page)> FillInFromAsync(string page, string action, params (string Name, string Value)[] fields)
    {
        using var loaded = await _http.GetAsync(new Uri(page, UriKind.Relative));
        var html = await loaded.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
        var proof = ("__RequestVerificationToken", Proof().Match(html).Groups[1].Value);
        var filled = fields.Append(proof).Select(field => KeyValuePair.Create(field.Item1, field.Item2)).ToList();
        return (SendAsync, loaded.Headers);

        async Task<HttpResponseMessage> SendAsync()
        {
            using var form = new FormUrlEncodedContent(filled);
            return await _http.PostAsync(new Uri(action, UriKind.Relative), form);
        }
    }

    /// <summary>Signs in, through the second step where the account has an authenticator.</summary>
    /// <returns>How the last step was answered: 303 where it is in.</returns>
    public async Task<HttpStatusCode> SignInAsync(TestAccount account, string? password = null)
    {
        using var first = await SubmitAsync("/sign-in", ("email", account.Email), ("password", password ?? account.Password));
        if (first.StatusCode != HttpStatusCode.SeeOther || account.AuthenticatorKey is null)
            return first.StatusCode;

        using var second = await SubmitAsync("/sign-in/two-factor", ("code", Totp.Code(account.AuthenticatorKey, DateTimeOffset.UtcNow)));
        return second.StatusCode;
    }

    public void Dispose() => _http.Dispose();

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Proof();
}
