using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Processes;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>Each mailbox the same: a folder, a real IMAP server, a mail server of the suite's own.</summary>
[Role("operator")]
public sealed class MailboxTests : IAsyncDisposable
{
    private const string Ada = "ada@example.com";
    private const string Subject = "Choose a new password";
    private const string Link = "https://accounts.example.com/reset-password?token=secret";

    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("onetimejwt-mails-").FullName;
    private Dovecot? _dovecot;
    private int _port;

    public static TheoryData<string> Kinds => ["folder", "imap", "smtp"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_mail_reaches_who_waits_for_it_whole_and_once(string kind)
    {
        await using var mailbox = await OpenAsync(kind, Long);
        var (first, second) = (mailbox.NextAsync(Ada, Subject), mailbox.NextAsync(Ada, Subject));
        await DeliverAsync(kind, Ada, "Another matter");
        await DeliverAsync(kind, "grace@example.com");
        Assert.False(first.IsCompleted || second.IsCompleted);

        await DeliverAsync(kind, Ada, link: Link + "1");
        var mail = await await Task.WhenAny(first, second);
        Assert.Equal(Link + "1", mail.Link);
        Assert.Contains("..two dots, ein Gruß, تحية\n", mail.Text.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.False(first.IsCompleted && second.IsCompleted);

        await DeliverAsync(kind, Ada, link: Link + "2");
        Assert.Equal(
            [Link + "1", Link + "2"],
            (await Task.WhenAll(first, second)).Select(taken => taken.Link).Order(StringComparer.Ordinal));
        Assert.Equal((3, 1, 0), (mailbox.CountFor(Ada), mailbox.CountFor("grace@example.com"), mailbox.CountFor("nobody@example.com")));
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("imap")]
    public async Task What_lay_there_before_is_left_alone(string kind)
    {
        await (await OpenAsync(kind, Short)).DisposeAsync();
        await DeliverAsync(kind, Ada);

        await using var mailbox = await OpenAsync(kind, Short);
        await Assert.ThrowsAsync<TimeoutException>(() => mailbox.NextAsync(Ada, Subject));
        Assert.Equal(0, mailbox.CountFor(Ada));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_mail_that_does_not_come_is_missed_with_a_list_of_those_that_did_and_nothing_of_what_is_in_them(string kind)
    {
        await using var mailbox = await OpenAsync(kind, Short);
        Assert.Contains(
            "Nothing arrived at all",
            (await Assert.ThrowsAsync<TimeoutException>(() => mailbox.NextAsync(Ada, Subject))).Message,
            StringComparison.Ordinal);
        await DeliverAsync(kind, Ada);
        await DeliverAsync(kind, "grace@example.com", "Another matter");
        await mailbox.NextAsync(Ada, Subject);
        await mailbox.NextAsync("grace@example.com", "Another matter");

        var fault = (await Assert.ThrowsAsync<TimeoutException>(() => mailbox.NextAsync(Ada, "You are invited"))).Message;
        Assert.Contains("No mail 'You are invited' to ada@example.com within 1 s in the ", fault, StringComparison.Ordinal);
        Assert.Contains(
            "What arrived: 'Choose a new password' to ada@example.com (handed out); 'Another matter' to grace@example.com (handed out).",
            fault,
            StringComparison.Ordinal);
        Assert.DoesNotContain("token", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("://", fault, StringComparison.Ordinal);
        Assert.DoesNotContain(Dovecot.Password, fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_IMAP_server_that_goes_away_and_comes_back_loses_no_mail_and_finds_all_unread()
    {
        await using var mailbox = await OpenAsync("imap", Long);
        await DeliverAsync("imap", Ada);
        await mailbox.NextAsync(Ada, Subject);
        await _dovecot!.StopAsync();
        var next = mailbox.NextAsync(Ada, "Another matter");
        await _dovecot.StartAgainAsync();
        await DeliverAsync("imap", Ada, "Another matter");

        await next;
        using var reader = await _dovecot!.OpenAsync();
        await reader.Inbox.OpenAsync(FolderAccess.ReadOnly, TestContext.Current.CancellationToken);
        Assert.Equal(
            [MessageFlags.None, MessageFlags.None],
            (await reader.Inbox.FetchAsync(0, -1, MessageSummaryItems.Flags, TestContext.Current.CancellationToken)).Select(mail =>
                mail.Flags!.Value & ~MessageFlags.Recent));
    }

    [Theory]
    [Trait("Category", "long")]
    [MemberData(nameof(Kinds))]
    public async Task A_site_that_somebody_else_started_is_driven_with_it(string kind)
    {
        if (kind == "imap")
            _dovecot = await Dovecot.StartAsync();
        await using var relay = new SmtpDouble { Taken = data => _dovecot!.AppendAsync(data) };
        var port = kind == "smtp" ? LocalPort.Free() : relay.Port;
        await using var app = await RunningApp.StartAsync(
            kind == "folder" ? new() { ["Mail__Inbox__Directory"] = _folder } : RunningApp.MailingTo(port));

        var settings = new Dictionary<string, string?>
        {
            ["E2E_BASE_URL"] = app.Address.ToString(),
            ["E2E_MAILBOX"] = kind,
            ["E2E_INBOX_DIRECTORY"] = _folder,
            ["E2E_IMAP_URL"] = _dovecot?.Url,
            ["E2E_SMTP_PORT"] = $"{port}",
        };
        await using var site = await Site.OpenDeployedAsync(settings.GetValueOrDefault);
        var account = await site!.Accounts.TakeAsync(AccountKind.Ordinary);
        var link = await site.MailLinkAsync(account);

        using var visitor = new Visitor(site.Address);
        var answer = await (await ResetForm.FillInAsync(visitor, ResetForm.Token(link), account.NewPassword()))();
        Assert.Equal("/reset-password/done", answer.Location);
        await site.Inbox.NextAsync(account.Email, InboxFolder.NoticeSubject);
    }

    [Theory]
    [InlineData("https://staging.example.com", "post", null, null, null, "E2E_MAILBOX is 'post': write folder, imap or smtp.")]
    [InlineData(
        null,
        "imap",
        null,
        null,
        null,
        "E2E_MAILBOX is set and E2E_BASE_URL is not: an app that the suite starts has an inbox of its own. Set both or neither.")]
    [InlineData(
        "staging.example.com",
        "imap",
        null,
        null,
        null,
        "E2E_BASE_URL is 'staging.example.com': write the scheme and the host of the site, for example https://staging.example.com.")]
    [InlineData(
        "https://staging.example.com",
        "folder",
        null,
        null,
        null,
        "E2E_INBOX_DIRECTORY is missing: write the folder that the site writes its mails to (its Mail:Inbox:Directory).")]
    [InlineData(
        "https://staging.example.com",
        "folder",
        "/no/such/folder",
        null,
        null,
        "E2E_INBOX_DIRECTORY is '/no/such/folder', and there is no such folder here: write the one that the site writes its mails to "
            + "(its Mail:Inbox:Directory).")]
    [InlineData(
        "https://staging.example.com",
        "imap",
        null,
        null,
        null,
        "E2E_IMAP_URL is missing: write imaps://user:password@host:port (or imap://), with %40 for an @ in user or password.")]
    [InlineData(
        "https://staging.example.com",
        "imap",
        null,
        "imaps://qa:secret:secret@mail.example.com",
        null,
        "E2E_IMAP_URL is no address of a mailbox: write imaps://user:password@host:port (or imap://), with %40 for an @ in user or "
            + "password.")]
    [InlineData(
        "https://staging.example.com",
        "imap",
        null,
        "https://qa:secret@mail.example.com",
        null,
        "E2E_IMAP_URL is no address of a mailbox: write imaps://user:password@host:port (or imap://), with %40 for an @ in user or "
            + "password.")]
    [InlineData(
        "https://staging.example.com",
        "smtp",
        null,
        null,
        null,
        "E2E_SMTP_PORT is missing: write the port from 1 to 65535 that the site delivers to (its Mail:Smtp:Port, with "
            + "Mail:Smtp:Security None).")]
    [InlineData(
        "https://staging.example.com",
        "smtp",
        null,
        null,
        "65536",
        "E2E_SMTP_PORT is '65536': write the port from 1 to 65535 that the site delivers to (its Mail:Smtp:Port, with "
            + "Mail:Smtp:Security None).")]
    public async Task A_wrong_setting_is_refused_with_a_line_that_names_it_and_the_mend(
        string? site,
        string mailbox,
        string? folder,
        string? imap,
        string? smtp,
        string line)
    {
        var settings = new Dictionary<string, string?>
        {
            ["E2E_BASE_URL"] = site,
            ["E2E_MAILBOX"] = mailbox,
            ["E2E_INBOX_DIRECTORY"] = folder,
            ["E2E_IMAP_URL"] = imap,
            ["E2E_SMTP_PORT"] = smtp,
        };

        Assert.Equal(
            line,
            (await Assert.ThrowsAsync<InvalidOperationException>(() => Site.OpenDeployedAsync(settings.GetValueOrDefault))).Message);
    }

    [Fact]
    public async Task A_mailbox_that_lets_nobody_in_is_refused_at_once_and_its_password_is_not_told()
    {
        _dovecot = await Dovecot.StartAsync();
        await using var other = new SmtpDouble();

        Assert.Equal(
            $"E2E_IMAP_URL does not open the mailbox of qa@example.com at 127.0.0.1:{_dovecot.Port}: look at user and password.",
            await RefusedAsync("imap", _dovecot.Url.Replace("p%40ss", "secret", StringComparison.Ordinal)));
        Assert.Matches(
            $"^E2E_IMAP_URL leads to qa at 127.0.0.1:{other.Port}, which is no mailbox that answers .*: look at host and port.$",
            await RefusedAsync("imap", $"imap://qa:secret@127.0.0.1:{other.Port}"));
        Assert.Matches(
            "^E2E_IMAP_URL leads to qa at 127.0.0.1:[0-9]+, which is no mailbox that answers .*: look at host and port.$",
            await RefusedAsync("imap", $"imaps://qa:secret@127.0.0.1:{LocalPort.Free()}"));
        Assert.Matches(
            $"^E2E_SMTP_PORT is {other.Port}, which can't be opened here .*: write a free one, above 1024 unless you are root.$",
            await RefusedAsync("smtp", $"{other.Port}"));
    }

    public async ValueTask DisposeAsync()
    {
        if (_dovecot is not null)
            await _dovecot.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<IMailbox> OpenAsync(string kind, TimeSpan timeout)
    {
        if (kind == "imap")
            _dovecot ??= await Dovecot.StartAsync();
        return kind switch
        {
            "folder" => new InboxFolder(_folder, timeout),
            "imap" => await ImapMailbox.OpenAsync(ImapAccount.Parse(_dovecot!.Url)!, timeout),
            _ => Listen(timeout),
        };
    }

    private SmtpCatcher Listen(TimeSpan timeout)
    {
        var catcher = new SmtpCatcher(port: 0, timeout);
        _port = catcher.Port;
        return catcher;
    }

    private async Task DeliverAsync(string kind, string address, string subject = Subject, string link = Link)
    {
        using var message = new MimeMessage(
            [new MailboxAddress("Accounts", "no-reply@example.com")],
            [new MailboxAddress("", address)],
            subject,
            new BodyBuilder
            {
                TextBody = $"Hello,\n\n{link}\n\n..two dots, ein Gruß, تحية\n.\n",
                HtmlBody = $"<p><a href=\"{link}\">Choose</a></p>",
            }.ToMessageBody());
        await (
            kind switch
            {
                "folder" => WriteAsync(message),
                "imap" => _dovecot!.AppendAsync(message),
                _ => SendAsync(message),
            });
    }

    private static async Task<string> RefusedAsync(string kind, string value)
    {
        var message = (
            await Assert.ThrowsAsync<InvalidOperationException>(() => Mailboxes.OpenAsync(name => name == "E2E_MAILBOX" ? kind : value))
        ).Message;
        Assert.DoesNotContain("secret", message, StringComparison.Ordinal);
        return message;
    }

    private async Task WriteAsync(MimeMessage message)
    {
        var file = Path.Combine(_folder, $"{Directory.GetFiles(_folder).Length:00000}");
        await message.WriteToAsync(file + ".tmp");
        File.Move(file + ".tmp", file + ".eml");
    }

    private async Task SendAsync(MimeMessage message)
    {
        using var client = new SmtpClient();
        await client.ConnectAsync("127.0.0.1", _port, SecureSocketOptions.None);
        await client.SendAsync(message);
        await client.DisconnectAsync(quit: true);
    }
}
