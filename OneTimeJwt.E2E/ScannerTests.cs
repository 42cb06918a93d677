using System.Diagnostics;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>A scanner that finds forms, fills each field in with what fits its type and sends them, many times over.</summary>
[Role("user")]
[Trait("Category", "long")]
public sealed class ScannerTests(Suite suite) : LinkTest(suite)
{
    // What they type is long and random: where a password is to be chosen it would be a good one.
    private const string Attacks = "xss,sql,exec";

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData("reset", "")]
    [InlineData("invite", "")]
    [InlineData("confirm", Attacks)]
    [InlineData("change", Attacks)]
    [InlineData("secure", Attacks)]
    [Guarantee(6)]
    [Purpose("reset", "invite", "confirm", "change", "secure")]
    public async Task Wapiti_sends_the_form_of_a_mailed_link_and_spends_nothing(string purpose, string modules)
    {
        var wapiti = ServerProcess.Find("wapiti");
        Assert.SkipWhen(wapiti is null, "wapiti is not installed.");
        await using var site = await Site.StartAsync(
            new() { ["Logging__LogLevel__Microsoft.AspNetCore.Hosting.Diagnostics"] = "Information" });
        var account = await site.Accounts.TakeAsync(KindFor(purpose));
        var link = await site.MailLinkAsync(purpose, account);

        var output = await ScanAsync(wapiti, link, modules);

        var path = new Uri(link).AbsolutePath;
        Assert.True(
            site.Log.Contains($"POST {site.Address.GetLeftPart(UriPartial.Authority)}{path}", StringComparison.Ordinal),
            output + site.Log);
        await UseAsync(purpose, link, account);
    }

    private static async Task<string> ScanAsync(string wapiti, string link, string modules)
    {
        var folder = Directory.CreateTempSubdirectory("onetimejwt-wapiti-").FullName;
        try
        {
            string[] arguments =
            [
                "-u",
                link,
                "--scope",
                "page",
                "-m",
                modules,
                "--max-scan-time",
                "30",
                "--max-attack-time",
                "20",
                "--flush-session",
                "--no-bugreport",
                "--store-session",
                folder,
                "--store-config",
                folder,
                "-f",
                "json",
                "-o",
                Path.Combine(folder, "report.json"),
            ];
            using var scanner = Process.Start(
                new ProcessStartInfo(wapiti, arguments) { RedirectStandardOutput = true, RedirectStandardError = true }
            )!;
            using var timeout = new CancellationTokenSource(Timeout);
            var error = scanner.StandardError.ReadToEndAsync(timeout.Token);
            var output = await scanner.StandardOutput.ReadToEndAsync(timeout.Token);
            await scanner.WaitForExitAsync(timeout.Token);
            return output + await error;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
