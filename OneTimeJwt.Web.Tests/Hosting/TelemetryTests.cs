using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.Tests.Admin;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace OneTimeJwt.Web.Tests.Hosting;

/// <summary>
/// What a collector gets to read, down to the bytes. Alone: exporters listen to a whole process, and stop to follow a
/// metric when any app in it ends.
/// </summary>
[Collection(nameof(TelemetryTests))]
[CollectionDefinition(nameof(TelemetryTests), DisableParallelization = true)]
public sealed class TelemetryTests
{
    private static readonly string[] Funnel =
    [
        "onetimejwt.links.requested",
        "onetimejwt.links.mailed",
        "onetimejwt.links.opened",
        "onetimejwt.links.redeemed",
        "onetimejwt.links.refused",
        "onetimejwt.mail.attempts",
        "onetimejwt.sign_ins",
        "onetimejwt.outbox.depth",
        "onetimejwt.outbox.age",
        "onetimejwt.events.deliveries",
        "onetimejwt.events.waiting",
        "onetimejwt.events.age",
    ];

    private static readonly string[] Words =
    [
        "replayed",
        "malformed",
        "Inbox",
        "sent",
        "second step asked for",
        "succeeded",
        "failed",
        "waiting",
        "refused",
        "reset",
        "json-lines",
    ];

