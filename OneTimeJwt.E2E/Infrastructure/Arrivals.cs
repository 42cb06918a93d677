using System.Diagnostics;
using MimeKit;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>The mails that have come to a mailbox, each handed out once to its waiter.</summary>
/// <param name="place">What to call the mailbox in a message; never its password.</param>
/// <param name="timeout">How long to wait for a mail.</param>
/// <param name="look">Looks for mails where nobody tells of them: asked again and again while somebody waits.</param>
internal sealed class Arrivals(string place, TimeSpan timeout, Action? look = null)
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private const int MostTold = 20;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private readonly List<MimeMessage> _all = [];
    private readonly HashSet<MimeMessage> _taken = [];
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What is wrong with the mailbox at the moment.</summary>
    public string? Trouble { get; set; }

    public void Add(MimeMessage message)
    {
        lock (_lock)
        {
            _all.Add(message);
            _more.TrySetResult();
            _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public async Task<ReceivedMail> NextAsync(string address, string subject)
    {
        for (var since = Stopwatch.StartNew(); ;)
        {
            look?.Invoke();
            if (Take(address, subject, out var more) is { } mail)
                return mail;

            var rest = timeout - since.Elapsed;
            if (rest <= TimeSpan.Zero)
                throw new TimeoutException(Missing(address, subject));
            await Task.WhenAny(more.WaitAsync(look is null || rest < BetweenLooks ? rest : BetweenLooks));
        }
    }

    /// <summary>To whom each mail is that has arrived.</summary>
    public IReadOnlyList<string> Recipients()
    {
        look?.Invoke();
        lock (_lock)
            return [.. _all.SelectMany(Recipients)];
    }

    public int CountFor(string address) => Recipients().Count(recipient => recipient == address);

    private static IEnumerable<string> Recipients(MimeMessage message) => message.To.Mailboxes.Select(to => to.Address);

    // Subjects end with the site: "Choose a new password (accounts.example.com)".
    private static bool IsAbout(MimeMessage message, string subject) =>
        message.Subject == subject || message.Subject?.StartsWith($"{subject} (", StringComparison.Ordinal) == true;

    private ReceivedMail? Take(string address, string subject, out Task more)
    {
        lock (_lock)
        {
            more = _more.Task;
            var found = _all.Find(message =>
                !_taken.Contains(message) && IsAbout(message, subject) && Recipients(message).Contains(address));
            if (found is null || !_taken.Add(found))
                return null;
            var mail = new ReceivedMail(found);
            KeptArtifacts.Note(TestContext.Current.Test, "mail.txt", mail.Letter);
            return mail;
        }
    }

    // Never a body or a link: this goes into reports.
    private string Missing(string address, string subject)
    {
        lock (_lock)
        {
            var told = _all.TakeLast(MostTold)
                .Select(message =>
                    $"'{message.Subject}' to {string.Join(", ", Recipients(message))}{(_taken.Contains(message) ? " (handed out)" : "")}");
            var arrived = _all.Count switch
            {
                0 => "Nothing arrived at all.",
                <= MostTold => $"What arrived: {string.Join("; ", told)}.",
                _ => $"{_all.Count} mails arrived, at last: {string.Join("; ", told)}.",
            };
            return $"No mail '{subject}' to {address} within {timeout.TotalSeconds} s in {place}. "
                + $"{arrived}{(Trouble is null ? "" : $" The mailbox is in trouble: {Trouble}")}"
                + " Is the address's budget (RateLimits:PerAccount) used up?";
        }
    }
}
