using MimeKit;

namespace OneTimeJwt.Web.Site;

/// <summary>Whose site this is, as pages and mails need it.</summary>
public sealed class Brand
{
    private const string OwnName = "One-Time JWT";

    // What the style sheet has for these grounds.
    internal static readonly Colour DarkSheet = new(0x1a, 0x23, 0x1f);
    private static readonly Colour OwnAccent = new(0x0d, 0x5c, 0x4d);
    private static readonly Colour OwnAccentDark = new(0x84, 0xd8, 0xc1);
    private static readonly Colour DarkInk = new(0x06, 0x23, 0x1b);

    public Brand(BrandingSettings settings)
    {
        Name = settings.Name ?? OwnName;
        IsNamed = settings.Name is not null;
        Logo = settings.Logo;
        Contact = settings.SupportContact;
        Accent = Colour.TryParse(settings.Accent, out var accent) ? accent : OwnAccent;
        AccentDark = Colour.TryParse(settings.AccentDark, out var dark) ? dark
            : settings.Accent is null ? OwnAccentDark
            : Accent.Nearest(Colour.White, colour => colour.ContrastTo(DarkSheet) >= 2 * Colour.TextContrast);
        OnAccentDark = Colour.White.ContrastTo(AccentDark) > DarkInk.ContrastTo(AccentDark) ? Colour.White : DarkInk;
        Style = settings.Accent is null && settings.AccentDark is null ? null : Colours();
    }

    public string Name { get; }

    /// <summary>Whether an operator gave the name.</summary>
    public bool IsNamed { get; }

    public string? Logo { get; }

    public string LogoAddress => Logo is null ? "/icon.svg" : "/logo";

    public string? Contact { get; }

    /// <summary>Where the contact leads; null where it is only to be read.</summary>
    public string? ContactAddress =>
        Contact switch
        {
            null => null,
            _ when Contact.StartsWith("https://", StringComparison.Ordinal) && Uri.IsWellFormedUriString(Contact, UriKind.Absolute) =>
                Contact,
            _ when Contact.Contains('@', StringComparison.Ordinal) && MailboxAddress.TryParse(Contact, out var mailbox) =>
                $"mailto:{mailbox.Address}",
            _ => null,
        };

    public Colour Accent { get; }

    public Colour AccentDark { get; }

    /// <summary>What is written on the accent where the ground is dark.</summary>
    public Colour OnAccentDark { get; }

    /// <summary>What the style sheet's own colours give way to; null where nothing was chosen.</summary>
    public string? Style { get; }

    /// <summary>The media type of a logo, or null where it can't be one.</summary>
    public static string? TypeOf(string file) => Path.GetExtension(file).ToLowerInvariant() switch
    {
        ".svg" => "image/svg+xml",
        ".png" => "image/png",
        ".webp" => "image/webp",
        _ => null,
    };

    /// <summary>The ground of some texts; an accent has to be readable on it, too.</summary>
    internal static Colour Tint(Colour accent, Colour sheet) => sheet.Mix(accent, .07);

    private string Colours()
    {
        var light = $"--accent:{Accent};--deep:{Accent.Mix(Colour.Black, .22)};--stub:{Accent};--tint:{Tint(Accent, Colour.White)}";
        var dark =
            $"--accent:{AccentDark};--deep:{AccentDark.Mix(Colour.White, .3)};--on:{OnAccentDark};--tint:{Tint(AccentDark, DarkSheet)}";
        return $":root{{{light}}}@media(prefers-color-scheme:dark){{:root{{{dark}}}}}";
    }
}
