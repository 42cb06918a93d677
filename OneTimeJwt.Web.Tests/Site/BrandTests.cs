using OneTimeJwt.Web.Site;

namespace OneTimeJwt.Web.Tests.Site;

public sealed class BrandTests : IDisposable
{
    private readonly TestHostEnvironment _place = new("Production");

    [Theory]
    [InlineData("#000000", "#ffffff", 21)]
    [InlineData("#ffffff", "#ffffff", 1)]
    [InlineData("#777777", "#ffffff", 4.48)]
    [InlineData("#767676", "#ffffff", 4.54)]
    [InlineData("#0d5c4d", "#ffffff", 7.91)]
    public void Contrast_is_what_WCAG_says(string one, string other, double contrast) =>
        Assert.Equal(contrast, Colour(one).ContrastTo(Colour(other)), 0.01);

    [Theory]
    [InlineData(null, null, "")]
    [InlineData("#0d5c4d", "#84d8c1", "")]
    [InlineData(
        "#FFCC00",
        null,
        "Branding:Accent #FFCC00 has a contrast of 1.5 where it is written on a tint of itself, and text needs 4.5")]
    [InlineData(
        "#0d5c4d",
        "#0d5c4d",
        "Branding:AccentDark #0d5c4d has a contrast of 2.0 where it is written on a tint of itself, and text needs 4.5")]
    [InlineData(
        "#767676",
        null,
        "Branding:Accent #767676 has a contrast of 4.2 where it is written on a tint of itself, and text needs 4.5")]
    [InlineData("teal", null, "Branding:Accent is not a colour: write for example #0d5c4d")]
    [InlineData("#fff", null, "Branding:Accent is not a colour: write for example #0d5c4d")]
    [InlineData("#0d5c4d;}", null, "Branding:Accent is not a colour: write for example #0d5c4d")]
    public void A_colour_that_can_t_be_read_is_refused_at_start(string? accent, string? dark, string fault)
    {
        var faults = Faults(new BrandingSettings { Accent = accent, AccentDark = dark });

        Assert.Equal(fault, string.Join(' ', faults).Split(": #")[0]);
    }

    [Fact]
    public void The_colour_that_is_offered_instead_can_be_read()
    {
        var offered = Faults(new BrandingSettings { Accent = "#ffcc00" }).Single().Split(": ")[1].Split(' ')[0];

        Assert.InRange(Colour(offered).ContrastTo(Web.Site.Colour.White), 4.5, 5.5);
    }

    [Theory]
    [InlineData("#1a4fd6")]
    [InlineData("#8a0f3c")]
    [InlineData("#000000")]
    public void What_is_made_of_a_colour_can_be_read_by_day_and_by_night(string accent)
    {
        var brand = new Brand(new BrandingSettings { Accent = accent });

        Assert.True(brand.AccentDark.ContrastTo(Brand.DarkSheet) >= 4.5);
        Assert.True(brand.OnAccentDark.ContrastTo(brand.AccentDark) >= 4.5);
        Assert.Contains($"--accent:{accent};", brand.Style, StringComparison.Ordinal);
        Assert.DoesNotContain("<", brand.Style, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("help@example.com", "mailto:help@example.com")]
    [InlineData("https://www.example.com/help", "https://www.example.com/help")]
    [InlineData("+49 30 1234567", null)]
    [InlineData("javascript:alert(1)", null)]
    [InlineData("https://www.example.com/\"><script>", null)]
    public void A_contact_leads_somewhere_where_it_can(string contact, string? address) =>
        Assert.Equal(address, new Brand(new BrandingSettings { SupportContact = contact }).ContactAddress);

    [Theory]
    [InlineData("logo.svg", 10, "")]
    [InlineData("logo.png", 100_000, "")]
    [InlineData("logo.png", 100_001, "Branding:Logo has 100001 bytes")]
    [InlineData("logo.exe", 10, "Branding:Logo is neither .svg nor .png nor .webp")]
    [InlineData("gone.svg", null, "Branding:Logo names a file that isn't there")]
    public void A_logo_is_a_small_picture_that_is_there(string name, int? size, string fault)
    {
        var file = Path.Combine(_place.ContentRootPath, name);
        if (size is { } bytes)
            File.WriteAllBytes(file, new byte[bytes]);

        Assert.Equal(
            fault,
            string.Join(' ', Faults(new BrandingSettings { Logo = name })).Split(':', 3) is [var key, var rest, ..] ? $"{key}:{rest}" : "");
    }

    [Fact]
    public void Empty_words_are_refused() =>
        Assert.Equal(
            ["Branding:Name", "Branding:SupportContact"],
            Faults(new BrandingSettings { Name = " ", SupportContact = "a\nb" }).Select(fault => fault.Split(' ')[0]));

    public void Dispose() => _place.Dispose();

    private IEnumerable<string> Faults(BrandingSettings settings) =>
        new BrandingSettingsValidator(_place).Validate(null, settings).Failures ?? [];

    private static Colour Colour(string text)
    {
        Assert.True(Web.Site.Colour.TryParse(text, out var colour), text);
        return colour;
    }
}
