using System.IO.Compression;
using System.Text;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>What a run leaves behind says what broke, and nothing that opens an account.</summary>
[Role("operator")]
public sealed class ReportTests
{
    [Fact]
    [Guarantee(5)]
    public async Task A_failure_is_kept_with_trace_pictures_and_mails_and_without_a_secret()
    {
        Assert.SkipWhen(Site.IsDeployed, "Fails on purpose at an app of its own.");
        var told = Path.GetTempFileName();
        using var run = await SuiteRun.StartAsync(
            new() { [FailureOnPurpose.Tell] = told },
            "-class",
            $"*.{nameof(FailureOnPurpose)}",
            "-explicit",
            "only");
        var secrets = await File.ReadAllLinesAsync(told, TestContext.Current.CancellationToken);
        File.Delete(told);

        var tests = run.Tests;
        Assert.SkipWhen(tests.Any(one => one.Result == "Skip"), "The other run skipped it.");
        Assert.All(tests, one => Assert.True(one.Failed));
        var start = Assert.Single(
            tests,
            one => one.Name.EndsWith(nameof(FailureOnPurpose.An_app_does_not_start), StringComparison.Ordinal));
        var test = Assert.Single(tests, one => one != start);
        Assert.Equal((1, 4), (run.Code, secrets.Length));
        Assert.Contains("On purpose, with", test.Reason, StringComparison.Ordinal);
        Assert.Contains(
            "G1 is broken: a link is redeemed exactly once. 2 of 2 tests that try it failed.",
            run.Page,
            StringComparison.Ordinal);
        Assert.Contains("G1 is broken", run.Output, StringComparison.Ordinal);

        var files = Directory
            .EnumerateFiles(run.Folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(run.Folder, file))
            .ToList();
        string[] kept = ["app.log", "browser-0.zip", "browser-1.zip", "browser-2.zip", "browser-2-tab-0.png", "mail-1.txt", "mail-2.txt"];
        Assert.All(kept, file => Assert.Contains(Path.Combine(test.Folder, file), files));
        Assert.All(kept, file => Assert.Contains($"href=\"{test.Folder}/{file}\"", run.Page, StringComparison.Ordinal));
        Assert.Contains($"href=\"{start.Folder}/app-1.log\"", run.Page, StringComparison.Ordinal);
        Assert.Contains(
            "Tokens:Secrets:0:Value",
            await File.ReadAllTextAsync(Path.Combine(run.Folder, start.Folder, "app-1.log"), TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        Assert.Contains("junit.xml", files);

        var forms = secrets.SelectMany(Forms).Distinct().ToList();
        var parts = files
            .SelectMany(file => Parts(Path.Combine(run.Folder, file)))
            .Append(("console", Encoding.Latin1.GetBytes(run.Output)))
            .ToList();
        Assert.Contains(parts, part => part.Item1.EndsWith("trace.trace", StringComparison.Ordinal));
        Assert.Empty(
            parts
                .Where(part => forms.Exists(form => part.Item2.AsSpan().IndexOf(Encoding.UTF8.GetBytes(form)) >= 0))
                .Select(part => part.Item1));
        Assert.Contains(
            parts,
            part =>
                part.Item1.EndsWith("mail-1.txt", StringComparison.Ordinal)
                && Encoding.UTF8.GetString(part.Item2).Contains($"reset-password?token={Secrets.Mask}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("key: JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "key: [masked]")]
    [InlineData("key: JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP", "key: [masked]")]
    [InlineData("<li>KQ7RM-3WFTC</li>", "<li>[masked]</li>")]
    [InlineData("<code>otj_0123456789abcdef0123456789abcdef</code>", "<code>[masked]</code>")]
    [InlineData("secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=x", "secret=[masked]&issuer=x")]
    [Guarantee(5)]
    public void What_opens_an_account_is_masked_also_where_the_site_has_made_it_up(string text, string masked) =>
        Assert.Equal(masked, Secrets.Hide(text));

    [Theory]
    [InlineData("Guarantee=G2&Category!=long")]
    [InlineData("FullyQualifiedName=OneTimeJwt.E2E.SignInTests")]
    [InlineData("Guarante=G2")]
    [InlineData("")]
    public async Task A_filter_that_would_leave_out_something_else_is_refused(string filter)
    {
        using var run = await SuiteRun.StartAsync([], "--filter", filter);
        Assert.Equal((2, 1), (run.Code, run.Output.Trim().Split('\n').Length));
        Assert.Contains("names no trait", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    [Guarantee(5)]
    public async Task A_runner_that_masks_nothing_gets_no_deployed_site()
    {
        using var run = await SuiteRun.StartAsync(
            new() { ["E2E_BASE_URL"] = "https://staging.example.com" },
            "--server",
            "dotnettestcli");
        Assert.Equal(
            (2, "A deployed site's links would be written down unmasked: run the suite itself, see TESTING.md."),
            (run.Code, run.Output.Trim()));
    }

    [Fact]
    public void Every_test_says_for_whom_it_is_and_every_guarantee_is_tried()
    {
        var methods = typeof(ReportTests)
            .Assembly.GetTypes()
            .Where(type => !type.IsAbstract)
            .SelectMany(type => type.GetMethods())
            .Where(method => method.IsDefined(typeof(FactAttribute), inherit: true))
            .ToList();
        Assert.Empty(
            methods
                .Where(method =>
                    !method.IsDefined(typeof(RoleAttribute), inherit: true)
                    && !method.ReflectedType!.IsDefined(typeof(RoleAttribute), inherit: true))
                .Select(method => $"{method.ReflectedType!.Name}.{method.Name}"));

        var tried = methods
            .SelectMany(method =>
                method
                    .GetCustomAttributes(typeof(GuaranteeAttribute), inherit: true)
                    .Concat(method.ReflectedType!.GetCustomAttributes(typeof(GuaranteeAttribute), inherit: true)))
            .Cast<GuaranteeAttribute>();
        Assert.Equal(
            Guarantees.Names,
            tried
                .SelectMany(trait => trait.GetTraits())
                .Select(trait => trait.Value)
                .Distinct()
                .OrderBy(name => int.Parse(name[1..], System.Globalization.CultureInfo.InvariantCulture)));
    }

    // A token is none without its signature, and its claims open nothing: each long part is looked for.
    private static IEnumerable<string> Forms(string secret) =>
        [
            .. secret.Split('.').Where(part => part.Length > 20),
            secret,
            Uri.EscapeDataString(secret),
            WebUtility.UrlEncode(secret),
            Convert.ToBase64String(Encoding.UTF8.GetBytes(secret))[..^4],
        ];

    private static IEnumerable<(string, byte[])> Parts(string file)
    {
        if (!file.EndsWith(".zip", StringComparison.Ordinal))
            return [(file, File.ReadAllBytes(file))];

        using var archive = ZipFile.OpenRead(file);
        return [.. archive.Entries.Select(entry =>
        {
            using var stream = entry.Open();
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            return ($"{file}: {entry.FullName}", copy.ToArray());
        })];
    }
}
