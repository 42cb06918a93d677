using System.Globalization;

namespace OneTimeJwt.Web.Site;

/// <summary>The <c>Branding</c> section: whose site this is, on pages and in mails.</summary>
public sealed class BrandingSettings
{
    /// <summary>The name on pages and mails; mails without one are from the name in <c>Mail:From</c>.</summary>
    public string? Name { get; set; }

    /// <summary>An SVG, PNG or WebP file, relative to the content root.</summary>
    public string? Logo { get; set; }

    /// <summary>The colour of buttons, links and the head of the page, on white.</summary>
    public string? Accent { get; set; }

    /// <summary>The same on dark ground; made from <see cref="Accent"/> unless set.</summary>
    public string? AccentDark { get; set; }

    /// <summary>Where people get help: an e-mail address, a web address, or words such as a telephone number.</summary>
    public string? SupportContact { get; set; }
}

internal sealed class BrandingSettingsValidator(IHostEnvironment environment) : SettingsValidator<BrandingSettings>
{
    private const int MaxNameLength = 60;
    private const int MaxContactLength = 200;
    private const int MaxLogoBytes = 100_000;

    protected override IEnumerable<string> Faults(BrandingSettings options) =>
        Words(options)
            .Concat(Logo(options.Logo))
            .Concat(Accent("Branding:Accent", options.Accent, "#0d5c4d", Colour.Black, Colour.White))
            .Concat(Accent("Branding:AccentDark", options.AccentDark, "#84d8c1", Colour.White, Brand.DarkSheet));

    private static IEnumerable<string> Words(BrandingSettings options)
    {
        if (options.Name is { } named && (string.IsNullOrWhiteSpace(named) || named.Length > MaxNameLength || named.Any(char.IsControl)))
            yield return $"Branding:Name is empty, longer than {MaxNameLength} characters or has control characters: write the name "
                + "that people know the site by";
        if (
            options.SupportContact is { } contact
            && (string.IsNullOrWhiteSpace(contact) || contact.Length > MaxContactLength || contact.Any(char.IsControl)))
            yield return $"Branding:SupportContact is empty, longer than {MaxContactLength} characters or has control characters: "
                + "write for example help@example.com";
    }

    private IEnumerable<string> Logo(string? logo)
    {
        if (logo is null)
            yield break;

        var file = new FileInfo(Path.GetFullPath(logo, environment.ContentRootPath));
        if (Brand.TypeOf(file.Name) is null)
            yield return "Branding:Logo is neither .svg nor .png nor .webp: name a file of one of these kinds";
        else if (!file.Exists)
            yield return $"Branding:Logo names a file that isn't there: {file.FullName}";
        else if (file.Length > MaxLogoBytes)
            yield return $"Branding:Logo has {file.Length} bytes: make it smaller than {MaxLogoBytes}, since every visitor loads it";
    }

    private static IEnumerable<string> Accent(string key, string? text, string example, Colour towards, Colour ground)
    {
        if (text is null)
            yield break;

        if (!Colour.TryParse(text, out var colour))
            yield return $"{key} is not a colour: write for example {example}";
        else if (!IsReadable(colour, ground))
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{key} {text} has a contrast of {colour.ContrastTo(Brand.Tint(colour, ground)):0.0} where it is written on a tint of "
                    + $"itself, and text needs {Colour.TextContrast}: {colour.Nearest(towards, other => IsReadable(other, ground))} "
                    + $"is the nearest that has it");
    }

    private static bool IsReadable(Colour colour, Colour ground) =>
        colour.ContrastTo(ground) >= Colour.TextContrast && colour.ContrastTo(Brand.Tint(colour, ground)) >= Colour.TextContrast;
}
