using System.Globalization;
using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Pages;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

[Role("user")]
public sealed class LanguageTests(Suite suite) : BrowserTest(suite)
{
    private const string ArabicSubject = "اختيار كلمة مرور جديدة";
    private const string GermanSubject = "Neues Passwort wählen";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_whole_flow_works_in_Arabic_from_right_to_left(bool javaScript)
    {
        var account = await NewAccountAsync();
        var password = account.NewPassword();
        var tab = await NewBrowserAsync(
            new()
            {
                Locale = "ar",
                TimezoneId = "Africa/Cairo",
                JavaScriptEnabled = javaScript,
                ViewportSize = new() { Width = 390, Height = 844 },
            });
        await tab.GoAsync("/");
        await IsArabicAsync(tab);
        await tab.LeaveByAsync(() => tab.Page.Locator("main a[href='/forgot-password']").ClickAsync());
        await AskAsync(tab, account.Email);

        var mail = await Site.Inbox.NextAsync(account.Email, ArabicSubject);
        Assert.EndsWith("&lang=ar", mail.Link, StringComparison.Ordinal);
        if (javaScript)
            Assert.Matches(@"\(UTC\+[23]\)", mail.Text);
        await tab.GoAsync(mail.Link);
        await ChooseAsync(tab, "short");
        Assert.Equal(422, tab.Status);
        await ChooseAsync(tab, password);
        Assert.Equal("/reset-password/done", tab.Location);
        await tab.LeaveByAsync(() => tab.Page.Locator("main a[href='/sign-in']").ClickAsync());
        await tab.Page.Locator("#email").FillAsync(account.Email);
        await ChooseAsync(tab, password);

        Assert.Equal("/account", tab.Location);
        await Site.Inbox.NextAsync(account.Email, "تم تغيير كلمة مرورك");
    }

    [Fact]
    public async Task A_link_speaks_the_language_of_the_page_that_it_was_asked_for_on_and_its_forms_do_too()
    {
        var account = await NewAccountAsync();
        var german = await NewBrowserAsync(new() { Locale = "de-AT" });
        await german.GoAsync("/forgot-password");
        await AskAsync(german, account.Email);
        var mail = await Site.Inbox.NextAsync(account.Email, GermanSubject);

        var tab = await NewBrowserAsync();
        await tab.GoAsync(mail.Link);
        await SpeaksAsync(tab, "de");
        Assert.DoesNotContain(await tab.Page.Context.CookiesAsync(), cookie => cookie.Name.EndsWith("language", StringComparison.Ordinal));
        await ChooseAsync(tab, "kurz");
        await SpeaksAsync(tab, "de");
        await ChooseAsync(tab, account.NewPassword());

        Assert.Equal("/reset-password/done?language=de", tab.Location);
        await SpeaksAsync(tab, "de");
        await tab.GoAsync("/sign-in");
        await SpeaksAsync(tab, "de");
    }

    [Theory]
    [InlineData("en-US", "America/Los_Angeles", "MMMM d, yyyy 'at' h:mm tt")]
    [InlineData("en-GB", "Pacific/Kiritimati", "d MMMM yyyy 'at' HH:mm")]
    [InlineData("de-DE", "Asia/Kolkata", "d. MMMM yyyy 'um' HH:mm 'Uhr'")]
    [InlineData("ja-JP", "Pacific/Pago_Pago", "yyyy年M月d日 H:mm")]
    public async Task A_page_tells_times_in_the_zone_and_the_way_of_writing_of_its_browser(string locale, string zone, string format)
    {
        var tab = await NewBrowserAsync(new() { Locale = locale, TimezoneId = zone });
        await tab.GoAsync(await Site.MailLinkAsync(await NewAccountAsync()));

        var time = tab.Page.Locator("main time");
        var moment = DateTimeOffset.Parse(await time.GetAttributeAsync("datetime") ?? "", CultureInfo.InvariantCulture);
        var expected = TimeZoneInfo
            .ConvertTime(moment, TimeZoneInfo.FindSystemTimeZoneById(zone))
            .ToString(format, CultureInfo.GetCultureInfo(locale));
        Assert.Equal(expected, (await time.InnerTextAsync()).Replace('\u202f', ' '));
    }

    [Fact]
    public async Task A_language_that_is_chosen_on_a_page_stays()
    {
        var tab = await NewBrowserAsync();
        await HomePage.OpenAsync(tab);
        await tab.LeaveByAsync(() => tab.Page.GetByRole(AriaRole.Link, new() { Name = "Français" }).ClickAsync());
        await SpeaksAsync(tab, "fr");

        await tab.GoAsync("/forgot-password");
        await SpeaksAsync(tab, "fr");
        await tab.GoAsync("/no-such-page");
        await SpeaksAsync(tab, "fr");
    }

    [Fact]
    [Guarantee(5)]
    public async Task A_page_behind_a_link_is_shown_in_another_language_without_the_token_in_an_address_or_a_cookie()
    {
        var link = await Site.MailLinkAsync(await NewAccountAsync());
        var tab = await NewBrowserAsync();
        await ResetPasswordPage.OpenAsync(tab, link);
        await tab.LeaveByAsync(() => tab.Page.GetByRole(AriaRole.Button, new() { Name = "Español" }).ClickAsync());

        Assert.Equal((200, "/reset-password"), (tab.Status, tab.Location));
        await SpeaksAsync(tab, "es");
        Assert.DoesNotContain(await tab.Page.Context.CookiesAsync(), cookie => cookie.Name.EndsWith("language", StringComparison.Ordinal));
        await ChooseAsync(tab, "corta");
        await SpeaksAsync(tab, "es");
    }

    [Fact]
    public async Task The_console_speaks_the_readers_language_too()
    {
        var tab = await NewBrowserAsync();
        var account = await NewAccountAsync(AccountKind.Admin);
        await ConsolePage.EnterAsync(tab, account, "/admin/trail");
        await tab.GoAsync("/admin/trail?language=de");

        await SpeaksAsync(tab, "de");
        await Assertions.Expect(tab.Page.Locator("form.filters select option").First).Not.ToHaveTextAsync("anything");
        await Assertions.Expect(tab.Page.Locator("form.filters button")).Not.ToHaveTextAsync("Show");
    }

    private static async Task AskAsync(Tab tab, string address)
    {
        await tab.Page.Locator("#email").FillAsync(address);
        await SubmitAsync(tab);
        Assert.Equal("/forgot-password/sent", tab.Location);
    }

    private static async Task ChooseAsync(Tab tab, string password)
    {
        await tab.Page.Locator("#password").FillAsync(password);
        await SubmitAsync(tab);
    }

    private static Task SubmitAsync(Tab tab) => tab.LeaveByAsync(() => tab.Page.Locator("main button[type=submit]").ClickAsync());

    private static async Task IsArabicAsync(Tab tab)
    {
        await SpeaksAsync(tab, "ar");
        await Assertions.Expect(tab.Page.Locator("html")).ToHaveAttributeAsync("dir", "rtl");
        var (start, end) = (await tab.Page.Locator(".brand").BoundingBoxAsync(), await tab.Page.Locator("main").BoundingBoxAsync());
        Assert.True(start!.X > end!.X + (end.Width / 3), "The name stands at the left.");
    }

    private static Task SpeaksAsync(Tab tab, string language) =>
        Assertions.Expect(tab.Page.Locator("html")).ToHaveAttributeAsync("lang", language);
}
