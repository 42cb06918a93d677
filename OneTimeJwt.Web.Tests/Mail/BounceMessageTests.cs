using System.Text;
using MimeKit;
using OneTimeJwt.Web.Mail;

namespace OneTimeJwt.Web.Tests.Mail;

/// <summary>Delivery status notifications in the forms that mail servers give them; RFC 3464 leaves them some room.</summary>
public sealed class BounceMessageTests
{
    private const string Address = "bounces+0123@example.com";

    [Theory]
    [InlineData(
        "Postfix",
        "failed",
        "5.1.1",
        "smtp; 550 5.1.1 <ada@example.net>: unknown",
        (int)DeliveryOutcome.Bounced,
        "no such mailbox")]
    [InlineData(
        "Postfix",
        "delayed",
        "4.4.1",
        "X-Postfix; connection timed out",
        (int)DeliveryOutcome.Deferred,
        "the recipient's mail server can't be reached")]
    [InlineData("Postfix", "delivered", "2.0.0", "smtp; 250 ok", (int)DeliveryOutcome.Delivered, null)]
    [InlineData("Exim", "failed", "5.0.0", "smtp; 550 5.2.2 over quota", (int)DeliveryOutcome.Bounced, "mailbox full")]
    [InlineData("Exim", "failed", "5.0.0", null, (int)DeliveryOutcome.Bounced, "no cause given")]
    [InlineData(
        "Exchange",
        "failed",
        "5.1.10",
        "smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found",
        (int)DeliveryOutcome.Bounced,
        "no such mailbox")]
    [InlineData("Exchange", "Failed", "5.4.1", "smtp;550 5.4.1 Access denied", (int)DeliveryOutcome.Bounced, "no such mailbox")]
    [InlineData(
        "Gmail",
        "failed",
        "5.7.26",
        "smtp; 550-5.7.26 unauthenticated",
        (int)DeliveryOutcome.Bounced,
        "the sender's domain fails SPF, DKIM or DMARC")]
    [InlineData(
        "Gmail",
        "failed",
        "4.4.1",
        "smtp; timeout",
        (int)DeliveryOutcome.Bounced,
        "the recipient's mail server can't be reached")]
    public void A_report_is_read_whoever_wrote_it(
        string form,
        string action,
        string status,
        string? diagnostic,
        int outcome,
        string? cause)
    {
        using var message = Read(Report(form, action, status, diagnostic));

        Assert.Equal(((DeliveryOutcome)outcome, cause), BounceMessage.Read(message));
        Assert.Contains(Address, BounceMessage.Addresses(message));
    }

    [Theory]
    [InlineData("relayed")]
    [InlineData("expanded")]
    [InlineData("vanished")]
    [InlineData(null)]
    public void A_report_that_says_nothing_of_delivery_is_none(string? action)
    {
        using var message = Read(Report("Postfix", action, "2.0.0", diagnostic: null));

        Assert.Null(BounceMessage.Read(message));
    }

    [Fact]
    public void Of_several_recipients_the_worst_counts()
    {
        using var message = Read(
            Report(
                "Postfix",
                "delivered",
                "2.0.0",
                diagnostic: null,
                more: "\nFinal-Recipient: rfc822; b@example.net\nAction: failed\nStatus: 5.2.1\n"));

        Assert.Equal((DeliveryOutcome.Bounced, "mailbox disabled"), BounceMessage.Read(message));
    }

    [Theory]
    [InlineData(
        "X-Failed-Recipients: ada@example.net\nAuto-Submitted: auto-replied\n",
        "This message was created automatically by mail delivery software.\n\n  ada@example.net\n    host mx.example.net "
            + "[192.0.2.25]\n    550 5.1.1 unknown\n",
        "no such mailbox")]
    [InlineData("X-Failed-Recipients: ada@example.net\n", "  ada@example.net\n    Unrouteable address\n", "no cause given")]
    [InlineData("", "Hi. This is the qmail-send program at example.net.\n\n<ada@example.net>:\n552 5.2.2 full (#5.2.2)\n", "mailbox full")]
    public void Reports_in_plain_text_of_Exim_and_qmail_are_read(string headers, string text, string cause)
    {
        using var message = Read($"From: <>\nTo: {Address}\nSubject: Mail failure\n{headers}\n{text}");

        Assert.Equal((DeliveryOutcome.Bounced, cause), BounceMessage.Read(message));
    }

