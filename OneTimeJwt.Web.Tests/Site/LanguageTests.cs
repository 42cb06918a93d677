using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Site;

public sealed class LanguageTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private readonly TestApp _app = shared.App;

    [Theory]
    [InlineData("de-AT,de;q=0.9,en;q=0.5", "de")]
    [InlineData("pt-PT", "pt")]
    [InlineData("tlh, fr;q=0.3", "fr")]
    [InlineData("zh-CN, ko", "en")]
    [InlineData("*", "en")]
    [InlineData("", "en")]
    [InlineData(";;;,,q=,$", "en")]
    public async Task A_page_speaks_what_its_reader_asks_for_where_it_can(string accepts, string language)
    {
        using var visitor = _app.Open();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/forgot-password");
        request.Headers.TryAddWithoutValidation("Accept-Language", accepts);
        var page = await visitor.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains($"<html lang=\"{language}\"", page.Body, StringComparison.Ordinal);
        Assert.StartsWith(language, page.Headers["Content-Language"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_language_that_is_chosen_is_kept_in_a_cookie_that_scripts_can_t_read()
    {
        using var visitor = _app.Open();
        var chosen = await visitor.GetAsync("/?language=ja");

        Assert.Matches(@"\Alanguage=ja; max-age=31536000; path=/; samesite=lax; httponly\z", chosen.Headers["Set-Cookie"]);
        Assert.Equal("no-store", chosen.Headers["Cache-Control"]);
        Assert.Contains("<html lang=\"ja\"", (await visitor.GetAsync("/forgot-password")).Body, StringComparison.Ordinal);
        Assert.Contains("<html lang=\"ja\"", (await visitor.GetAsync("/no-such-page")).Body, StringComparison.Ordinal);
        Assert.Contains("<html lang=\"es\"", (await visitor.GetAsync("/?lang=es")).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/?lang=ja")]
    [InlineData("/?language=tlh")]
    [InlineData("/?language=de&language=fr")]
    [InlineData("/?language=../../etc")]
    [InlineData("/?language=")]
    [InlineData("/?language=%0d%0aSet-Cookie:x=y")]
    public async Task Nothing_else_sets_that_cookie(string path)
    {
        using var visitor = _app.Open();
        var page = await visitor.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.False(page.Headers.ContainsKey("Set-Cookie"));
    }

    [Fact]
    public async Task A_page_that_may_be_kept_is_kept_for_each_language_of_its_own()
    {
        using var visitor = _app.Open();

        Assert.Equal("Accept-Language, Cookie", (await visitor.GetAsync("/")).Headers["Vary"]);
        Assert.Equal("Accept-Language, Cookie", (await visitor.GetAsync("/no-such-page")).Headers["Vary"]);
        Assert.DoesNotContain(
            "Cookie",
            (await visitor.GetAsync("/app.css")).Headers.GetValueOrDefault("Vary") ?? "",
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_form_leads_to_and_its_mail_are_in_the_forms_language_and_zone()
    {
        var account = await _app.AddAccountAsync();
        using var visitor = _app.Open();
        var page = await visitor.GetAsync("/forgot-password");
        var refused = await visitor.SubmitAsync(page with { Body = InFrench(page.Body) }, ("email", "nobody"));
        Assert.Contains("<html lang=\"fr\"", refused.Body, StringComparison.Ordinal);

        var sent = await visitor.SubmitAsync(page with { Body = InFrench(page.Body) }, ("email", account.Email!));
        Assert.Equal("/forgot-password/sent?language=fr", sent.Location);
        var mail = (await _app.Mails.WaitAsync(account.Email!))[0];
        Assert.Equal("fr", mail.Body!.Headers["Content-Language"]);
        Assert.EndsWith("&lang=fr", MailFolder.Link(mail), StringComparison.Ordinal);
        Assert.Contains("(UTC+9)", mail.TextBody, StringComparison.Ordinal);

        var form = await visitor.GetAsync(MailFolder.Link(mail));
        Assert.Contains("<html lang=\"fr\"", form.Body, StringComparison.Ordinal);
        Assert.Equal("/reset-password/done?language=fr", (await visitor.SubmitAsync(form, ("password", Passwords.New))).Location);
        var notice = (await _app.Mails.WaitAsync(account.Email!, 2))[1];
        Assert.Equal("fr", notice.Body!.Headers["Content-Language"]);
        Assert.EndsWith("&lang=fr", MailFolder.Link(notice), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../../etc/passwd", "xx")]
    [InlineData("Europe/Berlin\r\nBcc: eve@example.com", "de\r\nX: y")]
    [InlineData("<script>", "<script>")]
    public async Task Nonsense_in_a_forms_language_and_zone_changes_nothing(string zone, string language)
    {
        var account = await _app.AddAccountAsync();
        using var visitor = _app.Open();
        var page = await visitor.GetAsync("/forgot-password");
        var body = page.Body.Replace("name=\"zone\"", $"name=\"zone\" value=\"{WebUtility.HtmlEncode(zone)}\"", StringComparison.Ordinal)
            .Replace("name=\"lang\" value=\"en\"", $"name=\"lang\" value=\"{WebUtility.HtmlEncode(language)}\"", StringComparison.Ordinal);

        Assert.Equal("/forgot-password/sent", (await visitor.SubmitAsync(page with { Body = body }, ("email", account.Email!))).Location);
        var mail = (await _app.Mails.WaitAsync(account.Email!))[0];
        Assert.Equal("en", mail.Body!.Headers["Content-Language"]);
        Assert.Contains("(UTC)", mail.TextBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operator_chooses_the_language_of_whoever_tells_none()
    {
        await using var app = await TestApp.StartAsync(
            new()
            {
                ["Languages:Default"] = "de",
                ["Branding:Name"] = "Muster & Söhne",
                ["Branding:SupportContact"] = "hilfe@example.com",
                ["Branding:Accent"] = "#8a0f3c",
            });
        using var visitor = app.Open();
        var home = await visitor.GetAsync("/");
        Assert.Contains("<html lang=\"de\"", home.Body, StringComparison.Ordinal);
        Assert.Contains("Muster &amp; S", home.Body, StringComparison.Ordinal);
        Assert.Contains("href=\"mailto:hilfe@example.com\"", home.Body, StringComparison.Ordinal);
        Assert.Contains("--accent:#8a0f3c", home.Body, StringComparison.Ordinal);

        var account = await app.AddAccountAsync();
        var link = await app.LinkForAsync(account);
        Assert.DoesNotContain("lang=", link, StringComparison.Ordinal);
        var mail = app.Mails.To(account.Email!)[0];
        Assert.Contains("#8a0f3c", mail.HtmlBody, StringComparison.Ordinal);
        Assert.Contains("hilfe@example.com", mail.TextBody, StringComparison.Ordinal);
        Assert.Contains("Muster &amp; ", mail.HtmlBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Errors_after_a_form_are_in_its_language_too_and_headers_say_what_pages_say()
    {
        await using var app = await TestApp.StartAsync(new() { ["RateLimits:PerClient:Permits"] = "1" });
        using var visitor = app.Open();
        var answers = new List<Answer>();
        for (var tries = 0; tries < 3; tries++)
            answers.Add(await visitor.PostAsync("/reset-password", ("token", "a.b.c"), ("lang", "ja"), ("password", "x")));

        Assert.Contains(answers, answer => answer.Status == HttpStatusCode.TooManyRequests);
        Assert.All(answers, answer =>
        {
            Assert.Contains("<html lang=\"ja\"", answer.Body, StringComparison.Ordinal);
            Assert.Equal("ja", answer.Headers["Content-Language"]);
        });
    }

    [Fact]
    public async Task The_list_of_languages_keeps_where_its_reader_was_going()
    {
        using var visitor = _app.Open();
        var page = await visitor.GetAsync("/sign-in?returnUrl=%2Fadmin%2Ftrail&language=de");
        Assert.Contains("href=\"/sign-in?returnUrl=%2Fadmin%2Ftrail&amp;language=es\"", page.Body, StringComparison.Ordinal);

        var refused = await visitor.SubmitAsync(page, ("email", "nobody@example.com"), ("password", "wrong"));
        Assert.Contains("href=\"/sign-in?returnUrl=%2Fadmin%2Ftrail&amp;language=es\"", refused.Body, StringComparison.Ordinal);
        Assert.Contains(
            "href=\"/no-such-page?a=b&amp;language=es\"",
            (await visitor.GetAsync("/no-such-page?a=b&lang=fr")).Body,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("//evil.example/x")]
    [InlineData("/%2F%2Fevil.example")]
    [InlineData("/%22%3E%3Cscript%3E")]
    [InlineData("/\\evil.example")]
    public async Task The_list_of_languages_leads_nowhere_else(string path)
    {
        using var visitor = _app.Open();
        using var request = new HttpRequestMessage(HttpMethod.Get, _app.Origin + path);
        var page = await visitor.SendAsync(request);

        Assert.DoesNotContain("href=\"//", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("href=\"/\\", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", page.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dead_link_says_the_same_in_every_language()
    {
        var account = await _app.AddAccountAsync();
        var link = await _app.LinkForAsync(account);
        using var visitor = _app.Open();
        await visitor.RedeemAsync(link, Passwords.New);
        var dead = await visitor.GetAsync(link);
        dead.IsRefusedAs("spent");

        var list = dead with { Body = dead.Body[dead.Body.IndexOf("<nav", StringComparison.Ordinal)..] };
        var spanish = await visitor.SubmitAsync(list, ("lang", "es"));
        spanish.IsRefusedAs("spent");
        Assert.Contains("<html lang=\"es\"", spanish.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(
            link.Split("token=")[1],
            System.Text.RegularExpressions.Regex.Replace(spanish.Body, "<input[^>]*>", ""),
            StringComparison.Ordinal);
    }

    private static string InFrench(string page) =>
        page.Replace("name=\"lang\" value=\"en\"", "name=\"lang\" value=\"fr\"", StringComparison.Ordinal)
            .Replace("name=\"zone\"", "name=\"zone\" value=\"Asia/Tokyo\"", StringComparison.Ordinal);
}
