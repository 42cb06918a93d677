using MimeKit;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>A folder that the app writes its mails to, one .eml file each.</summary>
public sealed class InboxFolder : IMailbox
{
    public const string ResetSubject = "Choose a new password";
    public const string NoticeSubject = "Your password was changed";
    public const string InvitationSubject = "You are invited";
    public const string ConfirmSubject = "Confirm your address";
    public const string ChangeSubject = "Confirm your new address";
    public const string CodeSubject = "Your one-time code";
    public const string AddressNoticeSubject = "Your address was changed";

    private readonly Lock _lock = new();
    private readonly HashSet<string> _seen;
    private readonly string _folder;
    private readonly Arrivals _arrivals;

    public InboxFolder(string folder, TimeSpan? timeout = null)
    {
        _folder = folder;
        _seen = [.. Files()];
        _arrivals = new Arrivals($"the folder {folder}", timeout ?? Arrivals.Timeout, Look);
    }

    public Task<ReceivedMail> NextAsync(string address, string subject) => _arrivals.NextAsync(address, subject);

    public int CountFor(string address) => _arrivals.CountFor(address);

    /// <summary>To whom each mail is that has arrived.</summary>
    public IReadOnlyList<string> Recipients() => _arrivals.Recipients();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private IEnumerable<string> Files() => Directory.Exists(_folder) ? Directory.EnumerateFiles(_folder, "*.eml") : [];

    private void Look()
    {
        lock (_lock)
        {
            foreach (var file in Files().Order(StringComparer.Ordinal).Where(_seen.Add))
                _arrivals.Add(MimeMessage.Load(file));
        }
    }
}
