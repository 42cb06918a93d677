using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace OneTimeJwt.Web.Tests.Mail;

/// <summary>SpamAssassin with the rules of its package, without network tests and learning.</summary>
internal static class SpamAssassin
{
    private const string Program = "/usr/bin/spamassassin";
    private const string Header = "X-Spam-Points: ";

    private static readonly string[] Switches =
    [
        "--local", "--nocreate-prefs", "--prefs-file=/dev/null",
        "--cf=fold_headers 0", "--cf=use_bayes 0", "--cf=report_safe 0", "--cf=add_header all Points _TESTSSCORES(,)_",
    ];

    /// <summary>Why there is none; null where there is one.</summary>
    public static string? Missing => File.Exists(Program) ? null : "Debian's spamassassin could not be had here.";

    public static async Task<IReadOnlyList<Verdict>> JudgeAsync(string folder, IReadOnlyList<string> mails)
    {
        var files = new List<string>();
        foreach (var mail in mails)
        {
            files.Add(Path.Combine(folder, $"{files.Count:0000}.eml"));
            await File.WriteAllTextAsync(files[^1], mail, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        }

        var start = new ProcessStartInfo(Program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.Latin1,
        };
        start.Environment["HOME"] = folder;
        foreach (var argument in Switches.Concat(files))
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var faults = process.StandardError.ReadToEndAsync();
        var lines = (await process.StandardOutput.ReadToEndAsync()).Split('\n');
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await faults);
        return
        [
            .. lines.Where(line => line.StartsWith(Header, StringComparison.Ordinal)).Select(line => Read(line[Header.Length..].Trim())),
        ];
    }

    private static Verdict Read(string rules) =>
        new(
            rules
                .Split(',')
                .Where(rule => rule.Contains('=', StringComparison.Ordinal))
                .Select(rule => rule.Split('='))
                .ToDictionary(rule => rule[0], rule => double.Parse(rule[1], CultureInfo.InvariantCulture)));
}
