using System.Text.RegularExpressions;

namespace OneTimeJwt.Web.Tests;

/// <summary>What the documents say of each other and of the code.</summary>
public sealed partial class DocumentsTests
{
    public static TheoryData<string> Documents =>
        [.. Directory.GetFiles(Repository.Root, "*.md").Concat(Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md"))
            .Select(file => Path.GetRelativePath(Repository.Root, file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_link_in_it_leads_somewhere(string document)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, document))!;
        var links = Link().Matches(File.ReadAllText(Path.Combine(Repository.Root, document))).Select(match => match.Groups[1].Value);
        foreach (var link in links.Where(link => !link.Contains("://", StringComparison.Ordinal)))
        {
            var (path, anchor) = (link.Split('#')[0], link.Contains('#', StringComparison.Ordinal) ? link.Split('#')[1] : null);
            var target = path.Length == 0 ? Path.Combine(Repository.Root, document) : Path.GetFullPath(Path.Combine(folder, path));
            Assert.True(File.Exists(target) || Directory.Exists(target), $"{link}: no such file");
            if (anchor is not null)
                Assert.Contains(anchor, Heading().Matches(File.ReadAllText(target)).Select(match => Anchor(match.Groups[1].Value)));
        }
    }

    [Fact]
    public void The_landing_page_stays_short() =>
        Assert.InRange(File.ReadAllLines(Path.Combine(Repository.Root, "README.md")).Length, 1, 120);

    public static TheoryData<string> Settings =>
        [
            .. typeof(Program)
                .Assembly.GetTypes()
                .Where(type => type.Name.EndsWith("Settings", StringComparison.Ordinal) && type.IsClass)
                .SelectMany(type =>
                    type.GetProperties().Where(property => property.SetMethod is { IsPublic: true }).Select(property => property.Name))
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];

    [Theory]
    [MemberData(nameof(Settings))]
    public void Each_setting_stands_in_the_list(string setting) =>
        Assert.Matches($@"\b{setting}\b", File.ReadAllText(Path.Combine(Repository.Root, "docs", "CONFIGURATION.md")));

    // As GitHub makes them.
    private static string Anchor(string heading) => NotInAnchors().Replace(heading.Trim().ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#{1,6} (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();
}
