using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>TESTING.md shows files of this suite, so that they compile.</summary>
[Role("operator")]
public sealed class HandbookTests
{
    private static readonly string Handbook = File.ReadAllText(Path.Combine(Repository.Root, "TESTING.md")).ReplaceLineEndings("\n");

    [Theory]
    [InlineData("Pages/NotFoundPage.cs")]
    [InlineData("NotFoundTests.cs")]
    public void It_shows_the_file_as_it_is(string file) =>
        Assert.Contains(
            $"```csharp\n{File.ReadAllText(Path.Combine(Repository.Root, "OneTimeJwt.E2E", file)).ReplaceLineEndings("\n").TrimEnd()}\n```",
            Handbook,
            StringComparison.Ordinal);

    [Fact]
    public void It_names_every_setting()
    {
        string[] settings =
        [
            "E2E_BASE_URL",
            "E2E_MAILBOX",
            "E2E_INBOX_DIRECTORY",
            "E2E_IMAP_URL",
            "E2E_SMTP_PORT",
            "E2E_ACCOUNTS_FILE",
            "E2E_INVITE_ADDRESS",
            "E2E_REPORT",
            "E2E_VIDEO",
            "E2E_PATIENCE",
            "E2E_BREAK",
        ];
        Assert.All(settings, setting => Assert.Contains($"`{setting}`", Handbook, StringComparison.Ordinal));
    }
}
