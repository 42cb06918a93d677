using System.Text.Json;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E.Processes;

/// <summary>The trail as lines of JSON on standard output, between the lines of the log.</summary>
[Role("operator")]
public sealed class EventLinesTests
{
    private const string Start = "{\"type\":\"recovery.";

    [Fact]
    public async Task Each_event_is_a_whole_line_of_standard_output()
    {
        await using var site = await Site.StartAsync(new() { ["Trail__JsonLines"] = "stdout", ["Logging__LogLevel__Default"] = "Debug" });
        var accounts = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => site.Accounts.TakeAsync(AccountKind.Ordinary)));
        await Task.WhenAll(accounts.Select(site.MailLinkAsync));

        List<string> lines = [];
        for (var end = DateTime.UtcNow.AddSeconds(30); DateTime.UtcNow < end && lines.Count < 2 * accounts.Length;)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            lines = [.. site.Log.Split('\n').Where(line => line.Contains(Start, StringComparison.Ordinal))];
        }

        Assert.All(lines, line => Assert.StartsWith(Start, line, StringComparison.Ordinal));
        var told = lines.ConvertAll(line => JsonDocument.Parse(line).RootElement.GetProperty("data").GetProperty("account").GetString());
        Assert.All(accounts, account => Assert.Contains(account.Email, told, StringComparer.OrdinalIgnoreCase));
    }
}
