using System.Collections.Concurrent;
using System.Xml.Linq;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>What an English text of the site is in another language: page objects are written in English, and work in all.</summary>
internal static class Wording
{
    private static readonly string Folder = Path.Combine(Repository.Web, "Languages");
    private static readonly ConcurrentDictionary<string, Dictionary<string, string>> Languages = [];

    /// <summary>The text itself, where the site has no other.</summary>
    public static string In(string language, string english) =>
        language == "en" ? english : Languages.GetOrAdd(language, Read).GetValueOrDefault(english, english);

    private static Dictionary<string, string> Read(string language)
    {
        var english = Entries("Words.resx");
        return Entries($"Words.{language}.resx")
            .Where(word => english.ContainsKey(word.Key))
            .DistinctBy(word => english[word.Key])
            .ToDictionary(word => english[word.Key], word => word.Value);
    }

    private static Dictionary<string, string> Entries(string file) =>
        XDocument
            .Load(Path.Combine(Folder, file))
            .Root!.Elements("data")
            .ToDictionary(data => data.Attribute("name")!.Value, data => data.Element("value")!.Value);
}
