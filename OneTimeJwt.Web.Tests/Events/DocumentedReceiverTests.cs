using System.Globalization;
using System.Text.RegularExpressions;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Tests.Events;

/// <summary>The receiver that docs/EVENTS.md shows, run as it stands there, with Standard Webhooks' own library.</summary>
public sealed partial class DocumentedReceiverTests : IDisposable
{
    private const string Variable = "ONETIMEJWT_TEST_STANDARDWEBHOOKS";
    private const string New = "whsec_dGhlLW5ldy1vbmUtY29tZXMtYWZ0ZXIt";

    private readonly string _folder = Directory.CreateTempSubdirectory("ott-").FullName;

    // Of both signatures its library takes either.
    [Theory]
    [InlineData(new[] { WebhookReceiver.Secret }, WebhookReceiver.Secret)]
    [InlineData(new[] { New, WebhookReceiver.Secret }, WebhookReceiver.Secret)]
    [InlineData(new[] { New, WebhookReceiver.Secret }, New)]
    public async Task It_takes_events_and_drops_doubles_whichever_of_the_secrets_it_has(string[] ours, string theirs)
    {
        var port = LocalPort.Free();
        await using var receiver = await StartAsync(theirs, port);
        var settings = ours.Index().ToDictionary(secret => $"Webhooks:Endpoints:0:Secrets:{secret.Index}", secret => (string?)secret.Item);
        settings["Webhooks:Endpoints:0:Url"] = $"http://127.0.0.1:{port}/";
        settings["Webhooks:Endpoints:0:AllowPrivateNetworks"] = "true";
        await using var app = await TestApp.StartAsync(settings);
        var line = RecoveryEvent.Of(RecoveryEventKind.Opened, "somebody", DateTimeOffset.UtcNow);

        await app.Services.GetRequiredService<GroupCommitWriter>().AppendAsync(line, TestContext.Current.CancellationToken);

        var told = $"{line.Id} recovery.opened somebody";
        await Eventually.Async(() => Task.FromResult(receiver.Output), output => output.Contains(told, StringComparison.Ordinal));
        Assert.Equal(told, receiver.Output.Trim());
        Assert.Equal(
            0,
            await Eventually.Async(
                () => app.WithAsync<AccountsContext, int>(database => database.EventDeliveries.CountAsync()), waiting => waiting == 0));
    }

    [Fact]
    public async Task It_refuses_what_is_signed_with_another_secret()
    {
        var port = LocalPort.Free();
        await using var receiver = await StartAsync(New, port);
        using var http = new HttpClient();
        using var content = new ByteArrayContent("{}"u8.ToArray());
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        content.Headers.Add("webhook-id", "1");
        content.Headers.Add("webhook-timestamp", now);
        content.Headers.Add("webhook-signature", "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");

        using var answer = await http.PostAsync($"http://127.0.0.1:{port}/", content, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Empty(receiver.Output.Trim());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<ServerProcess> StartAsync(string secret, int port)
    {
        var library = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(library), $"{Variable} names no standardwebhooks: node or npm could not be had here.");
        var script = Path.Combine(_folder, "receiver.mjs");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "node_modules"), library!);
        var document = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "EVENTS.md"));
        await File.WriteAllTextAsync(script, Code().Match(document).Groups[1].Value);
        return await ServerProcess.StartAsync(
            ServerProcess.Find("node")!,
            [script],
            port,
            new Dictionary<string, string>
            {
                ["WEBHOOK_SECRET"] = secret,
                ["PORT"] = port.ToString(CultureInfo.InvariantCulture),
            });
    }

    [GeneratedRegex("^```js\n(.+?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Code();
}
