using System.Collections.Concurrent;
using System.Diagnostics;
using MimeKit;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>A folder that the app writes its mails to, one .eml file each.</summary>
public sealed class InboxFolder
{
    public const string ResetSubject = "Choose a new password";
    public const string NoticeSubject = "Your password was changed";
    public const string InvitationSubject = "You are invited";
    public const string ConfirmSubject = "Confirm your address";
    public const string ChangeSubject = "Confirm your new address";
    public const string AddressNoticeSubject = "Your address was changed";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<string, MimeMessage> _read = [];
    private readonly ConcurrentDictionary<string, bool> _taken;
    private readonly string _folder;

    public InboxFolder(string folder)
    {
        _folder = folder;
        _taken = new(Files().Select(file => KeyValuePair.Create(file, true)));
    }

    /// <summary>Waits for the next mail; every mail is handed out once.</summary>
    public async Task<ReceivedMail> NextAsync(string address, string subject)
    {
        var since = Stopwatch.StartNew();
        while (since.Elapsed < Patience)
        {
            var file = Files().Order(StringComparer.Ordinal).FirstOrDefault(file => !_taken.ContainsKey(file) && IsFor(file, address) && Read(file).Subject == subject);
            if (file is not null && _taken.TryAdd(file, true))
                return new ReceivedMail(Read(file));
            await Task.Delay(50);
        }

        throw new TimeoutException($"No mail '{subject}' to {address} within {Patience.TotalSeconds} s. Is the account's budget (RateLimits:PerAccount) used up?");
    }

    /// <summary>How many mails an address has got since the suite started, whoever took them.</summary>
    public int CountFor(string address) => Files().Count(file => IsFor(file, address));

    /// <summary>To whom each mail is that has arrived.</summary>
    public IEnumerable<string> Recipients() => Files().SelectMany(file => Read(file).To.Mailboxes).Select(to => to.Address);

    private IEnumerable<string> Files() => Directory.Exists(_folder) ? Directory.EnumerateFiles(_folder, "*.eml") : [];

    private bool IsFor(string file, string address) => Read(file).To.Mailboxes.Any(to => to.Address == address);

    private MimeMessage Read(string file) => _read.GetOrAdd(file, name => MimeMessage.Load(name));
}
