using System.Net.Sockets;
using System.Text;
using CsCheck;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Site;

/// <summary>Whatever is sent to any public route, the answer is a page of ours and never a fault of ours.</summary>
public sealed class FuzzTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private const uint Seed = 20261124;
    private const int Rounds = 800;
    private const int RawRounds = 300;

    private static readonly string[] Routes =
    [
        "/",
        "/forgot-password",
        "/forgot-password/sent",
        "/reset-password",
        "/reset-password/done",
        "/sign-in",
        "/sign-in/two-factor",
        "/sign-in/two-factor/passkey",
        "/sign-in/two-factor/mail",
        "/account/verify",
        "/sign-in/passkey",
        "/sign-out",
        "/account",
        "/account/two-factor",
        "/account/two-factor/authenticator",
        "/account/two-factor/codes",
        "/account/two-factor/off",
        "/account/two-factor/passkeys",
        "/account/two-factor/passkeys/new",
        "/account/two-factor/passkeys/x",
        "/invitation",
        "/invitation/done",
        "/admin/glance",
        "/admin/bulk",
        "/admin/trail.csv",
        "/admin/bulk/0193a000-0000-7000-8000-000000000000",
        "/admin/bulk/0193a000-0000-7000-8000-000000000000/result.csv",
        "/admin",
        "/admin/trail",
        "/admin/accounts/1",
        "/health/live",
        "/health/ready",
        "/.well-known/change-password",
        "/dev/inbox",
        "/dev/inbox/x.eml",
        "/app.css",
        "/_blazor",
        "/_blazor/negotiate",
        "/nowhere",
    ];

    private static readonly string[] Names =
    [
        "token",
        "TOKEN",
        "email",
        "password",
        "link",
        "returnUrl",
        "code",
        "changed",
        "__RequestVerificationToken",
        "_handler",
        "",
        "a[b]",
        "%",
    ];

    private static readonly string[] Pieces =
    [
        "",
        "a",
        "a.b.c",
        "eyJhbGciOiJIUzI1NiJ9.e30.",
        "..",
        "%00",
        "%ff%fe",
        "\ud83d\ude00",
        "'",
        "\"",
        "<script>",
        "{{7*7}}",
        "${jndi:ldap://x}",
        "\r\nX: y",
        "//evil.example",
        "/\\evil.example",
        "ada@example.com",
        "a@b@c",
        "\u017f@example.com",
        "null",
        "-1",
        "9999999999999999999999",
        "true",
        "[]",
        "{}",
        new('x', 5_000),
        new('.', 300),
        "\u0000",
        "\uffff",
    ];

    private static readonly string[] Types =
    [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=utf-7",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "text/plain",
        "application/json",
        "application/xml",
        "nonsense",
        "",
    ];

    private static readonly string[] Headers =
    [
        "Cookie: session=x",
        "Cookie: __Host-antiforgery=x; antiforgery=x",
        "X-Forwarded-For: ' OR 1=1",
        "X-Forwarded-Host: evil.example",
        "Forwarded: host=evil.example",
        "Origin: null",
        "Origin: https://evil.example",
        "Sec-Fetch-Site: cross-site",
        "Accept-Language: \u00ff\u00fe",
        "If-None-Match: \"x\"",
        "Range: bytes=0-1,5-",
        "Accept-Encoding: br;q=x",
        "Upgrade: websocket",
        "Expect: 100-continue",
        "X-HTTP-Method-Override: DELETE",
    ];

    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get", "FROB"];

    private readonly TestApp _app = shared.App;

    [Fact]
    public async Task Any_request_to_any_route_gets_an_answer_of_ours()
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = new Uri(_app.Origin),
        };
        var field = Gen.Select(Gen.OneOf(Names), Gen.OneOf(Pieces));
        var request = Gen.Select(
            Gen.OneOf(Methods),
            Gen.OneOf(Routes),
            field.Array[0, 3],
            Gen.Select(Gen.OneOf(Types), field.Array[0, 4], Gen.Bool),
            Gen.OneOf(Headers).Array[0, 3]);

        foreach (var sample in Samples(request, Rounds))
        {
            using var message = Message(sample.Item1, sample.Item2, sample.Item3, sample.Item4, sample.Item5);
            using var answer = await client.SendAsync(message, TestContext.Current.CancellationToken);
            var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True(IsOurs(answer, body), $"{message}\n\n{answer}\n{body}");
        }
    }

    [Fact]
    public async Task Any_bytes_on_the_wire_get_a_clear_answer_or_none()
    {
        var start = Encoding.Latin1.GetBytes("GET /reset-password?token=a.b.c HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        var origin = new Uri(_app.Origin);
        foreach (var changes in Samples(Gen.Select(Gen.Int[0, start.Length - 1], Gen.Byte).Array[1, 5], RawRounds))
        {
            var bytes = start.ToArray();
            foreach (var (at, value) in changes)
                bytes[at] = value;
            var answer = await SendRawAsync(origin, bytes);
            var isClear =
                answer.Length == 0
                || (
                    answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal)
                    && !IsFault(answer[9..12])
                    && !answer.Contains("   at ", StringComparison.Ordinal));
            Assert.True(isClear, $"{Encoding.Latin1.GetString(bytes)}\n\n{answer}");
        }
    }

    // The server's own answer to a version of HTTP that there isn't.
    private static bool IsFault(string status) => status[0] == '5' && status != "505";

    // The same ones in every run: what is found once is found again.
    private static IEnumerable<T> Samples<T>(Gen<T> gen, int count)
    {
        var random = new PCG(Seed);
        for (var i = 0; i < count; i++)
            yield return gen.Generate(random, null, out _);
    }

    private static bool IsOurs(HttpResponseMessage answer, string body)
    {
        var status = (int)answer.StatusCode;
        var request = answer.RequestMessage!;
        var hasBody =
            request.Method != HttpMethod.Head
            && !request.RequestUri!.AbsolutePath.StartsWith("/_blazor", StringComparison.OrdinalIgnoreCase);
        var blank = status >= 400 && hasBody && !body.Contains("<main", StringComparison.Ordinal);
        return status is >= 200 and < 500 && !blank
            && !body.Contains("   at ", StringComparison.Ordinal) && !body.Contains("Exception", StringComparison.Ordinal)
            && !(answer.Headers.Location?.OriginalString.Contains("evil", StringComparison.Ordinal) ?? false)
            && !body.Contains("<script>", StringComparison.Ordinal);
    }

    private static HttpRequestMessage Message(
        string method,
        string route,
        (string Name, string Value)[] query,
        (string Type, (string Name, string Value)[] Fields, bool Chunked) body,
        string[] headers)
    {
        var address =
            route
            + (
                query.Length == 0
                    ? ""
                    : "?"
                        + string.Join(
                            '&',
                            query.Select(pair => $"{Uri.EscapeDataString(pair.Name)}={Uri.EscapeDataString(Whole(pair.Value))}")));
        var message = new HttpRequestMessage(new HttpMethod(method), new Uri(address, UriKind.Relative));
        if (method is not ("GET" or "HEAD" or "TRACE" or "get"))
        {
            var text = string.Join('&', body.Fields.Select(pair => $"{pair.Name}={Uri.EscapeDataString(Whole(pair.Value))}"));
            message.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
            if (body.Type.Length > 0)
                message.Content.Headers.TryAddWithoutValidation("Content-Type", body.Type);
            message.Headers.TransferEncodingChunked = body.Chunked ? true : null;
        }

        foreach (
            var header in headers
                .Where(header => !header.StartsWith("Expect", StringComparison.Ordinal) || message.Content is not null)
                .Distinct())
            message.Headers.TryAddWithoutValidation(
                header.Split(": ")[0],
                Encoding.ASCII.GetString(Encoding.ASCII.GetBytes(header.Split(": ", 2)[1])));
        return message;
    }

    // Half a surrogate pair can't be sent.
    private static string Whole(string value) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(value));

    private static async Task<string> SendRawAsync(Uri origin, byte[] bytes)
    {
        using var socket = new TcpClient(origin.Host, origin.Port);
        await using var stream = socket.GetStream();
        try
        {
            await stream.WriteAsync(bytes);
            socket.Client.Shutdown(SocketShutdown.Send);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            return await reader.ReadToEndAsync();
        }
        catch (IOException)
        {
            return "";
        }
    }
}
