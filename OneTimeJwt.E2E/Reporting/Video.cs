namespace OneTimeJwt.E2E.Reporting;

/// <summary>Films of failed tests, where E2E_VIDEO is set: each costs a core while it is made.</summary>
internal static class Video
{
    /// <summary>What a picture must not show: typed passwords also where somebody looks at them, keys, codes, and mails.</summary>
    public const string Secret =
        "input[type=password], input[autocomplete*=password], input[autocomplete=one-time-code], .key, .codes, "
            + ".made code, iframe, svg[role=img]";

    /// <summary>A film can't be masked afterwards, so the page never shows them. Constructed style sheets pass the
    /// content security policy.</summary>
    public const string Hide = """
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(
          'input[autocomplete*=password] { -webkit-text-security: disc } '
          + '.key, .codes, .made code, iframe, svg[role=img] { visibility: hidden }');
        document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
        """;

    public static bool IsWanted { get; } = Environment.GetEnvironmentVariable("E2E_VIDEO") is { Length: > 0 };

    /// <summary>Keeps the films or drops them, once their browsers are closed.</summary>
    public static void End(string folder, string? kept)
    {
        if (!Directory.Exists(folder))
            return;
        if (kept is not null)
        {
            foreach (var (i, film) in Directory.EnumerateFiles(folder, "*.webm").Order(StringComparer.Ordinal).Index())
                File.Copy(film, Path.Combine(kept, $"video-{i}.webm"));
        }

        Directory.Delete(folder, recursive: true);
    }
}
