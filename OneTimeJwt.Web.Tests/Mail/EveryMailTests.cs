using System.Text;
using System.Text.RegularExpressions;
using AngleSharp.Html.Parser;
using MimeKit;
using OneTimeJwt.Web.Delivery;
using OneTimeJwt.Web.Languages;
using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Site;

namespace OneTimeJwt.Web.Tests.Mail;

/// <summary>What holds for each mail in each language, on the wire and as it is read.</summary>
public sealed partial class EveryMailTests
{
    private const string Site = "accounts.example.com";
    private const string LongName = "株式会社サンプル銀行 Müller & Söhne شركة المثال المحدودة للخدمات المصرفية";

    public static TheoryData<string> Codes => [.. Language.All.Select(language => language.Code)];

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Parts_are_encoded_as_short_as_they_can_be_and_a_text_with_a_link_is_never_folded(string language) =>
        Assert.All(await AllAsync(language), mail =>
        {
            var parts = mail.Message.BodyParts.OfType<TextPart>().ToList();
            Assert.All(parts, part => Assert.Equal(Fitting(part), part.ContentTransferEncoding));
            Assert.All(mail.Wire.Split("\r\n"), line => Assert.True(line.Length <= 998, line));
            if (mail.Content.Link is { } link)
                Assert.Single(Text(mail).Split('\n'), line => line == link.Url);
        });

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Letters_are_letters_and_lines_are_short_in_the_HTML_part(string language) =>
        Assert.All(await AllAsync(language), mail =>
        {
            Assert.DoesNotMatch("&#x(?!27;|2B;|A0;|20[0-9A-F]{2};)", mail.Message.HtmlBody);
            Assert.All(mail.Message.HtmlBody!.Split('\n'), line => Assert.True(line.Length < 998, line));
        });

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Subjects_name_the_site_and_encoded_words_are_within_their_limits(string language)
    {
        Assert.All(await AllAsync(language), mail => Assert.Equal($"{mail.Content.Subject} ({Site})", mail.Message.Subject));
        Assert.All(
            await AllAsync(language, LongName),
            mail =>
            {
                Assert.Equal($"{mail.Content.Subject} ({LongName})", mail.Message.Subject);
                Assert.Equal(LongName, mail.Message.From.Mailboxes.Single().Name);
                var head = mail.Wire.Split("\r\n\r\n")[0];
                Assert.All(EncodedWord().Matches(head), word => Assert.True(word.Length <= 75, word.Value));
                Assert.All(
                    head.Split("\r\n").Where(line => line.Contains("=?", StringComparison.Ordinal)),
                    line => Assert.True(line.Length <= 76, line));
            });
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Headers_keep_mails_apart_and_answering_machines_quiet(string language)
    {
        var mails = await AllAsync(language);

        Assert.Equal(mails.Count, mails.Select(mail => mail.Message.Headers["X-Entity-Ref-ID"]).Distinct().Count());
        Assert.All(
            mails,
            mail =>
                Assert.Equal(
                    ("auto-generated", "OOF, AutoReply", language),
                    (
                        mail.Message.Headers["Auto-Submitted"],
                        mail.Message.Headers["X-Auto-Response-Suppress"],
                        mail.Message.Body!.Headers["Content-Language"])));
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Both_parts_begin_with_the_matter_and_the_HTML_part_shows_the_link_to_copy(string language) =>
        Assert.All(await AllAsync(language), mail =>
        {
            var html = new HtmlParser().ParseDocument(mail.Message.HtmlBody!);
            var first = mail.Content.Before[0];
            Assert.Equal(first, html.QuerySelector("td.matter p")!.TextContent);
            Assert.StartsWith(Plain(first), Plain(Text(mail)), StringComparison.Ordinal);
            Assert.True(first.Length > 20, first);
            Assert.Equal(mail.Content.Link?.Url, html.QuerySelector("a.soft .address")?.TextContent);
        });

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task A_line_of_text_fits_into_78_columns_but_for_the_link(string language) =>
        Assert.All(await AllAsync(language), mail => Assert.All(
            Text(mail).Split('\n').Where(line => line != mail.Content.Link?.Url),
            line => Assert.True(TextLines.Columns(line) <= 78, line)));

    [Fact]
    public async Task Lines_of_Arabic_tell_their_base_direction_and_the_link_and_the_code_are_bare() =>
        Assert.All(await AllAsync("ar"), mail => Assert.All(Text(mail).Split('\n').Where(line => line.Length > 0), line =>
        {
            if (line == mail.Content.Link?.Url || line == mail.Content.Code?.Value)
                return;

            Assert.Matches("^\u2067.*\u2069$", line);
            Assert.Equal(line.Count(letter => letter is >= '\u2066' and <= '\u2068'), line.Count(letter => letter == '\u2069'));
            Assert.DoesNotContain('\u2069', line[..line.IndexOf('\u2067', StringComparison.Ordinal)]);
        }));

    [Fact]
    public async Task Words_of_Arabic_mails_have_no_vowel_marks() =>
        Assert.All(
            await AllAsync("ar"),
            mail => Assert.DoesNotMatch("[\u064b-\u065f\u0670]", mail.Message.Subject + Text(mail) + mail.Message.HtmlBody));

    [Fact]
    public async Task No_line_of_Japanese_begins_with_a_mark_that_ends_something() =>
        Assert.All(await AllAsync("ja"), mail => Assert.DoesNotMatch("(?m)^[、。）」：ー]|[（「]$", Text(mail)));

    [Theory]
    [InlineData("en-US")]
    [InlineData("en-GB")]
    [InlineData("en-AU")]
    public async Task English_times_have_no_narrow_no_break_space(string culture) =>
        Assert.All(await AllAsync(culture), mail => Assert.DoesNotContain('\u202f', Text(mail) + mail.Message.HtmlBody));

    [Theory]
    [InlineData("en", "This wasn’t me:")]
    [InlineData("fr", "Ce n’était pas moi\u00a0:")]
    [InlineData("ja", "心当たりがない：")]
    public async Task A_label_ends_as_its_language_has_it(string language, string label) =>
        Assert.Contains(label, Text((await AllAsync(language)).Single(mail => mail.Name == "password-changed")).Split('\n'));

    [Theory]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("</td></table><a href='https://evil.example'>x</a>")]
    [InlineData("\"><script>alert(1)</script>")]
    [InlineData("\u2028<b>\u00a0\ud83d\ude00&#60;i&#62;")]
    public async Task Markup_in_the_site_its_contact_and_a_name_stays_text(string hostile)
    {
        var brand = new BrandingSettings { Name = hostile, SupportContact = hostile };
        using var message = await Composer(new Brand(brand))
            .ComposeAsync("ada@example.com", MailSamples.Content() with { About = hostile }, Guid.NewGuid());
        using var html = await new HtmlParser().ParseDocumentAsync(message.HtmlBody!);

        Assert.Equal(hostile, html.QuerySelector(".house")!.TextContent);
        Assert.Equal(hostile, html.QuerySelector("td.matter p.soft b")!.TextContent);
        Assert.Contains(html.QuerySelectorAll("td.matter p"), p => p.TextContent == hostile);
        Assert.Empty(html.QuerySelectorAll("img, script, td.house *, b *, [onerror]"));
        Assert.All(html.QuerySelectorAll("a"), link => Assert.Equal(MailSamples.Link, link.GetAttribute("href")));
    }

    /// <summary>One of each kind, composed and read again from its bytes.</summary>
    internal static async Task<IReadOnlyList<ComposedMail>> AllAsync(string culture, string? brand = null)
    {
        ReaderCulture.Set(culture, zone: null);
        var composer = Composer(
            new Brand(new() { Name = brand, SupportContact = "help@example.com" }),
            brand is null ? "Accounts <no-reply@example.com>" : "no-reply@example.com");
        var mails = new List<ComposedMail>();
        foreach (var (name, letter) in SampleMails.All(LinkPurposes.Own, new PublicOrigin($"https://{Site}"), DateTimeOffset.UtcNow))
        {
            using var message = await composer.ComposeAsync("ada@example.com", letter, Guid.NewGuid());
            using var bytes = new MemoryStream();
            await message.WriteToAsync(bytes);
            bytes.Position = 0;
            mails.Add(
                new(name, letter, Encoding.UTF8.GetString(bytes.ToArray()).ReplaceLineEndings("\r\n"), await MimeMessage.LoadAsync(bytes)));
        }

        return mails;
    }

    private static MailComposer Composer(Brand brand, string from = "Accounts <no-reply@example.com>") =>
        new(
            Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance,
            Microsoft.Extensions.Options.Options.Create(new MailSettings { From = from }),
            brand,
            new MailSite(Site),
            TimeProvider.System);

    private static ContentEncoding Fitting(TextPart part)
    {
        if (Ascii.IsValid(part.Text) && part.Text.Split('\n').All(line => line.Length <= 998))
            return ContentEncoding.SevenBit;
        if (part.IsPlain && part.Text.Contains("://", StringComparison.Ordinal))
            return ContentEncoding.Base64;

        var bytes = Encoding.UTF8.GetBytes(part.Text);
        var quoted = bytes.Sum(letter => letter is (byte)'=' or > 126 or < 9 ? 3 : 1);
        // Where they are about as long, either will do.
        return Math.Abs((quoted * 1.03) - (bytes.Length * 1.37)) < bytes.Length * .1 ? part.ContentTransferEncoding
            : quoted * 1.03 < bytes.Length * 1.37 ? ContentEncoding.QuotedPrintable : ContentEncoding.Base64;
    }

    private static string Text(ComposedMail mail) => mail.Message.TextBody!.ReplaceLineEndings("\n");

    private static string Plain(string text) => NotWords().Replace(text, "");

    [GeneratedRegex(@"=\?\S+?\?=")]
    private static partial Regex EncodedWord();

    [GeneratedRegex(@"[\s\u2066-\u2069]+")]
    private static partial Regex NotWords();
}

/// <summary>A sample, its bytes as text, and what a mail program reads of them.</summary>
internal sealed record ComposedMail(string Name, MailContent Content, string Wire, MimeMessage Message);
