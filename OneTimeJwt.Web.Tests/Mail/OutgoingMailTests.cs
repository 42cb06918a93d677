using System.Diagnostics.Metrics;
using System.Net.Sockets;
using MailKit.Net.Smtp;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using MimeKit;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Mail;

/// <summary>What is remembered of the latest mails, and what probes make of it.</summary>
public sealed class OutgoingMailTests : IDisposable
{
    private static readonly SmtpCommandException Busy = new(SmtpErrorCode.SenderNotAccepted, SmtpStatusCode.ErrorInProcessing, "later");
    private static readonly SmtpCommandException MailboxBusy = new(
        SmtpErrorCode.RecipientNotAccepted,
        SmtpStatusCode.MailboxBusy,
        "busy");
    private static readonly SmtpCommandException NoSuchUser = new(
        SmtpErrorCode.RecipientNotAccepted,
        SmtpStatusCode.MailboxUnavailable,
        "unknown");

    private readonly Answering _server = new();
    private readonly Meter _meter = new("test");
    private readonly OutgoingMail _mail;

    public OutgoingMailTests() =>
        _mail = new OutgoingMail(_server, Options.Create(new MailSettings { Transport = MailTransportKind.Smtp }), _meter);

    [Fact]
    public async Task Three_failures_in_a_row_degrade_until_a_mail_is_taken()
    {
        Assert.Equal(HealthStatus.Healthy, (await AfterAsync(new SocketException())).Status);
        Assert.Equal(HealthStatus.Healthy, (await AfterAsync(new SocketException())).Status);

        var degraded = await AfterAsync(Busy);

        Assert.Equal(
            (HealthStatus.Degraded, "The last 3 tries to send a mail failed: the mail server refused it with 451."),
            (degraded.Status, degraded.Description));
        Assert.Equal(HealthStatus.Healthy, (await AfterAsync(null)).Status);
    }

    [Fact]
    public async Task A_server_that_turns_away_one_recipient_after_the_other_works()
    {
        for (var i = 0; i < 5; i++)
            Assert.Equal(HealthStatus.Healthy, (await AfterAsync(i % 2 == 0 ? MailboxBusy : NoSuchUser)).Status);
    }

    public void Dispose() => _meter.Dispose();

    private async Task<HealthCheckResult> AfterAsync(Exception? fault)
    {
        _server.Fault = fault;
        using var message = new MimeMessage();
        Assert.Same(fault, await Record.ExceptionAsync(() => _mail.SendAsync(message, TestContext.Current.CancellationToken)));
        return await new MailHealth(_mail).CheckHealthAsync(new HealthCheckContext(), TestContext.Current.CancellationToken);
    }

    private sealed class Answering : IMailTransport
    {
        public Exception? Fault { get; set; }

        public Task SendAsync(MimeMessage message, CancellationToken cancellationToken) =>
            Fault is null ? Task.CompletedTask : Task.FromException(Fault);
    }
}
