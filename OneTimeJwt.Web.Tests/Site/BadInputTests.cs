using System.Net.Http.Headers;
using System.Text;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Site;

public sealed class BadInputTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private const int Megabyte = 1024 * 1024;
    private const int MaxTries = 20;
    private static readonly string[] Forms =
    [
        "/forgot-password",
        "/reset-password",
        "/sign-in",
        "/sign-in/two-factor",
        "/sign-in/two-factor/mail",
        "/sign-out",
    ];
    private readonly TestApp _app = shared.App;

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var path in Forms)
            {
                foreach (
                    var kind in new[]
                    {
                        "missing",
                        "empty",
                        "binary",
                        "megabyte",
                        "chunked megabyte",
                        "json",
                        "other encoding",
                        "no type",
                        "no antiforgery",
                        "wrong antiforgery",
                        "cross-site",
                        "many fields",
                        "broken multipart",
                        "long names",
                    })
                    cases.Add(path, kind);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_form_that_is_not_ours_gets_a_clear_page(string path, string kind)
    {
        var answer = await SendAsync(path, kind);

        // Nobody is in the second step, and nobody is signed out by a stranger: those two only send people on.
        if (answer.Status == HttpStatusCode.SeeOther && path is "/sign-in/two-factor" or "/sign-in/two-factor/mail" or "/sign-out")
            Assert.Equal("/sign-in", answer.Location);
        else
            AssertClear(answer);
    }

    // Of a body without a length the app reads a part, answers and closes: a client that is still sending may miss the answer.
    private async Task<Answer> SendAsync(string path, string kind)
    {
        for (var tries = 1; ; tries++)
        {
            using var visitor = _app.Open();
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Content(kind) };
            if (kind == "cross-site")
                request.Headers.Add("Sec-Fetch-Site", "cross-site");
            request.Headers.TransferEncodingChunked = kind == "chunked megabyte" ? true : null;
            // Some pages answer without reading: then nothing is sent into a connection that is closed by now.
            request.Headers.ExpectContinue = kind.EndsWith("megabyte", StringComparison.Ordinal);
            try
            {
                return await visitor.SendAsync(request);
            }
            catch (HttpRequestException) when (kind == "chunked megabyte" && tries < MaxTries)
            {
            }
        }
    }

    [Theory]
    [InlineData("PUT", "/forgot-password")]
    [InlineData("DELETE", "/reset-password")]
    [InlineData("PATCH", "/sign-in")]
    [InlineData("POST", "/")]
    [InlineData("POST", "/forgot-password/sent")]
    [InlineData("POST", "/reset-password/done")]
    [InlineData("GET", "/sign-out")]
    [InlineData("OPTIONS", "/account")]
    [InlineData("TRACE", "/")]
    [InlineData("POST", "/admin/trail")]
    [InlineData("GET", "/nowhere")]
    [InlineData("POST", "/nowhere")]
    [InlineData("GET", "/..%2f..%2fetc/passwd")]
    [InlineData("GET", "/reset-password/eyJhbGciOiJIUzI1NiJ9.e30.x")]
    public async Task A_request_that_fits_no_page_gets_a_clear_page(string method, string path)
    {
        using var visitor = _app.Open();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method == "POST")
            request.Content = new FormUrlEncodedContent([]);
        var answer = await visitor.SendAsync(request);
        if (answer.Location is null)
            AssertClear(answer);
        else
            Assert.StartsWith("/sign-in", answer.Location, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?token=")]
    [InlineData("?token=a")]
    [InlineData("?token=a.b.c")]
    [InlineData("?token=%00%ff%fe")]
    [InlineData("?token=..&token=..")]
    [InlineData("?token=%F0%9F%92%A9.%F0%9F%92%A9.%F0%9F%92%A9")]
    public async Task A_token_that_is_none_is_refused(string query)
    {
        using var visitor = _app.Open();
        (await visitor.GetAsync("/reset-password" + query)).IsRefusedAs("invalid");
    }

    [Theory]
    [InlineData(1025)]
    [InlineData(9_000)]
    [InlineData(512 * 1024)]
    [InlineData(Megabyte)]
    public async Task A_token_of_any_length_is_refused_with_a_page(int length)
    {
        using var visitor = _app.Open();
        (await visitor.GetAsync("/reset-password?token=" + new string('a', length))).IsRefusedAs("invalid");
    }

    [Fact]
    public async Task A_failed_antiforgery_check_shows_the_form_again_with_the_link_alive()
    {
        var account = await _app.AddAccountAsync();
        var link = await _app.LinkForAsync(account);
        using var visitor = _app.Open();
        var token = link.Split("token=")[1];

        var answer = await visitor.PostAsync(
            "/reset-password",
            ("token", token),
            ("password", Passwords.New),
            ("__RequestVerificationToken", "stale"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(token, answer.Body, StringComparison.Ordinal);
        Assert.True((await visitor.SubmitAsync(answer, ("password", Passwords.New))).PasswordChanged);
    }

    [Theory]
    [InlineData("GET /forgot-password HTTP/1.1", "Host: ..")]
    [InlineData("GET /forgot-password HTTP/1.1", "Host: a:99999")]
    [InlineData("GET /nowhere HTTP/1.1", "Host: a..b")]
    [InlineData("GET /nowhere HTTP/1.0", "Accept: text/html")]
    public async Task A_host_that_is_none_gets_a_clear_page(string request, string header)
    {
        var origin = new Uri(_app.Origin);
        using var socket = new System.Net.Sockets.TcpClient(origin.Host, origin.Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"{request}\r\n{header}\r\nConnection: close\r\n\r\n"),
            TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.Matches("^HTTP/1.1 4", answer);
        Assert.Contains("<main", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_whose_equals_sign_a_gateway_escaped_still_opens()
    {
        var link = await _app.LinkForAsync(await _app.AddAccountAsync());
        using var visitor = _app.Open();
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync(link.Replace("?token=", "?token%3D", StringComparison.Ordinal))).Status);
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("https://evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("\\\\evil.example")]
    [InlineData("/%09/evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/\u0000")]
    [InlineData("~/x")]
    [InlineData("")]
    public async Task A_return_address_is_local_or_ignored(string returnUrl)
    {
        var account = await _app.AddAccountAsync();
        using var visitor = _app.Open();
        var page = await visitor.GetAsync("/sign-in?returnUrl=" + Uri.EscapeDataString(returnUrl));
        Assert.Equal(HttpStatusCode.OK, page.Status);
        var answer = await visitor.SubmitAsync(page, ("email", account.Email!), ("password", Passwords.Old));
        Assert.True(answer.Location is "/account" or "/%09/evil.example", answer.Location);
    }

    private static void AssertClear(Answer answer)
    {
        Assert.InRange((int)answer.Status, 400, 499);
        Assert.Contains("<main", answer.Body, StringComparison.Ordinal);
        Assert.Contains("<h1>", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", answer.Body, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", answer.Headers["Content-Security-Policy"], StringComparison.Ordinal);
    }

    private static ByteArrayContent? Content(string kind)
    {
        var noise = new byte[4096];
        new Random(1).NextBytes(noise);
        return kind switch
        {
            "missing" => null,
            "empty" => new FormUrlEncodedContent([]),
            "binary" => Typed(noise, "application/x-www-form-urlencoded"),
            "megabyte" or "chunked megabyte" => Typed(
                Encoding.ASCII.GetBytes("email=" + new string('a', Megabyte)),
                "application/x-www-form-urlencoded"),
            "json" => Typed("{\"email\":\"a@example.com\"}"u8.ToArray(), "application/json"),
            "other encoding" => Typed("email=a@example.com"u8.ToArray(), "application/x-www-form-urlencoded; charset=utf-7"),
            "no type" => Typed("email=a@example.com"u8.ToArray(), null),
            "many fields" => Typed(
                Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 3000).Select(i => $"f{i}=1&"))),
                "application/x-www-form-urlencoded"),
            "long names" => Typed(Encoding.ASCII.GetBytes(new string('n', 20_000) + "=1"), "application/x-www-form-urlencoded"),
            "broken multipart" => Typed(noise, "multipart/form-data"),
            "wrong antiforgery" => new FormUrlEncodedContent([
                new("__RequestVerificationToken", "CfDJ8nonsense"),
                new("email", "a@example.com"),
            ]),
            _ => new FormUrlEncodedContent([new("email", "a@example.com"), new("password", Passwords.New), new("token", "a.b.c")]),
        };
    }

    private static ByteArrayContent Typed(byte[] bytes, string? type)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        return content;
    }
}
