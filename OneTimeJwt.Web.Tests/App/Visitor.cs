using System.Text.RegularExpressions;
using OneTimeJwt.Web.Tests.Mail;

namespace OneTimeJwt.Web.Tests.App;

/// <summary>What a browser without JavaScript does: keeps cookies, fills in forms, follows no redirect unasked.</summary>
public sealed partial class Visitor : IDisposable
{
    private readonly CookieContainer _cookies = new();
    private readonly HttpClient _client;

    public Visitor(string origin, HttpMessageHandler? by = null)
        : this(new Uri(origin), by)
    {
    }

    /// <param name="origin">The site.</param>
    /// <param name="by">The way there, which keeps the cookies; directly unless given.</param>
    /// <param name="host">What the Host header says instead of the site's name.</param>
    public Visitor(Uri origin, HttpMessageHandler? by = null, string? host = null)
    {
        // Who asks first whether to send is told, however long that takes.
        var handler =
            by
            ?? new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                Expect100ContinueTimeout = TimeSpan.FromMinutes(1),
                CookieContainer = _cookies,
            };
        _client = new HttpClient(handler, disposeHandler: true) { BaseAddress = origin, Timeout = TimeSpan.FromMinutes(2) };
        _client.DefaultRequestHeaders.Host = host;
    }

    /// <summary>The values of all cookies that were set and are still kept.</summary>
    public IEnumerable<string> Cookies => _cookies.GetAllCookies().Select(cookie => cookie.Value);

    /// <summary>The same with their names, as they are sent.</summary>
    public IEnumerable<string> CookieLines => _cookies.GetAllCookies().Select(cookie => $"{cookie.Name}={cookie.Value}");

    /// <summary>Takes over the cookies of another one, for a node of the same site.</summary>
    public void Keep(Visitor other) => _cookies.Add(other._cookies.GetAllCookies());

    /// <summary>As a browser that blocks cookies.</summary>
    public void Lose(string cookie)
    {
        foreach (var kept in _cookies.GetAllCookies().Where(kept => kept.Name == cookie))
            kept.Expired = true;
    }

    public async Task<Answer> GetAsync(string path, HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, path);
        return await SendAsync(request);
    }

    public async Task<Answer> PostAsync(string path, params (string Name, string Value)[] fields)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))),
        };
        return await SendAsync(request);
    }

    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using var response = await _client.SendAsync(request);
        return new Answer(
            response.StatusCode,
            await response.Content.ReadAsStringAsync(),
            response.Headers.Location?.OriginalString,
            response
                .Headers.Concat(response.Content.Headers)
                .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>Sends the first form of a page, with its hidden fields.</summary>
    public Task<Answer> SubmitAsync(Answer page, params (string Name, string Value)[] fields)
    {
        var form = Form().Match(page.Body);
        Assert.True(form.Success, $"The page has no form: {page.Status} {page.Body}");
        return PostAsync(form.Groups["action"].Value, [.. Hidden(form.Groups["body"].Value), .. fields]);
    }

    /// <summary>Loads a page and sends its form elsewhere, with nothing of the page but the proof that the form is the site's.</summary>
    public async Task<Answer> SubmitAsync(string page, string action, params (string Name, string Value)[] fields) =>
        await (await FillInAsync(page, action, fields))();

    /// <summary>The same, but the result sends it, as often as it is called.</summary>
    public async Task<Func<Task<Answer>>> FillInAsync(string page, string action, params (string Name, string Value)[] fields)
    {
        var loaded = await GetAsync(page);
        Assert.True(loaded.Status == HttpStatusCode.OK, $"{page} was answered with {(int)loaded.Status}.");
        return Prepare(loaded, action, fields);
    }

    public Func<Task<Answer>> Prepare(Answer page, string action, params (string Name, string Value)[] fields)
    {
        var proof = Hidden(page).First(field => field.Name == "__RequestVerificationToken");
        return () => PostAsync(action, [.. fields, proof]);
    }

    /// <summary>The hidden fields of a page, each once.</summary>
    public static IEnumerable<(string Name, string Value)> Hidden(Answer page) => Hidden(page.Body).DistinctBy(field => field.Name);

    public async Task<Answer> AskAsync(string address) => await SubmitAsync(await GetAsync("/forgot-password"), ("email", address));

    public async Task<Answer> RedeemAsync(string link, string password)
    {
        var page = await GetAsync(link);
        return page.Status == HttpStatusCode.OK ? await SubmitAsync(page, ("password", password)) : page;
    }

    public async Task<Answer> SignInAsync(string address, string password) =>
        await SubmitAsync(await GetAsync("/sign-in"), ("email", address), ("password", password));

    public void Dispose() => _client.Dispose();

    private static IEnumerable<(string Name, string Value)> Hidden(string html) =>
        from field in HiddenField().Matches(html)
        select (WebUtility.HtmlDecode(field.Groups["name"].Value), WebUtility.HtmlDecode(field.Groups["value"].Value));

    [GeneratedRegex("<form method=\"post\" action=\"(?<action>[^\"]+)\"(?: novalidate)?>(?<body>.*?)</form>", RegexOptions.Singleline)]
    private static partial Regex Form();

    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>[^\"]+)\"[^>]*? value=\"(?<value>[^\"]*)\"")]
    private static partial Regex HiddenField();
}

/// <summary>What came back.</summary>
public sealed record Answer(HttpStatusCode Status, string Body, string? Location, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>Which redirect led there; null for none.</summary>
    public string? From { get; init; }

    public string? Verdict =>
        System.Text.RegularExpressions.Regex.Match(Body, "data-verdict=\"(\\w+)\"") is { Success: true } match
            ? match.Groups[1].Value
            : null;

    public bool PasswordChanged => Status == HttpStatusCode.SeeOther && Location?.Split('?')[0] == "/reset-password/done";

    /// <summary>It is a redirect there; otherwise the page that came instead says why.</summary>
    public void LeadsTo(string path) => Assert.True(Location == path, $"Not sent to {path} but to {Location}: {(int)Status} {Body}");

    public void IsRefusedAs(string verdict)
    {
        Assert.Equal(verdict, Verdict);
        Assert.Equal(verdict == "invalid" ? HttpStatusCode.BadRequest : HttpStatusCode.Gone, Status);
    }
}