    [Fact]
    public async Task A_collector_gets_the_whole_funnel_and_nothing_that_is_anybodys()
    {
        await using var collector = new Collector();
        var file = Path.GetTempFileName();
        string[] secrets;
        await using (var app = await TestApp.StartAsync(new(collector.Settings) { ["Trail:JsonLines"] = file }))
            secrets = await GoThroughAsync(app);
        File.Delete(file);

        var told = collector.All;
        Assert.All(
            [.. Funnel, .. Words, "http.server.request.duration", "dotnet.gc.collections", "deliver", "redeem", "POST /reset-password"],
            name => Assert.Contains(name, told, StringComparison.Ordinal));
        Assert.All(
            [.. secrets, "url.query", "url.path", "url.full", "user_agent", "client.address", "a phone of Ada"],
            secret => Assert.DoesNotContain(secret, told, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Logs_go_to_the_collector_too_and_hold_no_token_and_no_password_at_any_level()
    {
        await using var collector = new Collector();
        var settings = new Dictionary<string, string?>(collector.Settings)
        {
            ["Logging:LogLevel:Default"] = "Trace",
            ["Logging:LogLevel:Microsoft.AspNetCore"] = "Trace",
        };
        string[] secrets;
        // The suite's sink took the place of every other provider, the exporter's among them.
        await using (var app = await TestApp.StartAsync(settings, replace: SendLogs))
        {
            secrets = [.. (await GoThroughAsync(app)).Take(6)];
            Assert.Contains("Request starting", app.Log.All, StringComparison.Ordinal);
        }

        var told = collector.Logs;
        Assert.Contains("Microsoft.Hosting.Lifetime", told, StringComparison.Ordinal);
        Assert.Contains("Request starting", told, StringComparison.Ordinal);
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, told, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Logs_stay_here_where_the_setting_says_so()
    {
        await using var collector = new Collector();
        var settings = new Dictionary<string, string?>(collector.Settings) { ["Logging:OpenTelemetry:LogLevel:Default"] = "None" };
        await using (var app = await TestApp.StartAsync(settings, replace: SendLogs))
        {
            using var visitor = app.Open();
            await visitor.GetAsync("/sign-in");
        }

        Assert.NotEmpty(collector.All);
        Assert.Empty(collector.Logs);
    }

    [Fact]
    public async Task Where_metrics_go_logs_go_as_well()
    {
        await using var app = Program.Build(
            ["--environment", "Development", "--applicationName", "OneTimeJwt.Web", "--OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9"]);

        Assert.Contains(
            app.Services.GetServices<ILoggerProvider>(),
            provider => provider is OpenTelemetry.Logs.OpenTelemetryLoggerProvider);
    }

    [Fact]
    public void The_metrics_that_operators_read_about_are_the_ones_there_are() =>
        Assert.Equal(
            Funnel.Order(StringComparer.Ordinal),
            Regex
                .Matches(
                    File.ReadAllText(Path.Combine(Repository.Root, "OPERATIONS.md")),
                    @"^\| `(onetimejwt\.[\w.]+)`",
                    RegexOptions.Multiline)
                .Select(row => row.Groups[1].Value)
                .Order(StringComparer.Ordinal));

    [Fact]
    public async Task Without_a_collector_nothing_is_made_that_would_listen()
    {
        await using var app = await TestApp.StartAsync();

        Assert.Null(app.Services.GetService<MeterProvider>());
        Assert.Null(app.Services.GetService<TracerProvider>());
        Assert.DoesNotContain(app.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>(), service => service is OutboxMetrics);
    }

    private static void SendLogs(IServiceCollection services) => services.AddLogging(logging => logging.AddOpenTelemetry());

    private static async Task<string[]> GoThroughAsync(TestApp app)
    {
        var account = await app.AddAccountAsync();
        var careful = await app.AddAccountAsync();
        var link = await app.LinkForAsync(account);
        var token = link.Split("token=")[1];
        using var visitor = app.Open();
        Assert.True((await visitor.RedeemAsync(link, Passwords.New)).PasswordChanged);
        (await visitor.GetAsync(link)).IsRefusedAs("spent");
        (await visitor.GetAsync($"{link}&from={account.Email}")).IsRefusedAs("spent");
        (await visitor.GetAsync("/reset-password?token=a.b.c")).IsRefusedAs("invalid");
        await visitor.GetAsync($"/admin/accounts/{account.Id}?q={account.Email}");
        await visitor.GetAsync($"/{account.Email}/{account.Id}");
        await visitor.SignInAsync(account.Email!, Passwords.Other);
        await visitor.SignInAsync(account.Email!, Passwords.New);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sign-in");
        request.Headers.Add("User-Agent", "a phone of Ada");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        request.Headers.Add("tracestate", $"who={account.Id}");
        await visitor.SendAsync(request);
        await HalfWayAsync(app, careful);
        await app.Mails.WaitAsync(account.Email!, 2);
        return
        [
            token,
            token.Split('.')[1],
            token.Split('.')[2],
            Passwords.Old,
            Passwords.New,
            Passwords.Other,
            account.Email!,
            account.Email!.Split('@')[0],
            account.Id,
            careful.Email!,
        ];
    }

    private static async Task HalfWayAsync(TestApp app, Account account)
    {
        await app.WithAsync<UserManager<Account>, int>(async users =>
        {
            var row = (await users.FindByIdAsync(account.Id))!;
            await users.ResetAuthenticatorKeyAsync(row);
            await users.SetTwoFactorEnabledAsync(row, enabled: true);
            return 0;
        });
        using var visitor = app.Open();
        Assert.StartsWith(
            "/sign-in/two-factor",
            (await visitor.SignInAsync(account.Email!, Passwords.Old)).Location,
            StringComparison.Ordinal);
    }

    /// <summary>Takes OTLP over HTTP, and keeps every byte.</summary>
    private sealed class Collector : IAsyncDisposable
    {
        private readonly ConcurrentQueue<(string Path, byte[] Body)> _bodies = [];
        private readonly HttpListener _listener = new();
        private readonly string _address;
        private readonly Task _door;

        public Collector()
        {
            _address = $"http://127.0.0.1:{LocalPort.Free()}/";
            _listener.Prefixes.Add(_address);
            _listener.Start();
            _door = TakeAsync();
        }

        public Dictionary<string, string?> Settings => new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _address,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "1000",
        };

        public string All => Text(_ => true);

        public string Logs => Text(path => path.EndsWith("/logs", StringComparison.Ordinal));

        public async ValueTask DisposeAsync()
        {
            _listener.Close();
            await _door;
        }

        private string Text(Func<string, bool> isWanted) =>
            string.Join('\n', _bodies.Where(body => isWanted(body.Path)).Select(body => Encoding.Latin1.GetString(body.Body)));

        private async Task TakeAsync()
        {
            try
            {
                while (true)
                {
                    var request = await _listener.GetContextAsync();
                    using var body = new MemoryStream();
                    await request.Request.InputStream.CopyToAsync(body);
                    _bodies.Enqueue((request.Request.Url!.AbsolutePath, body.ToArray()));
                    request.Response.Close();
                }
            }
            catch (Exception fault) when (fault is HttpListenerException or ObjectDisposedException)
            {
                // It was closed.
            }
        }
    }
}
