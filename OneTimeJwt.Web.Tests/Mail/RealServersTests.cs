using MailKit.Net.Smtp;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Mail;

/// <summary>What Postfix and Exim say of wrong recipients, of names that are not full ones and of whom they don't relay for.</summary>
public sealed class RealServersTests
{
    [Fact]
    public async Task Postfix()
    {
        await using var dovecot = await Dovecot.StartAsync();
        await using var server = await Mail.Postfix.StartAsync(
            dovecot,
            """
            smtpd_helo_required = yes
            smtpd_recipient_restrictions = reject_non_fqdn_helo_hostname,
              check_recipient_access inline:{ {nobody@example.com = 550 5.1.1 no such mailbox},
                {outside@example.com = 554 5.7.1 relay denied} }
            smtpd_relay_restrictions = permit_mynetworks, reject
            smtpd_delay_reject = yes
            """);

        await JudgeAsync(server.Port, introduction: "504 5.5.2", recipient: "550 5.1.1", policy: "554 5.7.1");
    }

    [Fact]
    public async Task Exim()
    {
        await using var server = await Mail.Exim.StartAsync(
            """
              deny local_parts = nobody
                   message = 5.1.1 no such mailbox
              deny local_parts = outside
                   message = 5.7.1 relay denied
              deny condition = ${if match{$sender_helo_name}{[.]}{no}{yes}}
                   message = 5.5.2 give a full name
            """);

        await JudgeAsync(server.Port, introduction: "550 5.5.2", recipient: "550 5.1.1", policy: "550 5.7.1");

        Assert.Contains(
            "ada@example.com",
            await App.Eventually.Async(() => Task.FromResult(server.Mails), mails => mails.Length > 0),
            StringComparison.Ordinal);
    }

    private static async Task JudgeAsync(int port, string introduction, string recipient, string policy)
    {
        var unnamed = await RefusalAsync(port, "ada@example.com", "container");
        Assert.Equal(($"the mail server refused it with {introduction}", false), (unnamed.Cause, unnamed.Permanent));
        Assert.StartsWith("Set Mail:Smtp:LocalDomain", unnamed.Advice, StringComparison.Ordinal);

        var unknown = await RefusalAsync(port, "nobody@example.com", localDomain: null);
        Assert.Equal(($"the mail server refused it with {recipient}", true), (unknown.Cause, unknown.Permanent));

        var elsewhere = await RefusalAsync(port, "outside@example.com", localDomain: null);
        Assert.Equal(($"the mail server refused it with {policy}", false), (elsewhere.Cause, elsewhere.Permanent));

        await SendAsync(port, "ada@example.com", localDomain: null);
    }

    private static async Task<MailFault> RefusalAsync(int port, string to, string? localDomain) =>
        MailFault.Of(await Assert.ThrowsAsync<SmtpCommandException>(() => SendAsync(port, to, localDomain)));

    private static async Task SendAsync(int port, string to, string? localDomain)
    {
        var settings = new MailSettings
        {
            Smtp = new()
            {
                Host = "127.0.0.1",
                Port = port,
                Security = SmtpSecurity.None,
                LocalDomain = localDomain,
            },
        };
        using var message = await MailSamples.ComposeAsync(MailSamples.Content(), to);
        await using var transport = new SmtpTransport(
            Options.Create(settings), new MailSite("accounts.example.com"), TimeProvider.System, NullLogger<SmtpTransport>.Instance);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(30));
        await transport.SendAsync(message, timeout.Token);
    }
}
