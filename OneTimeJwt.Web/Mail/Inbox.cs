using System.Globalization;
using MimeKit;

namespace OneTimeJwt.Web.Mail;

/// <summary>Development's mailbox: one .eml file for each message (RFC 5322) in a folder.</summary>
public sealed class Inbox : IMailTransport
{
    private readonly string _directory;
    private readonly TimeProvider _time;

    public Inbox(IOptions<MailSettings> settings, IHostEnvironment environment, TimeProvider time)
    {
        if (!environment.IsDevelopment())
            throw new InvalidOperationException("The inbox exists in Development only.");

        _time = time;
        _directory = Path.GetFullPath(settings.Value.Inbox.Directory, environment.ContentRootPath);
    }

    public async Task SendAsync(MimeMessage message, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_directory);
        var stamp = _time.GetUtcNow().ToString("yyyyMMdd-HHmmss-fffffff", CultureInfo.InvariantCulture);
        var file = Path.Combine(_directory, $"{stamp}-{Guid.NewGuid():N}.eml");
        // Written, then renamed, so that nobody reads half a message.
        await message.WriteToAsync(file + ".part", cancellationToken);
        File.Move(file + ".part", file);
    }

    /// <summary>The latest messages, newest first.</summary>
    public async Task<IReadOnlyList<ReceivedMail>> LatestAsync(int max, CancellationToken cancellationToken)
    {
        var mails = new List<ReceivedMail>();
        foreach (var file in Files().OrderDescending(StringComparer.Ordinal).Take(max))
            mails.Add(new ReceivedMail(Path.GetFileNameWithoutExtension(file), await MimeMessage.LoadAsync(file, cancellationToken)));
        return mails;
    }

    /// <summary>The file of one message; null where there is none.</summary>
    public string? Find(string id) =>
        Files().FirstOrDefault(file => Path.GetFileNameWithoutExtension(file) == id);

    private IEnumerable<string> Files() => Directory.Exists(_directory) ? Directory.EnumerateFiles(_directory, "*.eml") : [];
}

/// <summary>A message in the inbox, and its file's name without the extension.</summary>
public sealed record ReceivedMail(string Id, MimeMessage Message);
