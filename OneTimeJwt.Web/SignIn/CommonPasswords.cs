namespace OneTimeJwt.Web.SignIn;

/// <summary>
/// Common passwords in the languages of this app and in Russian; zxcvbn's own lists have the English ones. CommonPasswords.txt
/// has a block for each language, most common first. A few dozen each: a longer list would cost more than it stops.
/// </summary>
internal static class CommonPasswords
{
    /// <summary>Each also without its spaces.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Ranked().SelectMany(Forms).Distinct(StringComparer.Ordinal)];

    // In turns, so that the first of each language ranks first.
    private static IEnumerable<string> Ranked()
    {
        var languages = Read();
        return Enumerable.Range(0, languages.Max(words => words.Length))
            .SelectMany(rank => languages.Where(words => rank < words.Length).Select(words => words[rank]));
    }

    // The first line of a block names its language.
    private static string[][] Read()
    {
        using var reader = new StreamReader(typeof(CommonPasswords).Assembly.GetManifestResourceStream("CommonPasswords.txt")!);
        return [.. reader.ReadToEnd().Trim().ReplaceLineEndings("\n").Split("\n\n").Select(block => block.Split('\n')[1..])];
    }

    private static IEnumerable<string> Forms(string words) =>
        words.Contains(' ', StringComparison.Ordinal) ? [words, words.Replace(" ", "", StringComparison.Ordinal)] : [words];
}
