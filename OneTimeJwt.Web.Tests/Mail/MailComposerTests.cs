using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using MimeKit;
using OneTimeJwt.Web.Languages;

namespace OneTimeJwt.Web.Tests.Mail;

public sealed class MailComposerTests
{
    private static readonly string[] LinkAttributes = ["href", "src", "action", "background", "srcset", "poster", "data"];

    public static TheoryData<string> Links =>
    [
        MailSamples.Link,
        "https://accounts.example.com/forgot-password",
        $"https://accounts.example.com/reset-password?token={new string('x', 850)}",
        $"https://accounts.example.com/reset-password?token={new string('y', 2000 - 50)}",
        $"https://accounts.example.com/reset-password?token={new string('z', 4000)}",
    ];

    [Theory]
    [MemberData(nameof(Links))]
    public async Task The_text_part_has_the_link_alone_on_its_line(string link)
    {
        using var mail = await MailSamples.DeliverAsync(MailSamples.Content(link));

        Assert.Single(Text(mail).ReplaceLineEndings("\n").Split('\n'), line => line == link);
        Assert.Equal(1, Text(mail).Split("http").Length - 1);
    }

    [Theory]
    [MemberData(nameof(Links))]
    public async Task The_HTML_part_has_the_same_single_link(string link)
    {
        using var mail = await MailSamples.DeliverAsync(MailSamples.Content(link));

        Assert.Equal([link, link], Addresses(Html(mail)));
    }

    [Fact]
    public async Task A_usual_link_is_neither_folded_nor_encoded_on_the_wire()
    {
        var wire = await MailSamples.WireAsync(MailSamples.Content());

        Assert.Contains($"\r\n{MailSamples.Link}\r\n", wire.ReplaceLineEndings("\r\n"), StringComparison.Ordinal);
        Assert.Equal(
            ["7bit", "quoted-printable"],
            wire.ReplaceLineEndings("\n")
                .Split('\n')
                .Where(line => line.StartsWith("Content-Transfer", StringComparison.Ordinal))
                .Select(line => line.Split(' ')[1]));
    }

    [Theory]
    [MemberData(nameof(Links))]
    public async Task No_line_on_the_wire_is_longer_than_SMTP_allows(string link) =>
        Assert.All(
            (await MailSamples.WireAsync(MailSamples.Content(link))).ReplaceLineEndings("\n").Split('\n'),
            line => Assert.True(line.Length <= 998));

    [Fact]
    public async Task A_letter_without_a_link_has_none_in_either_part()
    {
        using var mail = await MailSamples.DeliverAsync(MailSamples.Content(link: null));

        Assert.DoesNotContain("http", mail.TextBody, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(Addresses(Html(mail)));
    }

    [Fact]
    public async Task Both_parts_say_the_same()
    {
        using var mail = await MailSamples.DeliverAsync(MailSamples.Content());

        var alternative = Assert.IsType<MultipartAlternative>(mail.Body);
        Assert.Equal(["text/plain", "text/html"], alternative.Select(part => part.ContentType.MimeType));
        foreach (var paragraph in new[] { "somebody asked for a new password.", "Thank you & good-bye." })
        {
            Assert.Contains(paragraph, mail.TextBody, StringComparison.Ordinal);
            Assert.Contains(Html(mail).QuerySelectorAll("p"), p => p.TextContent == paragraph);
        }
    }

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("\"><a href='https://evil.example'>click</a>")]
    [InlineData("&lt;b&gt; &amp; &#39;")]
    [InlineData("</div></body></html>")]
    public async Task Markup_in_a_name_stays_text_in_both_parts(string name)
    {
        using var mail = await MailSamples.DeliverAsync(MailSamples.Content(paragraph: name));

        Assert.Contains(name, mail.TextBody, StringComparison.Ordinal);
        var html = Html(mail);
        Assert.Contains(html.QuerySelectorAll("p"), p => p.TextContent == name);
        Assert.Empty(html.QuerySelectorAll("script, img, b, iframe"));
        Assert.Equal([MailSamples.Link, MailSamples.Link], Addresses(html));
    }

