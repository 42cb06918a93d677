using System.Text.RegularExpressions;

namespace OneTimeJwt.Web.Tests;

/// <summary>THREATS.md promises tests by name.</summary>
public sealed partial class ThreatsTests
{
    private static readonly Dictionary<string, int> Requirements = new()
    {
        ["T"] = 13,
        ["R"] = 12,
        ["E"] = 3,
        ["L"] = 3,
        ["D"] = 1,
        ["H"] = 9,
        ["M"] = 4,
        ["S"] = 2,
        ["A"] = 3,
        ["U"] = 1,
        ["P"] = 2,
        ["B"] = 4,
    };

    // B5 is about what is not built yet.
    private static readonly string[] Further = ["B6", "B7", "B8", "B9", "B10", "B11", "B12"];

    private readonly Dictionary<string, string[]> _rows = Row()
        .Matches(File.ReadAllText(Path.Combine(Repository.Root, "THREATS.md")))
        .ToDictionary(
            row => row.Groups["id"].Value,
            row => Name().Matches(row.Groups["tests"].Value).Select(name => name.Groups[1].Value).ToArray());

    [Fact]
    public void Every_requirement_has_a_row() =>
        Assert.Equal(
            Requirements
                .SelectMany(group => Enumerable.Range(1, group.Value).Select(i => group.Key + i))
                .Concat(Further)
                .Order(StringComparer.Ordinal),
            _rows.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Every_row_names_tests_that_exist()
    {
        var tests = Repository
            .Texts("Tests.cs")
            .Concat(Repository.Texts("Tests.AtOnce.cs"))
            .SelectMany(text => Test().Matches(text))
            .Select(test => test.Groups[1].Value)
            .ToHashSet();

        Assert.All(_rows, row => Assert.NotEmpty(row.Value));
        Assert.Empty(_rows.SelectMany(row => row.Value.Where(name => !tests.Contains(name)).Select(name => $"{row.Key}: {name}")));
    }

    [GeneratedRegex(@"^\| (?<id>[A-Z]\d+) \|[^|]*\|(?<tests>[^|]*)\|\r?$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Name();

    [GeneratedRegex(@"public (?:async )?(?:Task|void) (\w+)\(")]
    private static partial Regex Test();
}