    [Theory]
    [InlineData("Auto-Submitted: auto-replied\nX-Auto-Response-Suppress: All\n", "I am away. 550 5.1.1 until Monday.\n")]
    [InlineData("Precedence: bulk\n", "Cheap watches, failed delivery 5.1.1\n")]
    [InlineData("", "")]
    [InlineData(
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n",
        "--b\nContent-Type: message/disposition-notification\n\nDisposition: manual-action/MDN-sent-manually; displayed\n--b--\n")]
    [InlineData(
        "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n",
        "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n--b--\n")]
    [InlineData(
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n",
        "--b\nContent-Type: message/delivery-status\n\n\u0001\u0002::\n\n\n--b--\n")]
    [InlineData("Content-Type: multipart/report; report-type=delivery-status\n", "no boundary")]
    public void Automatic_replies_spam_and_other_reports_are_none(string headers, string text)
    {
        using var message = Read($"From: someone@example.net\nTo: {Address}\nSubject: Re\n{headers}\n{text}");

        Assert.Null(BounceMessage.Read(message));
    }

    [Theory]
    [InlineData("message/rfc822")]
    [InlineData("text/rfc822-headers")]
    public void The_address_is_found_also_where_only_the_returned_mail_has_it(string returned)
    {
        var report = Report("Postfix", "failed", "5.1.1", diagnostic: null, returned: returned)
            .Replace($"To: {Address}", "To: undisclosed-recipients:;", StringComparison.Ordinal);
        using var message = Read(report);

        Assert.Contains(BounceMessage.Addresses(message), value => value.Contains(Address, StringComparison.Ordinal));
    }

    internal static string Report(
        string form,
        string? action,
        string status,
        string? diagnostic,
        string more = "",
        string returned = "message/rfc822",
        string address = Address)
    {
        var (first, type) = form switch
        {
            "Exchange" => (
                "Content-Type: text/html; charset=us-ascii",
                "multipart/report; boundary=\"b\"; report-type=delivery-status; charset=us-ascii"),
            "Gmail" => (
                "Content-Type: multipart/related; boundary=\"r\"",
                "multipart/report; boundary=\"b\"; report-type=delivery-status"),
            "Exim" => ("Content-Type: text/plain; charset=us-ascii", "multipart/report; report-type=delivery-status; boundary=b"),
            _ => (
                "Content-Description: Notification\nContent-Type: text/plain",
                "multipart/report; report-type=delivery-status;\n boundary=\"b\""),
        };
        var headers = form is "Exim"
            ? "X-Failed-Recipients: ada@example.net\nAuto-Submitted: auto-replied\n"
            : "Auto-Submitted: auto-replied\n";
        var notice = form is "Gmail" ? "--r\nContent-Type: text/plain\n\nNot found.\n--r--\n" : "It did not arrive.\n";
        return $"""
            Return-Path: <>
            Delivered-To: {address}
            From: MAILER-DAEMON@example.net
            To: {address}
            Subject: Undelivered
            {headers}MIME-Version: 1.0
            Content-Type: {type}

            --b
            {first}

            {notice}
            --b
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mx.example.net
            Arrival-Date: Mon, 6 Jul 2026 12:00:00 +0000

            Original-Recipient: rfc822;ada@example.net
            Final-Recipient: rfc822; ada@example.net
            {(action is null ? "X-Nothing: here" : $"Action: {action}")}
            Status: {status}
            {(diagnostic is null ? "X-Nothing: here" : $"Diagnostic-Code: {diagnostic}")}
            {more}
            --b
            Content-Type: {returned}

            Return-Path: <{address}>
            From: no-reply@example.com
            To: ada@example.net
            Subject: Choose a new password

            --b--

            """;
    }

    private static MimeMessage Read(string text)
    {
        using var bytes = new MemoryStream(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n")));
        return MimeMessage.Load(bytes, TestContext.Current.CancellationToken);
    }
}