    [Fact]
    public async Task Markup_in_a_link_stays_in_its_attribute()
    {
        const string Link = "https://accounts.example.com/?a=\"onclick=\"alert(1)&b=<x>";
        using var mail = await MailSamples.DeliverAsync(MailSamples.Content(Link));

        Assert.All(
            Html(mail).QuerySelectorAll("a"),
            anchor => Assert.Equal((Link, false), (anchor.GetAttribute("href"), anchor.HasAttribute("onclick"))));
        Assert.Equal(Link, Html(mail).QuerySelector(".address")!.TextContent);
    }

    [Fact]
    public async Task Unicode_survives_in_both_parts()
    {
        const string Name = "Jörg Müller, 日本 😀 “quoted”";
        using var mail = await MailSamples.DeliverAsync(
            MailSamples.Content(paragraph: Name),
            from: "Kontenübersicht <no-reply@example.com>");

        Assert.Contains(Name, mail.TextBody, StringComparison.Ordinal);
        Assert.Contains(Html(mail).QuerySelectorAll("p"), p => p.TextContent == Name);
        Assert.Equal("Kontenübersicht", Assert.IsType<MailboxAddress>(Assert.Single(mail.From)).Name);
        Assert.Single(Text(mail).ReplaceLineEndings("\n").Split('\n'), line => line == MailSamples.Link);
    }

    [Fact]
    public async Task Long_paragraphs_are_wrapped_between_words_only()
    {
        var words = string.Join(' ', Enumerable.Repeat("wonderful", 40));
        using var mail = await MailSamples.DeliverAsync(MailSamples.Content(paragraph: words));

        var lines = Text(mail)
            .ReplaceLineEndings("\n")
            .Split('\n')
            .Where(line => line.StartsWith("wonderful", StringComparison.Ordinal))
            .ToList();
        Assert.All(lines, line => Assert.True(line.Length <= 76));
        Assert.Equal(words, string.Join(' ', lines));
    }

    [Theory]
    [InlineData("ada@example.com\r\nBcc: eve@example.com")]
    [InlineData("ada@example.com\nBcc: eve@example.com")]
    [InlineData("ada@example.com\r")]
    [InlineData("ada\0@example.com")]
    [InlineData("ada@example.com, eve@example.com")]
    [InlineData("ada@example.com; eve@example.com")]
    [InlineData("Ada <ada@example.com>")]
    [InlineData("<ada@example.com>")]
    [InlineData("friends: ada@example.com;")]
    [InlineData("ada@example.com (eve@example.com)")]
    [InlineData(" ada@example.com")]
    [InlineData("ada@")]
    [InlineData("")]
    public async Task An_address_that_is_not_exactly_one_is_refused(string to) =>
        await Assert.ThrowsAsync<FormatException>(() => MailSamples.ComposeAsync(MailSamples.Content(), to));

