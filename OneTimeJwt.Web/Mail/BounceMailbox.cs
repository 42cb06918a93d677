using System.Net.Sockets;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Search;
using MailKit.Security;
using MimeKit;

namespace OneTimeJwt.Web.Mail;

/// <summary>
/// Reads the mailbox for bounces (IMAP, RFC 3501). Reports that were understood are deleted or marked as read; all other mail stays
/// as it is.
/// </summary>
internal sealed class BounceMailbox(IOptions<MailSettings> settings, TimeProvider time) : IDisposable
{
    /// <summary>Larger mail is not read.</summary>
    public const int MaxSize = 1_000_000;

    private const int MaxAtOnce = 100;
    private const int MaxInARound = 2_000;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private static readonly FetchRequest Headers = new(
        MessageSummaryItems.UniqueId | MessageSummaryItems.Size, [.. BounceMessage.AddressHeaders, "Content-Type"]);

    private readonly MailSignIn _signIn = new(settings.Value.Bounces.Imap, time);

    // Mails that were read before and left are not read again.
    private uint _validity;
    private uint _seenUpTo;

    private BounceMailboxSettings Imap => settings.Value.Bounces.Imap;

    /// <param name="isCandidate">Whether a mail may be a report, by its headers.</param>
    /// <param name="recordAsync">Records a report; false where it is none.</param>
    /// <param name="cancellationToken">Ends the round.</param>
    /// <returns>How many were recorded.</returns>
    public async Task<int> ReadAsync(
        Func<HeaderList, bool> isCandidate, Func<MimeMessage, Task<bool>> recordAsync, CancellationToken cancellationToken)
    {
        using var client = new ImapClient { Timeout = (int)Timeout.TotalMilliseconds };
        MailTls.Check(client, settings.Value.Smtp.Revocation);
        await client.ConnectAsync(Imap.Host!, Imap.Port, MailTls.Options(Imap.Security), cancellationToken);
        await _signIn.SignInAsync(client, cancellationToken);
        var folder = await client.GetFolderAsync(Imap.Folder, cancellationToken);
        if (await folder.OpenAsync(FolderAccess.ReadWrite, cancellationToken) != FolderAccess.ReadWrite)
            throw new NotSupportedException("The mailbox is read-only.");

        var recorded = 0;
        foreach (var some in (await UnreadAsync(folder, cancellationToken)).Chunk(MaxAtOnce))
        {
            var (understood, seen) = (new List<UniqueId>(), _seenUpTo);
            try
            {
                foreach (var mail in (await folder.FetchAsync(some, Headers, cancellationToken)).OrderBy(mail => mail.UniqueId))
                {
                    if (mail.Size <= MaxSize && mail.Headers is { } headers && isCandidate(headers)
                        && await IsReportAsync(folder, mail.UniqueId, recordAsync, cancellationToken))
                        understood.Add(mail.UniqueId);
                    seen = Math.Max(seen, mail.UniqueId.Id);
                }
            }
            finally
            {
                if (await FinishAsync(folder, understood, cancellationToken))
                    _seenUpTo = seen;
            }

            recorded += understood.Count;
        }

        await client.DisconnectAsync(quit: true, cancellationToken);
        return recorded;
    }

    public void Dispose() => _signIn.Dispose();

    // A range to * always includes a folder's last mail (RFC 3501, section 6.4.8).
    private async Task<IEnumerable<UniqueId>> UnreadAsync(IMailFolder folder, CancellationToken cancellationToken)
    {
        if (folder.UidValidity != _validity)
            (_validity, _seenUpTo) = (folder.UidValidity, 0);
        var later = new UniqueIdRange(_validity, _seenUpTo + 1, uint.MaxValue);
        var unread = SearchQuery.NotSeen.And(SearchQuery.NotDeleted).And(SearchQuery.Uids(later));
        var found = await folder.SearchAsync(unread, cancellationToken);
        return found.Where(id => id.Id > _seenUpTo).Order().Take(MaxInARound);
    }

    // Reading it this way doesn't mark it as read.
    private static async Task<bool> IsReportAsync(
        IMailFolder folder, UniqueId id, Func<MimeMessage, Task<bool>> recordAsync, CancellationToken cancellationToken)
    {
        try
        {
            using var message = await folder.GetMessageAsync(id, cancellationToken);
            return await recordAsync(message);
        }
        catch (Exception fault) when (fault is FormatException or MessageNotFoundException or CommandException)
        {
            return false;
        }
    }

    // False where the connection is gone: reports are read again then, and recorded once.
    private async Task<bool> FinishAsync(IMailFolder folder, List<UniqueId> understood, CancellationToken cancellationToken)
    {
        if (understood.Count == 0 || !folder.IsOpen)
            return understood.Count == 0;

        var flags = Imap.Delete ? MessageFlags.Seen | MessageFlags.Deleted : MessageFlags.Seen;
        await folder.AddFlagsAsync(understood, flags, silent: true, cancellationToken);
        if (Imap.Delete)
            await folder.ExpungeAsync(understood, cancellationToken);
        return true;
    }

    /// <summary>Why the mailbox can't be read, and what to do about it; null for other faults.</summary>
    public static string? Cause(Exception fault) =>
        fault switch
        {
            AuthenticationException =>
                "the server refused the sign-in: check Mail:Bounces:Imap:User and Mail:Bounces:Imap:Password, or Mail:Bounces:Imap:OAuth",
            OAuthRefusedException refused => $"there is no access token for it ({refused.Code}): check Mail:Bounces:Imap:OAuth",
            NoMechanismException none =>
                $"it offers no way to sign in that we have ({none.Offered}): check Mail:Bounces:Imap:OAuth, or take it away",
            SslHandshakeException =>
                "there is no trusted TLS connection: check Mail:Bounces:Imap:Security and :Port, and that Mail:Bounces:Imap:Host is "
                    + "the name in the certificate",
            FolderNotFoundException => "there is no such folder: check Mail:Bounces:Imap:Folder",
            NotSupportedException =>
                "the mailbox is read-only, or the server lacks what the settings ask for: check its rights and Mail:Bounces:Imap:Security",
            SocketException => "the server can't be reached: check Mail:Bounces:Imap:Host and Mail:Bounces:Imap:Port",
            TimeoutException or OperationCanceledException =>
                "the server didn't answer in time: check Mail:Bounces:Imap:Host, :Port and :Security",
            IOException or ProtocolException or CommandException or ServiceNotConnectedException =>
                "the conversation with the server broke off: check Mail:Bounces:Imap:Port and :Security",
            _ => null,
        };
}
