using Microsoft.Extensions.Options;
using MimeKit;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Mail;

public sealed class InboxTests : IDisposable
{
    private readonly TestHostEnvironment _place = new();
    private readonly Clock _clock = new();

    private string Folder => Path.Combine(_place.ContentRootPath, "mails");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_becomes_one_eml_file_and_nothing_else()
    {
        using var message = await MailSamples.ComposeAsync(MailSamples.Content());
        await Open().SendAsync(message, Cancellation);

        var file = Assert.Single(Directory.GetFileSystemEntries(Folder));
        Assert.EndsWith(".eml", file, StringComparison.Ordinal);
        using var mail = await MimeMessage.LoadAsync(file, Cancellation);
        Assert.Contains(MailSamples.Link, mail.TextBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_a_message_never_has_the_name_of_a_whole_one()
    {
        using var message = await MailSamples.ComposeAsync(MailSamples.Content());
        using var attachment = new MimePart("application", "octet-stream") { Content = new MimeContent(new Breaking()) };
        message.Body = new Multipart("mixed") { message.Body!, attachment };

        await Assert.ThrowsAsync<IOException>(() => Open().SendAsync(message, Cancellation));

        Assert.Empty(Directory.GetFiles(Folder, "*.eml"));
    }

    [Fact]
    public async Task The_latest_mails_come_first_and_no_more_than_asked_for()
    {
        var inbox = Open();
        foreach (var subject in new[] { "first", "second", "third" })
        {
            using var message = await MailSamples.ComposeAsync(MailSamples.Content() with { Subject = subject });
            await inbox.SendAsync(message, Cancellation);
            _clock.Now += TimeSpan.FromTicks(1);
        }

        Assert.Equal(["third", "second"], (await inbox.LatestAsync(2, Cancellation)).Select(mail => mail.Message.Subject!.Split(' ')[0]));
    }

    [Fact]
    public async Task A_mail_is_found_by_its_name_and_nothing_outside_the_folder_is()
    {
        var inbox = Open();
        using var message = await MailSamples.ComposeAsync(MailSamples.Content());
        await inbox.SendAsync(message, Cancellation);
        await File.WriteAllTextAsync(Path.Combine(_place.ContentRootPath, "secret.eml"), "", Cancellation);
        var mail = Assert.Single(await inbox.LatestAsync(10, Cancellation));

        Assert.Equal(mail.Id, Path.GetFileNameWithoutExtension(inbox.Find(mail.Id)));
        Assert.Null(inbox.Find("../secret"));
        Assert.Null(inbox.Find(Path.Combine(_place.ContentRootPath, "secret")));
        Assert.Null(inbox.Find("*"));
        Assert.Null(inbox.Find(""));
    }

    [Theory]
    [InlineData("Production")]
    [InlineData("Staging")]
    [InlineData("Test")]
    public void Outside_Development_it_refuses_to_exist_and_makes_no_folder(string environment)
    {
        _place.EnvironmentName = environment;

        Assert.Throws<InvalidOperationException>(Open);
        Assert.False(Directory.Exists(Folder));
    }

    public void Dispose() => _place.Dispose();

    private Inbox Open() => new(Options.Create(new MailSettings { Inbox = new() { Directory = "mails" } }), _place, _clock);

    private sealed class Breaking : MemoryStream
    {
        public Breaking()
            : base(new byte[1])
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new IOException("The disk is full.");

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new IOException("The disk is full.");

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            throw new IOException("The disk is full.");
    }
}
