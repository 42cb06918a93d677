using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Pages;
using OneTimeJwt.E2E.Processes;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>The app behind each proxy that deploy/ has a file for.</summary>
[Trait("Category", "long")]
[Role("operator")]
public sealed partial class ReverseProxyTests(Suite suite) : BrowserTest(suite)
{
    private const int Permits = 40;

    // None of this machine's.
    private const string Stranger = "203.0.113.7";

    private const string Handshake =
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";

    // What a node sends that goes away in the middle, or that isn't one.
    private static readonly string[] Nonsense =
        ["", "HTTP/1.1 200 OK\r\nContent-Le", "nothing that is HTTP\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\ncut"];

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    // What a client may add to a request to be taken for somebody else.
    private static readonly string[] Inventions =
    [
        "",
        $"X-Forwarded-For: {Stranger}\r\n",
        $"X-Forwarded-For: {Stranger}\r\nx-forwarded-for: {Stranger}, 127.0.0.1\r\n",
        $"X-Forwarded-For:\r\nForwarded: for={Stranger}\r\nX-Real-IP: {Stranger}\r\n",
        "X-Forwarded-Proto: http\r\nX-Forwarded-Proto: http\r\n",
    ];

    public static TheoryData<string> Files => [.. ReverseProxy.Files];

    [Theory]
    [MemberData(nameof(Files))]
    [Purpose("reset")]
    [Guarantee(1, 2)]
    public async Task A_recovery_and_the_console_work_through_it(string file)
    {
        await using var proxy = new ReverseProxy(file);
        await using var site = await Site.StartAsync(proxy.Settings);
        await proxy.StartAsync(site.App);
        var (account, admin) = (await site.Accounts.TakeAsync(AccountKind.Ordinary), await site.Accounts.TakeAsync(AccountKind.Admin));
        var tab = await OpenAsync(proxy);

        var link = await MailLinkAsync(site, tab, account);
        Assert.StartsWith(proxy.Address.ToString(), link, StringComparison.Ordinal);
        await (await ResetPasswordPage.OpenAsync(tab, link)).ChooseAsync(account.NewPassword());
        var dead = await InvalidLinkPage.OpenAsync(await OpenAsync(proxy), link);
        Assert.Equal(("spent", 410), await dead.VerdictAsync());
        await Assertions.Expect(dead.Heading).ToHaveTextAsync("This link has been used");

        var sockets = new ConcurrentQueue<string>();
        var asked = new ConcurrentQueue<string>();
        tab.Page.WebSocket += (_, socket) => sockets.Enqueue(socket.Url);
        tab.Page.Request += (_, request) => asked.Enqueue(new Uri(request.Url).AbsolutePath);
        var page = await (await ConsolePage.OpenAsync(tab, admin)).FindAsync(account);
        await page.ActAsync("Send a reset link");
        await Assertions.Expect(page.Done).ToHaveTextAsync("The link is on its way.");
        Assert.Contains(sockets, url => url.StartsWith($"wss://localhost:{proxy.Address.Port}/_blazor", StringComparison.Ordinal));
        Assert.DoesNotContain("/_blazor", asked);
        await site.Inbox.NextAsync(account.Email, InboxFolder.ResetSubject);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task The_app_sees_each_clients_own_address_and_none_that_it_invents(string file)
    {
        await using var proxy = new ReverseProxy(file);
        await using var site = await Site.StartAsync(new(proxy.Settings) { ["RateLimits__PerClient__Permits"] = $"{Permits}" });
        await proxy.StartAsync(site.App);
        var (cookie, proof) = await OpenFormAsync(proxy);
        var sent = 0;

        // The second one is an address that the app believes, as clients in the proxies' own network have.
        var taken = new Dictionary<string, int>();
        foreach (var from in new[] { "127.0.0.9", "127.0.0.1" })
        {
            foreach (var invention in Inventions)
            {
                var status = RawHttp.Status(await RawHttp.AskAsync(proxy.Address, Request(invention), from));
                Assert.True(status == 303, $"{status}: {invention}");
                taken[from] = taken.GetValueOrDefault(from) + 1;
            }
        }

        await WaitForTrailAsync();
        Assert.Equal(taken, await ClientsAsync(site.App));

        // A page elsewhere whose name leads here is of another origin.
        var own = Get(proxy, "/_blazor", $"Origin: {proxy.Address.GetLeftPart(UriPartial.Authority)}\r\n");
        Assert.Equal(302, RawHttp.Status(await RawHttp.AskAsync(proxy.Address, own)));
        var elsewhere = own.Replace(proxy.Address.Authority, "elsewhere.example", StringComparison.Ordinal);
        Assert.NotEqual(302, RawHttp.Status(await RawHttp.AskAsync(proxy.Address, elsewhere)));

        // A client that invents a new one each time is still one client.
        var answers = new List<int>();
        for (var i = 0; i <= Permits && !answers.Contains(429); i++)
            answers.Add(RawHttp.Status(await RawHttp.AskAsync(proxy.Address, Request($"X-Forwarded-For: 203.0.113.{i}\r\n"), "127.0.0.9")));
        Assert.Contains(429, answers);
        Assert.Equal(303, RawHttp.Status(await RawHttp.AskAsync(proxy.Address, Request(""), "127.0.0.8")));
        await WaitForTrailAsync();
        Assert.Equal(["127.0.0.1", "127.0.0.8", "127.0.0.9"], (await ClientsAsync(site.App)).Keys.Order());

        string Request(string headers)
        {
            var body = $"__RequestVerificationToken={Uri.EscapeDataString(proof)}&email=nobody-{sent++}%40example.com";
            return $"POST /forgot-password HTTP/1.1\r\nHost: {proxy.Address.Authority}\r\nCookie: {cookie}\r\n{headers}"
                + $"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}";
        }

        async Task WaitForTrailAsync()
        {
            using var timeout = new CancellationTokenSource(Timeout);
            while (await DatabaseFile.AskAsync<long>(site.App, "SELECT count(*) FROM RecoveryOutbox") > 0)
                await Task.Delay(100, timeout.Token);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Health_is_for_those_who_ask_the_node_itself(string file)
    {
        await using var proxy = new ReverseProxy(file);
        await using var site = await Site.StartAsync(proxy.Settings);
        await proxy.StartAsync(site.App);
        string[] paths =
        [
            "/health/live", "/health/ready", "/health", "/HEALTH/ready", "/%68ealth/ready", "/health%2Fready", "//health/ready",
            "/./health/ready", "/%2e/health/ready", "/account/../health/ready", "/account/%2e%2E/health/ready",
        ];

        foreach (var path in paths)
        {
            var answer = await RawHttp.AskAsync(proxy.Address, Get(proxy, path));
            Assert.True(RawHttp.Status(answer) is 400 or 403 or 404, $"{path}: {RawHttp.Status(answer)}");
            Assert.DoesNotContain("Healthy", answer, StringComparison.OrdinalIgnoreCase);
        }

        Assert.Equal(200, RawHttp.Status(await RawHttp.AskAsync(proxy.Address, Get(proxy, "/forgot-password"))));
    }

    [Theory]
    [MemberData(nameof(Files))]
    [Guarantee(5, 9)]
    [Purpose("reset")]
    public async Task Nothing_that_it_writes_holds_a_token_and_a_link_that_was_opened_while_the_app_was_away_works_afterwards(string file)
    {
        await using var proxy = new ReverseProxy(file);
        await using var site = await Site.StartAsync(proxy.Settings);
        await proxy.StartAsync(site.App);
        var account = await site.Accounts.TakeAsync(AccountKind.Ordinary);
        var tab = await OpenAsync(proxy);
        var link = await MailLinkAsync(site, tab, account);
        var token = ResetForm.Token(link);

        await ResetPasswordPage.OpenAsync(tab, link);
        await KnockAsync(proxy, token);
        await IsWrittenAsync(proxy, token, 404);

        await site.App.StopAsync();
        await tab.GoAsync(link);
        Assert.InRange(tab.Status, 502, 503);
        await KnockAsync(proxy, token);
        await IsWrittenAsync(proxy, token, 502, 503);

        foreach (var answer in Nonsense)
        {
            using var stop = new CancellationTokenSource();
            var answering = AnswerAsync(site.App.Address.Port, answer, stop.Token);
            await KnockAsync(proxy, token);
            await stop.CancelAsync();
            await answering;
        }

        await site.App.StartAgainAsync();
        using var timeout = new CancellationTokenSource(Timeout);
        await tab.GoAsync(link);
        while (tab.Status is 502 or 503)
        {
            await Task.Delay(200, timeout.Token);
            await tab.GoAsync(link);
        }

        await (await ResetPasswordPage.AtAsync(tab)).ChooseAsync(account.NewPassword());
        await IsWrittenAsync(proxy, token, 404);
    }

    private async Task<Tab> OpenAsync(ReverseProxy proxy) =>
        new((await NewBrowserAsync(new() { IgnoreHTTPSErrors = true })).Page, proxy.Address);

    private static async Task<string> MailLinkAsync(Site site, Tab tab, TestAccount account)
    {
        await (await ForgotPasswordPage.OpenAsync(tab)).AskAsync(account.Email);
        return (await site.Inbox.NextAsync(account.Email, InboxFolder.ResetSubject)).Link;
    }

    private static async Task<(string Cookie, string Proof)> OpenFormAsync(ReverseProxy proxy)
    {
        var page = await RawHttp.AskAsync(proxy.Address, Get(proxy, "/forgot-password", "Accept-Encoding: gzip, br\r\n"));
        Assert.Equal(200, RawHttp.Status(page));
        // Compressed, a page's length would tell of the token in it.
        Assert.DoesNotContain("Content-Encoding", page, StringComparison.OrdinalIgnoreCase);
        return (Cookie().Match(page).Groups[1].Value, Proof().Match(page).Groups[1].Value);
    }

    // The link in every form in which people and programs send it, well or badly.
    private static async Task KnockAsync(ReverseProxy proxy, string token)
    {
        var path = $"/reset-password?token={token}";
        var get = Get(proxy, path);
        string[] whole =
        [
            get,
            get.Replace("GET", "HEAD", StringComparison.Ordinal),
            get.Replace("GET", "OPTIONS", StringComparison.Ordinal),
            get.Replace("HTTP/1.1", "HTTP/1.0", StringComparison.Ordinal),
            get.Replace("HTTP/1.1", "HTTP/9.9", StringComparison.Ordinal),
            get.Replace(" HTTP/1.1", "", StringComparison.Ordinal),
            get.Replace("Host: ", "Host: elsewhere.example:x", StringComparison.Ordinal),
            get.Replace("\r\n\r\n", "\r\nno header\r\n\r\n", StringComparison.Ordinal),
            get.Replace("\r\n\r\n", "\r\nContent-Length: x\r\n\r\n", StringComparison.Ordinal),
            Get(proxy, $"{path}&more={new string('x', 9_000)}"),
            Get(proxy, $"{path}&more={new string('x', 100_000)}"),
            Get(proxy, path, $"X-More: {new string('x', 100_000)}\r\n"),
            Get(proxy, path, Handshake),
            Get(proxy, $"/{token}"),
            Get(proxy, $"/reset-password/{token}"),
            Get(proxy, $"/reset-password%3Ftoken%3D{token}"),
            Get(proxy, $"/reset-password%3Ftoken%3D{Uri.EscapeDataString(token).Replace(".", "%2E", StringComparison.Ordinal)}"),
            Get(proxy, $"/../%2e%2e/..%2f?token={token}"),
            Get(proxy, $"/%zz?token={token}"),
            Get(proxy, $"/ ?token={token}"),
            Get(proxy, $"http://[?token={token}"),
            Get(proxy, $"https://localhost/reset-password?token={token}"),
            Get(proxy, "/", $"Referer: https://localhost/reset-password?token={token}\r\n"),
            Get(proxy, $"/health/ready?token={token}"),
            Get(proxy, $"/maintenance.html?token={token}"),
            Post(proxy, path, 3_000_000) + $"token={token}&{new string('x', 3_000_000)}",
        ];
        string[] cut =
        [
            get[..get.IndexOf(" HTTP", StringComparison.Ordinal)],
            get[..get.IndexOf("Connection", StringComparison.Ordinal)],
            get,
            Post(proxy, path, 5_000) + $"token={token}",
        ];
        foreach (var address in new[] { proxy.Address, proxy.PlainAddress })
        {
            await Task.WhenAll(whole.Select(request => RawHttp.AskAsync(address, request)));
            await Task.WhenAll(cut.Select(request => RawHttp.CutAsync(address, request)));
        }

        // Plain HTTP where TLS is expected.
        await RawHttp.AskAsync(new UriBuilder(proxy.Address) { Scheme = "http" }.Uri, get);
    }

    // A last request that the log has to tell of, so that all before it is written down too.
    private static async Task IsWrittenAsync(ReverseProxy proxy, string token, params int[] statuses)
    {
        var last = $"/last-{Guid.NewGuid():N}";
        Assert.Contains(RawHttp.Status(await RawHttp.AskAsync(proxy.Address, Get(proxy, $"{last}?token={token}"))), statuses);
        using var timeout = new CancellationTokenSource(Timeout);
        while (!await proxy.HasWrittenAsync(last))
            await Task.Delay(100, timeout.Token);
        foreach (var part in token.Split('.'))
            Assert.False(await proxy.HasWrittenAsync(part), "A log of the proxy holds a part of the token.");
    }

    // In the place of the app, one connection after the other.
    private static async Task AnswerAsync(int port, string answer, CancellationToken stop)
    {
        using var stub = new TcpListener(IPAddress.Loopback, port);
        stub.Start();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var client = await stub.AcceptTcpClientAsync(stop);
                var stream = client.GetStream();
                if (await stream.ReadAsync(new byte[64 * 1024], stop) > 0)
                    await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), stop);
            }
            catch (Exception fault) when (fault is OperationCanceledException or IOException)
            {
                // The proxy went away first, or the test is through.
            }
        }
    }

    private static string Get(ReverseProxy proxy, string path, string headers = "") =>
        $"GET {path} HTTP/1.1\r\nHost: {proxy.Address.Authority}\r\n{headers}Connection: close\r\n\r\n";

    private static string Post(ReverseProxy proxy, string path, int length) =>
        $"POST {path} HTTP/1.1\r\nHost: {proxy.Address.Authority}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n";

    // How many requests the trail has of each client.
    private static async Task<Dictionary<string, int>> ClientsAsync(RunningApp app)
    {
        await using var database = await DatabaseFile.OpenAsync(app);
        const string Count = "SELECT Client, count(*) FROM RecoveryTrail WHERE Client IS NOT NULL GROUP BY Client";
        await using var command = new SqliteCommand(Count, database);
        await using var reader = await command.ExecuteReaderAsync();
        var clients = new Dictionary<string, int>();
        while (await reader.ReadAsync())
            clients[reader.GetString(0)] = reader.GetInt32(1);
        return clients;
    }

    [GeneratedRegex(@"^Set-Cookie: ([^;\r]+)", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Cookie();

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Proof();
}
