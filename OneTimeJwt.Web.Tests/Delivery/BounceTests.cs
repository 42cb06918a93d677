using System.Globalization;
using Bunit;
using MailKit;
using Microsoft.Extensions.Logging;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Delivery;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.Tests.Admin;
using OneTimeJwt.Web.Tests.Mail;
using OneTimeJwt.Web.Tests.Site;

namespace OneTimeJwt.Web.Tests.Delivery;

/// <summary>Bounces come back through a real IMAP server; the one of the whole round trip through a real mail server too.</summary>
public sealed class BounceTests : IAsyncLifetime
{
    private const MessageFlags Ours = MessageFlags.Seen | MessageFlags.Deleted;

    private Dovecot _dovecot = null!;
    private TestApp? _app;

    public async ValueTask InitializeAsync() => _dovecot = await Dovecot.StartAsync();

    [Fact]
    public async Task A_mail_to_nobody_comes_back_and_the_console_says_that_there_is_no_such_mailbox()
    {
        await using var postfix = await Postfix.StartAsync(_dovecot);
        await StartAsync(new() { ["Mail:Smtp:Port"] = $"{postfix.Port}", ["Mail:Bounces:Imap:Delete"] = "false" });
        var account = await _app!.AddAccountAsync(shape: account =>
            account.Email = account.UserName = $"nobody-{Guid.NewGuid():N}@lost.example");
        using (var visitor = _app!.Open())
            await visitor.AskAsync(account.Email!);

        var trail = await Eventually.Async(
            () => _app.TrailAsync(account.Id),
            lines => lines.Any(line => line.Kind == RecoveryEventKind.MailBounced));
        var (mailed, bounced) = (
            trail.Single(line => line.Kind == RecoveryEventKind.Mailed),
            trail.Single(line => line.Kind == RecoveryEventKind.MailBounced));
        Assert.Equal(("no such mailbox", mailed.MailId, mailed.Nonce), (bounced.Detail, bounced.MailId, bounced.Nonce));

        var admin = await _app.AddAdminAsync(ConsoleRole.Admin);
        using var console = new ConsoleDriver(_app, admin.User);
        var page = console.Open<AccountDetailsPage>($"/admin/accounts/{account.Id}", parameters => parameters.Add(p => p.Id, account.Id));
        page.WaitForAssertion(() =>
            Assert.Equal(
                "Mailed Mail bounced: no such mailbox",
                page.FindAll("ol.trail li p:first-child")
                    .Select(PageRenderer.Words)
                    .Single(words => words.StartsWith("Mailed", StringComparison.Ordinal))));

        // It returns the mail's header alone: its link stays out of that mailbox.
        var returned = Assert.Single(await MailboxAsync());
        Assert.DoesNotContain("token", returned.Text, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(MessageFlags.Seen, returned.Flags);
    }

    [Fact]
    public async Task Reports_of_our_mails_are_recorded_and_removed_and_all_other_mail_stays_as_it_was()
    {
        await StartAsync(interval: "1.00:00:00");
        var mails = new[] { await MailAsync(), await MailAsync(), await MailAsync(), await MailAsync() };
        string[] reports =
        [
            BounceMessageTests.Report("Postfix", "failed", "5.1.1", diagnostic: null, address: Address(mails[0])),
            BounceMessageTests.Report("Exchange", "delayed", "4.4.1", diagnostic: null, address: Address(mails[1]).ToUpperInvariant()),
            BounceMessageTests
                .Report("Gmail", "failed", "5.7.26", diagnostic: null, address: Address(mails[2]))
                .Replace($"To: {Address(mails[2])}", "To: somebody@example.com", StringComparison.Ordinal),
            $"From: <>\nTo: {Address(mails[3])}\nX-Failed-Recipients: ada@example.net\n\n  550 5.2.2 full\n",
            // A mail that the trail forgot long ago: ours all the same.
            BounceMessageTests.Report("Postfix", "failed", "5.1.1", diagnostic: null, address: Address(Guid.CreateVersion7())),
        ];
        string[] foreign =
        [
            "From: ada@example.net\nTo: bounces@example.com\nSubject: Hello\n\nIs anybody there?\n",
            $"From: ada@example.net\nTo: {Address(mails[0])}\nSubject: Away\nAuto-Submitted: auto-replied\n\nBack on Monday.\n",
            BounceMessageTests.Report(
                "Postfix",
                "failed",
                "5.1.1",
                diagnostic: null,
                address: $"bounces+{mails[0]:N}{new string('0', 16)}@example.com"),
            BounceMessageTests.Report(
                "Postfix",
                "failed",
                "5.1.1",
                diagnostic: null,
                address: Address(mails[0]).Replace("example.com", "example.com.example.org", StringComparison.Ordinal)),
            BounceMessageTests.Report("Postfix", "failed", "5.1.1", diagnostic: null, address: $"bounces+{mails[0]:N}@example.com"),
            BounceMessageTests.Report("Postfix", "failed", "5.1.1", diagnostic: null, address: Address(mails[0]))
                + new string('x', 1_100_000),
            "",
            "\u0001\u00ff: :\n\n\u0000",
        ];
        foreach (var mail in foreign[..4].Concat(reports).Concat(foreign[4..]))
            await DropAsync(mail);

        await ReadAsync();

        Assert.Equal(
            [
                (mails[0], RecoveryEventKind.MailBounced, "no such mailbox"),
                (mails[1], RecoveryEventKind.MailDeferred, "the recipient's mail server can't be reached"),
                (mails[2], RecoveryEventKind.MailBounced, "the sender's domain fails SPF, DKIM or DMARC"),
                (mails[3], RecoveryEventKind.MailBounced, "mailbox full"),
            ],
            (await ReportsAsync()).OrderBy(line => line.MailId).Select(line => (line.MailId!.Value, line.Kind, line.Detail!)));
        var left = await MailboxAsync();
        Assert.Equal(foreign.Length, left.Count);
        Assert.All(left, mail => Assert.Equal(MessageFlags.None, mail.Flags));
    }

    [Fact]
    public async Task A_bounce_that_two_nodes_read_is_one_line()
    {
        await StartAsync(new() { ["Mail:Bounces:Imap:Delete"] = "false" }, interval: "1.00:00:00");
        var mail = await MailAsync();
        foreach (var form in new[] { "Postfix", "Exim" })
            await _dovecot.AppendAsync(
                BounceMessageTests.Report(form, "failed", "5.1.1", diagnostic: null, address: Address(mail)).ReplaceLineEndings("\r\n"));
        await using var other = await TestApp.StartAsync(beside: _app);

        await Task.WhenAll(ReadAsync(), ReadAsync(other), ReadAsync(other));

        Assert.Single(await ReportsAsync());
    }

    [Fact]
    public async Task An_address_that_an_older_secret_signed_still_counts_and_one_of_a_retired_secret_does_not()
    {
        var (old, fresh) = (RandomSecret(), RandomSecret());
        await StartAsync(new() { ["Tokens:Secrets:0:Id"] = "old", ["Tokens:Secrets:0:Value"] = old }, interval: "1.00:00:00");
        var (mail, rotation) = (
            Guid.CreateVersion7(),
            new Dictionary<string, string?> { ["Tokens:Secrets:0:Id"] = "fresh", ["Tokens:Secrets:0:Value"] = fresh });
        await using var retired = await TestApp.StartAsync(rotation, beside: _app);
        await using var rotated = await TestApp.StartAsync(
            new(rotation) { ["Tokens:Secrets:1:Id"] = "old", ["Tokens:Secrets:1:Value"] = old },
            beside: _app);

        Assert.Equal(mail, rotated.Services.GetRequiredService<BounceAddress>().Find($"<{Address(mail)}>"));
        Assert.Null(retired.Services.GetRequiredService<BounceAddress>().Find(Address(mail)));
        Assert.Equal(
            retired.Services.GetRequiredService<BounceAddress>().Of(mail),
            rotated.Services.GetRequiredService<BounceAddress>().Of(mail));
    }

    [Fact]
    public async Task A_mailbox_that_is_away_is_told_in_plain_words_and_read_when_it_is_back()
    {
        await StartAsync();
        await _dovecot.StopAsync();
        // A round that was under way is told otherwise.
        const string Told =
            "The mailbox for bounces was not read: the server can't be reached: check Mail:Bounces:Imap:Host and Mail:Bounces:Imap:Port.";
        Assert.Contains(
            Told,
            await Eventually.Async(() => Task.FromResult(_app!.Log.All), log => log.Contains(Told, StringComparison.Ordinal)),
            StringComparison.Ordinal);
        using (var visitor = _app!.Open())
            Assert.DoesNotContain("bounce", (await visitor.GetAsync("/health/ready")).Body, StringComparison.OrdinalIgnoreCase);
        await _dovecot.StartAgainAsync();

        var mail = await MailAsync();
        await _dovecot.AppendAsync(
            BounceMessageTests.Report("Postfix", "failed", "5.2.2", diagnostic: null, address: Address(mail)).ReplaceLineEndings("\r\n"));

        Assert.Equal("mailbox full", Assert.Single(await Eventually.Async(ReportsAsync, lines => lines.Count > 0)).Detail);
    }

    [Fact]
    public async Task A_report_whose_reading_brings_a_fault_of_the_app_keeps_no_other_from_being_read()
    {
        await StartAsync(interval: "1.00:00:00");
        await HostWrites.SqlAsync(
            _app!,
            "CREATE TRIGGER refuse BEFORE INSERT ON RecoveryTrail "
                + "WHEN NEW.Detail = 'no such mailbox' BEGIN SELECT RAISE(ABORT, 'no'); END");
        foreach (var status in new[] { "5.1.1", "5.2.2" })
            await _dovecot.AppendAsync(
                BounceMessageTests
                    .Report("Postfix", "failed", status, diagnostic: null, address: Address(await MailAsync()))
                    .ReplaceLineEndings("\r\n"));
        var services = _app!.Services;
        using var worker = ActivatorUtilities.CreateInstance<BounceWorker>(
            services,
            ActivatorUtilities.CreateInstance<DeliveryReports>(services, new BrokenLogger()));

        Assert.True(await worker.TryReadAsync(Xunit.TestContext.Current.CancellationToken));

        Assert.Equal("mailbox full", Assert.Single(await ReportsAsync()).Detail);
        Assert.Contains(
            _app.Log.Lines,
            line =>
                line.Contains("could not be understood (InvalidOperationException)", StringComparison.Ordinal)
                && line.Contains("   at ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Mail:Bounces:Imap:Password", "wrong", "Mail:Bounces:Imap:Password")]
    [InlineData("Mail:Bounces:Imap:Folder", "No such folder", "Mail:Bounces:Imap:Folder")]
    [InlineData("Mail:Bounces:Imap:Security", "StartTls", "Mail:Bounces:Imap:Security")]
    [InlineData("Mail:Bounces:Imap:Security", "Tls", "Mail:Bounces:Imap:Security")]
    public async Task What_keeps_the_mailbox_closed_is_told_with_the_setting_to_look_at(string key, string value, string named)
    {
        await StartAsync(new() { [key] = value });

        var log = await Eventually.Async(
            () => Task.FromResult(_app!.Log.All),
            log => log.Contains("was not read", StringComparison.Ordinal));

        Assert.Contains(
            named,
            log.Split('\n').First(line => line.Contains("was not read", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        Assert.DoesNotContain(Dovecot.Password, log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_of_what_the_mailbox_holds_reaches_the_log()
    {
        await StartAsync(interval: "1.00:00:00");
        var mail = await MailAsync();
        await _dovecot.AppendAsync(
            BounceMessageTests
                .Report("Postfix", "failed", "5.1.1", "smtp; 550 5.1.1 quoted-words", address: Address(mail))
                .ReplaceLineEndings("\r\n"));
        await _dovecot.AppendAsync("From: ada@example.net\r\nTo: bounces@example.com\r\nSubject: quoted-words\r\n\r\nquoted-words\r\n");

        await ReadAsync();

        Assert.Single(await ReportsAsync());
        Assert.DoesNotContain("quoted-words", _app!.Log.All, StringComparison.Ordinal);
        Assert.DoesNotContain(Dovecot.Password, _app.Log.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_sender_on_the_envelope_names_the_mail_and_the_one_that_people_see_stays()
    {
        await using var smtp = new SmtpDouble { Extensions = { "DSN" } };
        await StartAsync(new() { ["Mail:Smtp:Port"] = smtp.Port.ToString(CultureInfo.InvariantCulture) }, interval: "1.00:00:00");
        var account = await _app!.AddAccountAsync();
        using (var visitor = _app.Open())
            await visitor.AskAsync(account.Email!);

        var mailed = (
            await Eventually.Async(() => _app.TrailAsync(account.Id), lines => lines.Any(line => line.Kind == RecoveryEventKind.Mailed))
        ).Single(line => line.Kind == RecoveryEventKind.Mailed);
        var from = Assert.Single(smtp.Commands, command => command.StartsWith("MAIL", StringComparison.Ordinal));
        Assert.StartsWith($"MAIL FROM:<{Address(mailed.MailId!.Value)}>", from, StringComparison.Ordinal);
        Assert.Contains("RET=HDRS", from, StringComparison.Ordinal);
        Assert.InRange(Address(mailed.MailId.Value).IndexOf('@', StringComparison.Ordinal), 1, 64);
        Assert.Contains("From: Accounts <no-reply@example.com>", smtp.Data.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.DoesNotContain("bounces", smtp.Data, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        if (_dovecot is not null)
            await _dovecot.DisposeAsync();
    }

    private static string RandomSecret() => Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));

    private string Address(Guid mail) => _app!.Services.GetRequiredService<BounceAddress>().Of(mail)!.Address;

    private async Task StartAsync(Dictionary<string, string?>? settings = null, string interval = "00:00:01")
    {
        var all = new Dictionary<string, string?>
        {
            ["Mail:Transport"] = "Smtp",
            ["Mail:From"] = "Accounts <no-reply@example.com>",
            ["Mail:Smtp:Host"] = "127.0.0.1",
            ["Mail:Smtp:Port"] = "9",
            ["Mail:Smtp:Security"] = "None",
            ["Mail:Bounces:Address"] = "bounces@example.com",
            ["Mail:Bounces:Interval"] = interval,
            ["Mail:Bounces:Imap:Host"] = "127.0.0.1",
            ["Mail:Bounces:Imap:Port"] = $"{_dovecot.Port}",
            ["Mail:Bounces:Imap:User"] = Dovecot.User,
            ["Mail:Bounces:Imap:Password"] = Dovecot.Password,
            ["Mail:Bounces:Imap:Security"] = "None",
        };
        foreach (var (key, value) in settings ?? [])
            all[key] = value;
        _app = await TestApp.StartAsync(all);
    }

    // As a mail server delivers it, whatever it is.
    private async Task DropAsync(string mail)
    {
        using (var client = await _dovecot.OpenAsync())
            await client.Inbox.OpenAsync(FolderAccess.ReadOnly, Xunit.TestContext.Current.CancellationToken);

        await File.WriteAllTextAsync(
            Path.Combine(_dovecot.Mails, Dovecot.User, "new", $"{DateTime.UtcNow.Ticks}.test.mx"),
            mail.ReplaceLineEndings("\r\n"),
            Xunit.TestContext.Current.CancellationToken);
    }

    private async Task<Guid> MailAsync()
    {
        var mail = Guid.CreateVersion7();
        await _app!
            .Services.GetRequiredService<GroupCommitWriter>()
            .AppendAsync(
                new RecoveryEvent
                {
                    At = _app.Clock.GetUtcNow(),
                    Kind = RecoveryEventKind.Mailed,
                    AccountId = "somebody",
                    MailId = mail,
                });
        return mail;
    }

    private Task<bool> ReadAsync(TestApp? app = null) =>
        (app ?? _app!)
            .Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>()
            .OfType<BounceWorker>()
            .Single()
            .TryReadAsync(Xunit.TestContext.Current.CancellationToken);

    private async Task<List<RecoveryEvent>> ReportsAsync() =>
        [.. (await _app!.TrailAsync()).Where(line => RecoveryEvent.Reports.Contains(line.Kind))];

    private async Task<List<(string Text, MessageFlags Flags)>> MailboxAsync()
    {
        using var client = await _dovecot.OpenAsync();
        await client.Inbox.OpenAsync(FolderAccess.ReadOnly, Xunit.TestContext.Current.CancellationToken);
        var mails = new List<(string, MessageFlags)>();
        foreach (
            var mail in await client.Inbox.FetchAsync(
                0,
                -1,
                MessageSummaryItems.Flags | MessageSummaryItems.UniqueId,
                Xunit.TestContext.Current.CancellationToken))
        {
            using var stream = await client.Inbox.GetStreamAsync(mail.UniqueId, Xunit.TestContext.Current.CancellationToken);
            using var reader = new StreamReader(stream);
            mails.Add((await reader.ReadToEndAsync(Xunit.TestContext.Current.CancellationToken), mail.Flags!.Value & Ours));
        }

        return mails;
    }

    // What is refused is logged, and here that fails.
    private sealed class BrokenLogger : ILogger<DeliveryReports>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter) => throw new InvalidOperationException("broken");
    }
}