    [Theory]
    [InlineData("ada@example.com")]
    [InlineData("ada+reset@example.com")]
    [InlineData("o'brien@example.com")]
    [InlineData("a.very.long-name_1815@sub.domain.example.com")]
    public async Task An_address_goes_into_To_and_nowhere_else(string to)
    {
        using var mail = await MailSamples.DeliverAsync(MailSamples.Content(), to);

        Assert.Equal(to, Assert.IsType<MailboxAddress>(Assert.Single(mail.To)).Address);
        Assert.Empty(mail.Cc);
        Assert.Empty(mail.Bcc);
        Assert.DoesNotContain(to, mail.TextBody + mail.HtmlBody, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("jürgen@example.com", "jürgen@example.com")]
    [InlineData("ada@bücher.example", "ada@xn--bcher-kva.example")]
    public async Task An_international_address_is_taken(string to, string sent)
    {
        using var message = await MailSamples.ComposeAsync(MailSamples.Content(), to);

        Assert.Equal(sent, Assert.IsType<MailboxAddress>(Assert.Single(message.To)).Address);
    }

    [Fact]
    public async Task A_line_break_in_a_subject_adds_no_header()
    {
        using var mail = await MailSamples.DeliverAsync(MailSamples.Content() with { Subject = "Hello\r\nBcc: eve@example.com" });

        Assert.Empty(mail.Bcc);
        Assert.Null(mail.Headers[HeaderId.Bcc]);
    }

    [Fact]
    public async Task It_is_dated_by_our_clock_and_marked_as_automatic()
    {
        using var mail = await MailSamples.DeliverAsync(MailSamples.Content());

        Assert.Equal(MailSamples.Clock.Now, mail.Date);
        Assert.Equal("auto-generated", mail.Headers["Auto-Submitted"]);
        Assert.EndsWith("@example.com", mail.MessageId, StringComparison.Ordinal);
        Assert.Equal("Choose a new password (accounts.example.com)", mail.Subject);
    }

    [Fact]
    public async Task The_HTML_part_fetches_nothing_and_runs_nothing()
    {
        using var mail = await MailSamples.DeliverAsync(MailSamples.Content());
        var html = Html(mail);

        Assert.Empty(html.QuerySelectorAll("script, img, link, iframe, object"));
        Assert.DoesNotContain("url(", mail.HtmlBody, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", mail.HtmlBody, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_mail_is_one_that_no_list_sent_and_no_robot_answers()
    {
        using var mail = await MailSamples.DeliverAsync(MailSamples.Content());

        Assert.Equal("auto-generated", mail.Headers["Auto-Submitted"]);
        Assert.DoesNotContain(mail.Headers, header => header.Field.StartsWith("List-", StringComparison.OrdinalIgnoreCase));
        Assert.EndsWith("@example.com", mail.MessageId, StringComparison.Ordinal);
        Assert.NotEqual(default, mail.Date);
    }

    [Fact]
    public async Task The_HTML_part_is_laid_out_by_tables_with_styles_at_the_elements_and_hides_nothing()
    {
        using var mail = await MailSamples.DeliverAsync(MailSamples.Content());
        var html = Html(mail);

        Assert.All(
            html.QuerySelectorAll("table"),
            table =>
                Assert.Equal(
                    ("presentation", "0", "0", "0"),
                    (
                        table.GetAttribute("role"),
                        table.GetAttribute("cellspacing"),
                        table.GetAttribute("cellpadding"),
                        table.GetAttribute("border"))));
        Assert.All(
            html.QuerySelectorAll("p, a, td.house, td.matter"),
            element => Assert.Contains("font-family:", element.GetAttribute("style"), StringComparison.Ordinal));
        Assert.Equal(1, html.Body!.TextContent.Split("somebody asked").Length - 1);
        Assert.DoesNotContain("display:none", mail.HtmlBody, StringComparison.Ordinal);
        Assert.Contains(
            "<!--[if mso]><style>\ntd, p, a { font-family: Arial",
            mail.HtmlBody!.ReplaceLineEndings("\n"),
            StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", mail.HtmlBody, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ar", "rtl", "right")]
    [InlineData("ja", "ltr", "left")]
    public async Task A_mail_says_its_language_and_which_way_it_runs(string language, string direction, string side)
    {
        ReaderCulture.Set(language, zone: null);
        using var mail = await MailSamples.DeliverAsync(MailSamples.Content());
        var html = Html(mail);

        Assert.All(
            html.QuerySelectorAll("html, td.house, td.matter"),
            element => Assert.Equal((language, direction), (element.GetAttribute("lang")!, element.GetAttribute("dir")!)));
        Assert.Contains($"text-align:{side}", html.QuerySelector("td.matter")!.GetAttribute("style"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Accounts <no-reply@example.com>", "Accounts")]
    [InlineData("no-reply@example.com", "example.com")]
    public async Task The_house_is_named(string from, string house)
    {
        using var mail = await MailSamples.DeliverAsync(MailSamples.Content(), from: from);

        Assert.Equal(house, Html(mail).QuerySelector(".house")!.TextContent);
    }

    [Fact]
    public void A_link_is_not_shown_when_a_letter_is_logged() =>
        Assert.DoesNotContain("token=", $"{MailSamples.Content()}", StringComparison.Ordinal);

    private static string Text(MimeMessage mail) => mail.TextBody ?? "";

    private static IHtmlDocument Html(MimeMessage mail) => new HtmlParser().ParseDocument(mail.HtmlBody ?? "");

    private static IEnumerable<string> Addresses(IHtmlDocument html) =>
        html.All.SelectMany(element => LinkAttributes.Select(element.GetAttribute)).OfType<string>();
}
