using System.Globalization;
using System.Text.RegularExpressions;

namespace OneTimeJwt.Web.Site;

/// <summary>A colour, and how well it can be told from another (WCAG 2.2, relative luminance and contrast ratio).</summary>
public readonly partial record struct Colour(byte Red, byte Green, byte Blue)
{
    /// <summary>What text needs against its ground (WCAG 2.2, 1.4.3).</summary>
    public const double TextContrast = 4.5;

    public static readonly Colour Black = new(0, 0, 0);
    public static readonly Colour White = new(255, 255, 255);

    private double Luminance => (0.2126 * Linear(Red)) + (0.7152 * Linear(Green)) + (0.0722 * Linear(Blue));

    public static bool TryParse(string? text, out Colour colour)
    {
        var isHex = text is not null && Hex().IsMatch(text);
        colour = isHex ? new(Part(1), Part(3), Part(5)) : default;
        return isHex;

        byte Part(int at) => byte.Parse(text.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    public double ContrastTo(Colour other)
    {
        var (light, dark) = (Math.Max(Luminance, other.Luminance), Math.Min(Luminance, other.Luminance));
        return (light + 0.05) / (dark + 0.05);
    }

    /// <param name="other">What is mixed in.</param>
    /// <param name="share">Its part, from 0 to 1.</param>
    public Colour Mix(Colour other, double share)
    {
        return new(Part(Red, other.Red), Part(Green, other.Green), Part(Blue, other.Blue));

        byte Part(byte from, byte to) => (byte)Math.Round(from + ((to - from) * share));
    }

    /// <summary>The nearest mixture with another colour that will do.</summary>
    public Colour Nearest(Colour towards, Func<Colour, bool> willDo)
    {
        var colour = this;
        for (var share = 0.0; share <= 1 && !willDo(colour); share += 0.02)
            colour = Mix(towards, share);
        return colour;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"#{Red:x2}{Green:x2}{Blue:x2}");

    private static double Linear(byte channel)
    {
        var value = channel / 255.0;
        return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
    }

    [GeneratedRegex(@"\A#[0-9a-fA-F]{6}\z")]
    private static partial Regex Hex();
}
