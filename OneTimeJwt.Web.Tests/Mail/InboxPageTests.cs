using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Tests.Site;

namespace OneTimeJwt.Web.Tests.Mail;

public sealed class InboxPageTests
{
    [Fact]
    public void An_empty_inbox_says_how_to_fill_it()
    {
        var page = PageRenderer.Render<InboxPage>(parameters => parameters.Add(p => p.Mails, []));

        Assert.NotNull(page.QuerySelector("[role=status] a[href='/forgot-password']"));
        Assert.Empty(page.QuerySelectorAll("article"));
    }

    [Fact]
    public void Mails_stand_in_the_order_given_with_their_parts()
    {
        var page = PageRenderer.Render<InboxPage>(parameters =>
            parameters.Add(p => p.Mails, [PageStates.Mail("two"), PageStates.Mail("one")]));

        Assert.Equal(["two", "one"], page.QuerySelectorAll("article").Select(mail => mail.GetAttribute("data-mail")));
        var first = page.QuerySelector("article")!;
        Assert.NotNull(first.QuerySelector("a[href='/dev/inbox/two.eml']"));
        Assert.True(first.QuerySelector("iframe")!.HasAttribute("srcdoc"));
        Assert.DoesNotContain("allow-scripts", first.QuerySelector("iframe[sandbox]")!.GetAttribute("sandbox"), StringComparison.Ordinal);
    }

    [Fact]
    public void Subject_recipient_and_text_are_shown_as_they_are()
    {
        var mail = PageRenderer
            .Render<InboxPage>(parameters => parameters.Add(p => p.Mails, [PageStates.Mail("one")]))
            .QuerySelector("article")!;

        Assert.Equal(PageRenderer.Hostile, mail.QuerySelector("h2")!.Words());
        Assert.Equal(PageRenderer.Hostile, mail.QuerySelector("pre")!.TextContent.Trim());
        Assert.Contains("ada@example.com", mail.QuerySelector(".hint b")!.Words(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_link_of_a_mail_can_be_clicked_and_nothing_else_can()
    {
        var text =
            $"Hello,\n\nChoose a new password:\n\n{MailSamples.Link}\n\njavascript:alert(1) and see https://evil.example in passing\n";
        var page = PageRenderer.Render<InboxPage>(parameters => parameters.Add(p => p.Mails, [PageStates.Mail("one", text)]));

        Assert.Equal([MailSamples.Link], page.QuerySelectorAll("pre a").Select(link => link.GetAttribute("href")));
        Assert.Equal(text.Trim(), page.QuerySelector("pre")!.TextContent.Trim());
    }
}
