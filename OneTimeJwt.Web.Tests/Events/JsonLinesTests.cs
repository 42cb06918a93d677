using System.Text;
using System.Text.Json.Nodes;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Events;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Events;

/// <summary>The trail as lines of JSON, for what reads files.</summary>
public sealed class JsonLinesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ott-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string File1 => Path.Combine(_folder, "trail.jsonl");

    [Fact]
    public async Task Each_event_is_a_line_with_addresses_also_after_the_file_was_moved_away()
    {
        await using var app = await TestApp.StartAsync(new() { ["Trail:JsonLines"] = File1 });
        var (account, admin) = (await app.AddAccountAsync(), await app.AddAdminAsync(ConsoleRole.Admin));
        Assert.True((await app.ActAsync(admin, AdminAction.Lock, account.Id, "two\nlines \u2028 \"quoted\" 名前")).Done);
        await WaitAsync(app, File1, account.Id, 1);
        File.Move(File1, $"{File1}.1");
        Assert.True((await app.ActAsync(admin, AdminAction.Unlock, account.Id)).Done);
        await WaitAsync(app, File1, account.Id, 1);

        var trail = await app.TrailAsync();
        var lines = await ReadAsync($"{File1}.1", File1);
        Assert.Equal(trail.Select(line => $"{line.Id}").Order(), lines.Select(line => line["data"]!["id"]!.GetValue<string>()).Order());
        var locked = lines.Single(line => line["type"]!.GetValue<string>() == "recovery.locked")["data"]!;
        Assert.Equal(
            (account.Email, admin.Id, admin.Account.Email, "203.0.113.9", "two\nlines \u2028 \"quoted\" 名前"),
            (Text(locked, "account"), Text(locked, "actor"), Text(locked, "actorName"), Text(locked, "client"), Text(locked, "reason")));
    }

    [Fact]
    public async Task Two_nodes_with_a_file_each_have_all_of_it_together()
    {
        var second = Path.Combine(_folder, "second.jsonl");
        await using var one = await TestApp.StartAsync(new() { ["Trail:JsonLines"] = File1 }, provider: DatabaseProvider.PostgreSql);
        await using var other = await TestApp.StartAsync(
            new() { ["Recovery:PublicOrigin"] = one.Origin, ["Trail:JsonLines"] = second }, beside: one);
        var ids = new List<string>();
        for (var i = 0; i < 200; i++)
            ids.Add(await AppendAsync(i % 2 == 0 ? one : other, $"somebody-{i % 50}"));

        await Eventually.Async(() => WaitingAsync(one), waiting => waiting == 0);

        var written = (await ReadAsync(File1, second)).Select(line => line["data"]!["id"]!.GetValue<string>());
        Assert.Equal(ids.Order(), written.Where(ids.Contains).Order());
    }

    [Fact]
    public async Task While_the_file_cannot_be_written_events_wait()
    {
        await using var app = await TestApp.StartAsync(new() { ["Trail:JsonLines"] = File1 });
        File.Delete(File1);
        Directory.CreateDirectory(File1);
        var id = await AppendAsync(app, "somebody");
        await Eventually.Async(
            () => Task.FromResult(app.Log.Count("json-lines didn't take 1 events: Trail:JsonLines can't be written")), told => told > 0);
        Directory.Delete(File1);

        app.Clock.Move(TimeSpan.FromSeconds(10));

        await Eventually.Async(() => WaitingAsync(app), waiting => waiting == 0);
        Assert.Equal([id], (await ReadAsync(File1)).Select(line => line["data"]!["id"]!.GetValue<string>()));
    }

    [Fact]
    public void Half_a_line_of_a_loss_of_power_does_not_spoil_the_next_one()
    {
        File.WriteAllText(File1, "{\"whole\":1}\n{\"ha");

        JsonLinesFile.Append(File1, "{\"whole\":2}\n"u8);
        JsonLinesFile.Append(File1, "{\"whole\":3}\n"u8);

        Assert.Equal(["{\"whole\":1}", "{\"ha", "{\"whole\":2}", "{\"whole\":3}"], File.ReadAllLines(File1));
    }

    [Fact]
    public void Nobody_else_may_read_it()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Rights of files are Unix's.");
            return;
        }

        JsonLinesFile.Append(File1, []);

        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(File1) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite));
    }

    [Fact]
    public async Task Writers_of_several_processes_take_turns()
    {
        var line = Encoding.ASCII.GetBytes(new string('x', 5000) + "\n");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(
            () =>
            {
                for (var i = 0; i < 5; i++)
                    JsonLinesFile.Append(File1, line);
            },
            Cancellation)));

        Assert.Equal(
            Enumerable.Repeat(line.Length - 1, 20),
            (await File.ReadAllLinesAsync(File1, Cancellation)).Select(text => text.Length));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string? Text(JsonNode data, string name) => data[name]?.GetValue<string>();

    private static async Task<string> AppendAsync(TestApp app, string accountId)
    {
        var line = RecoveryEvent.Of(RecoveryEventKind.Opened, accountId, DateTimeOffset.UtcNow);
        await app.Services.GetRequiredService<GroupCommitWriter>().AppendAsync(line, Cancellation);
        return $"{line.Id}";
    }

    private static Task<int> WaitingAsync(TestApp app) =>
        app.WithAsync<AccountsContext, int>(database => database.EventDeliveries.CountAsync());

    private static async Task WaitAsync(TestApp app, string file, string accountId, int count)
    {
        await Eventually.Async(
            async () => File.Exists(file) ? (await ReadWholeAsync(file)).Split(accountId).Length - 1 : 0,
            found => found >= count);
        await Eventually.Async(() => WaitingAsync(app), waiting => waiting == 0);
    }

    private static async Task<List<JsonNode>> ReadAsync(params string[] files)
    {
        var lines = new List<JsonNode>();
        foreach (var file in files)
            lines.AddRange((await ReadWholeAsync(file)).Split('\n')[..^1].Select(line => JsonNode.Parse(line)!));
        return lines;
    }

    private static async Task<string> ReadWholeAsync(string file)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                using var reader = new StreamReader(stream);
                return await reader.ReadToEndAsync(Cancellation);
            }
            catch (IOException) when (tries < 50)
            {
                // The runtime locks what it opens, and the app is writing. Programs that ship logs don't ask.
                await Task.Delay(20, Cancellation);
            }
        }
    }
}
