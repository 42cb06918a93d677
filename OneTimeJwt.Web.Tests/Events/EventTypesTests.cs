using System.Text.RegularExpressions;
using OneTimeJwt.Web.Events;

namespace OneTimeJwt.Web.Tests.Events;

/// <summary>Names that receivers rely on.</summary>
public sealed partial class EventTypesTests
{
    [Fact]
    public void Each_kind_of_event_has_a_type_of_its_own_that_the_document_lists_with_what_it_means()
    {
        var listed = Row().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "EVENTS.md")))
            .ToDictionary(row => row.Groups[1].Value, row => row.Groups[2].Value.Trim());

        var kinds = Enum.GetValues<RecoveryEventKind>();
        Assert.Equal(kinds.Select(EventTypes.Of).Order(StringComparer.Ordinal), listed.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(kinds.Length, kinds.Select(EventTypes.Of).Distinct().Count());
        Assert.All(kinds, kind => Assert.Equal(kind, EventTypes.Parse(EventTypes.Of(kind))));
        Assert.DoesNotContain(listed.Values, meaning => meaning.Length < 10);
    }

    [Fact]
    public void Types_are_the_APIs_names_of_kinds_and_of_the_characters_that_Standard_Webhooks_recommends()
    {
        Assert.Equal(
            EventNames.Kinds.Keys.Select(kind => $"recovery.{kind}").Order(StringComparer.Ordinal),
            EventTypes.All.Order(StringComparer.Ordinal));
        Assert.All(EventTypes.All, type => Assert.Matches("^[a-zA-Z0-9_]+(\\.[a-zA-Z0-9_]+)*$", type));
    }

    [GeneratedRegex(@"^\| `(recovery\.\w+)` \| (.+?) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
