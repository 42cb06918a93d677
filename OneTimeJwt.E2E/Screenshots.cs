using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>Pictures for people to look at: ONETIMEJWT_SCREENSHOTS names the folder.</summary>
[Trait("Category", "screenshots")]
[Role("user")]
public sealed class Screenshots(Suite suite) : PageTour(suite)
{
    private static readonly (string Name, int Width, int Height)[] Devices = [("phone", 390, 844), ("desktop", 1280, 800)];
    private static readonly string[] Languages = ["en", "ar"];
    private static readonly ColorScheme[] Schemes = [ColorScheme.Light, ColorScheme.Dark];

    // Shown once, and not in a picture.
    private const string ApiKey = ".made code";

    internal static string? Folder =>
        Environment.GetEnvironmentVariable("ONETIMEJWT_SCREENSHOTS") is { Length: > 0 } folder ? folder : null;

    [Fact]
    public async Task Every_page_is_pictured_on_phone_and_desktop_by_day_and_by_night_in_both_directions()
    {
        Assert.SkipWhen(Folder is null, "Set ONETIMEJWT_SCREENSHOTS to a folder to have pictures taken.");
        foreach (var state in States)
        {
            foreach (var language in Languages)
                await PictureAsync(await VisitAsync(state, language), Path.Combine(Folder!, $"{state}.{language}"));
        }
    }

    private static async Task PictureAsync(Tab tab, string file)
    {
        foreach (var (name, width, height) in Devices)
        {
            await tab.Page.SetViewportSizeAsync(width, height);
            foreach (var scheme in Schemes)
            {
                await tab.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
                await tab.Page.ScreenshotAsync(
                    new()
                    {
                        Path = $"{file}.{name}.{scheme.ToString().ToLowerInvariant()}.png",
                        FullPage = true,
                        Mask = [tab.Page.Locator(ApiKey)],
                    });
            }
        }
    }
}
