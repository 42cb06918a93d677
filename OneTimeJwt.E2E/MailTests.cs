using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using MimeKit;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>Every mail in every language, as programs show them; the pictures are left in artifacts/mails.</summary>
[Role("user")]
public sealed partial class MailTests(Suite suite) : BrowserTest(suite)
{
    // Gmail cuts what is longer.
    private const int LongestMail = 102 * 1024;

    // For the gallery by night, too.
    private static readonly ColorScheme[] Schemes = Screenshots.Folder is null
        ? [ColorScheme.Light]
        : [ColorScheme.Light, ColorScheme.Dark];

    private static readonly string Pictures = Path.Combine(Repository.Root, "artifacts", "mails");

    [Theory]
    [InlineData("en")]
    [InlineData("ar")]
    public Task Mails_can_be_read_by_everybody_and_are_pictured(string language) => AreInOrderAsync(language);

    [Theory]
    [InlineData("de")]
    [InlineData("fr")]
    [InlineData("es")]
    [InlineData("pt")]
    [InlineData("ja")]
    [Trait("Category", "long")]
    public Task Mails_in_the_other_languages_can_be_read_and_are_pictured_too(string language) => AreInOrderAsync(language);

    [Fact]
    public async Task The_HTML_checker_is_at_hand_and_finds_what_is_wrong()
    {
        Assert.SkipWhen(NuChecker.Missing is not null, NuChecker.Missing ?? "");
        Assert.NotEmpty(await Suite.Nu.FaultsAsync("<!DOCTYPE html><html lang=\"en\"><title>Title</title><p nonsense>"));
    }

    private async Task AreInOrderAsync(string language)
    {
        Directory.CreateDirectory(Pictures);
        var tab = await NewBrowserAsync(new() { ViewportSize = new() { Width = 390, Height = 600 } });
        await tab.GoAsync($"/dev/mails?lang={language}");
        var names = await tab.Page.Locator("[data-mail]").EvaluateAllAsync<string[]>("mails => mails.map(mail => mail.dataset.mail)");
        Assert.True(names.Length >= 22, $"There are {names.Length} mails.");
        var page = (await tab.AnotherAsync()).Page;
        foreach (var name in names)
        {
            using var mail = await ReadAsync(tab, name, language);
            var html = mail.HtmlBody!;
            Assert.Equal(language, mail.Body!.Headers["Content-Language"]);
            Assert.Matches($"<html lang=\"{language}\" dir=\"{(language == "ar" ? "rtl" : "ltr")}\">", html);
            Assert.True(Encoding.UTF8.GetByteCount(html) < LongestMail);
            Assert.Empty(await Suite.Nu.FaultsAsync(ForOutlook().Replace(html, "")));
            await page.SetContentAsync(html);
            await page.EvaluateAsync("() => document.querySelector('a.soft')?.remove()");
            Assert.Equal(Said(mail), Flat(await page.EvaluateAsync<string>("() => document.body.innerText")));
            await page.SetContentAsync(html);
            await PictureAsync(page, Path.Combine(Pictures, $"{name}.{language}"));
        }
    }

    private static async Task<MimeMessage> ReadAsync(Tab tab, string name, string language)
    {
        var answer = await tab.Page.APIRequest.GetAsync(
            new Uri(new Uri(tab.Page.Url), $"/dev/mails/{name}.eml?lang={language}").ToString());
        using var bytes = new MemoryStream(await answer.BodyAsync());
        return await MimeMessage.LoadAsync(bytes);
    }

    // What the text part says besides the link itself, and the HTML part's head line. The HTML part's link to copy has been taken out.
    private static string Said(MimeMessage mail)
    {
        var text = Link().Replace(mail.TextBody!, "");
        return Flat($"{mail.From.Mailboxes.Single().Name} {text}");
    }

    private static string Flat(string text) =>
        Space()
            .Replace(Isolate().Replace(text, ""), "")
            .Replace(":", "", StringComparison.Ordinal)
            .Replace("：", "", StringComparison.Ordinal);

    private static async Task PictureAsync(IPage page, string file)
    {
        foreach (var scheme in Schemes)
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme });
            await page.ScreenshotAsync(new() { Path = $"{file}.{scheme.ToString().ToLowerInvariant()}.png", FullPage = true });
        }
    }

    [GeneratedRegex(@"https?://\S+")]
    private static partial Regex Link();

    // Outlook needs these, and HTML has them no more.
    [GeneratedRegex(" (cellspacing|cellpadding|border)=\"0\"")]
    private static partial Regex ForOutlook();

    [GeneratedRegex("[\u2066-\u2069]")]
    private static partial Regex Isolate();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
