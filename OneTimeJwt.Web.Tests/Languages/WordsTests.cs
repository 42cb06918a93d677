using System.Text.RegularExpressions;
using System.Xml.Linq;
using AngleSharp.Dom;
using OneTimeJwt.Web.Languages;
using OneTimeJwt.Web.Tests.Links;
using OneTimeJwt.Web.Tests.Site;

namespace OneTimeJwt.Web.Tests.Languages;

public sealed partial class WordsTests
{
    private static readonly string Web = Path.Combine(Repository.Root, "OneTimeJwt.Web");

    // Names of their own, and what stands in for data.
    private static readonly HashSet<string> SameEverywhere =
    [
        "One-Time",
        "JWT",
        "JavaScript",
        "Google",
        "GitHub",
        "Authenticator",
        "1Password",
        "Aegis",
        "QR",
        "PIN",
        "Caps",
        "Lock",
        "UTC",
        "Accounts",
        "Second",
        "Title",
        "Button",
        "ada@example.com",
        "accounts.example.com",
        "ID",
        "CSV",
        "MB",
        "API",
        "Api",
        "Enabled",
        "Smtp",
        "URL",
        "email",
        "user",
        "name",
        "id",
    ];

    private static readonly Dictionary<string, string> English = Read("en");
    private static readonly string[] OfEvents = [.. Enum.GetNames<RecoveryEventKind>().Select(kind => $"Event{kind}")];
    private static readonly string[] Spoken = ["aria-label", "placeholder", "title", "alt", "data-words", "data-hide"];

    public static TheoryData<string> Codes => [.. Language.All.Select(language => language.Code)];

    public static TheoryData<string> Names => [.. PageStates.All.Keys.Where(state => !state.StartsWith("inbox", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Codes))]
    public void A_language_has_every_word_and_no_other(string code) =>
        Assert.Equal(English.Keys.Order(StringComparer.Ordinal), Read(code).Keys.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Codes))]
    public void A_language_leaves_the_same_places_open(string code) =>
        Assert.All(Read(code), word => Assert.Equal(Places(English[word.Key]), Places(word.Value)));

    [Theory]
    [MemberData(nameof(Codes))]
    public void No_word_is_empty_or_has_space_around_it(string code) =>
        Assert.All(Read(code), word => Assert.Equal((word.Value.Trim(' '), true), (word.Value, word.Value.Length > 0)));

    [Fact]
    public void Every_language_is_another_one()
    {
        var words = Language.All.Select(language => Read(language.Code)).ToList();

        Assert.All(English.Keys, key => Assert.True(words.Select(language => language[key]).Distinct().Count() > 1, key));
    }

    [Fact]
    public void Every_word_is_used()
    {
        var code = string.Concat(Sources().Select(File.ReadAllText));
        var used = Word().Matches(code).Select(match => match.Groups[1].Value).ToHashSet();

        Assert.Empty(English.Keys.Except(used).Except(OfEvents));
    }

    [Fact]
    public void Every_event_has_a_word() => Assert.Empty(OfEvents.Except(English.Keys));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_page_has_no_words_but_those_of_its_language(string state)
    {
        ReaderCulture.Set("ja", zone: null);
        var page = PageStates.All[state]();

        foreach (var other in page.QuerySelectorAll("nav.languages, code"))
            other.Remove();
        var texts = page.QuerySelectorAll("title, h1, h2, h3, p, li, a, label, button, legend, dt, dd, th, summary, option, b")
            .Select(element => element.TextContent)
            .Concat(page.All.SelectMany(element => Spoken.Select(element.GetAttribute)).OfType<string>());
        Assert.Empty(texts.Select(text => text.Replace(PageRenderer.Hostile, "", StringComparison.Ordinal)).SelectMany(Foreign).Distinct());
        Assert.Equal("ja", page.DocumentElement.GetAttribute("lang"));
    }

    [Fact]
    public void A_mail_has_no_words_but_those_of_its_language()
    {
        ReaderCulture.Set("ja", zone: null);
        var texts = MailTemplatesTests
            .All()
            .SelectMany(letter => letter.Before.Concat(letter.After).Append(letter.Subject).Append(letter.Link?.Label ?? ""));

        Assert.Empty(texts.SelectMany(Foreign).Distinct());
    }

    private static IEnumerable<string> Foreign(string text) =>
        Latin().Matches(text).Select(match => match.Value.Trim('.', '-')).Where(word => !SameEverywhere.Contains(word));

    private static string[] Places(string text) => [.. Place().Matches(text).Select(match => match.Value).Order(StringComparer.Ordinal)];

    private static Dictionary<string, string> Read(string code) =>
        XDocument.Load(Path.Combine(Web, "Languages", code == "en" ? "Words.resx" : $"Words.{code}.resx")).Root!.Elements("data")
            .ToDictionary(data => data.Attribute("name")!.Value, data => data.Element("value")!.Value);

    private static IEnumerable<string> Sources() =>
        Directory.EnumerateDirectories(Web).Where(folder => Path.GetFileName(folder) is not ("bin" or "obj"))
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            .Where(file => Path.GetExtension(file) is ".cs" or ".razor");

    [GeneratedRegex(@"\bWords\.([A-Z]\w*)")]
    private static partial Regex Word();

    [GeneratedRegex(@"\{\d+\}")]
    private static partial Regex Place();

    [GeneratedRegex(@"[A-Za-z0-9@.-]*[A-Za-z]{2}[A-Za-z0-9@.-]*")]
    private static partial Regex Latin();
}
