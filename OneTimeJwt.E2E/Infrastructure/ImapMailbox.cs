using System.Globalization;
using System.Net.Sockets;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Security;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>
/// The inbox of an IMAP account (RFC 9051), opened so that nothing in it changes. The server tells of new mail (IDLE,
/// RFC 2177) or is asked each second; a connection that ends is made again.
/// </summary>
internal sealed class ImapMailbox : IMailbox
{
    // RFC 2177: again before half an hour is over; many a network forgets a connection earlier.
    private static readonly TimeSpan IdleAtMost = TimeSpan.FromMinutes(9);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _end = new();
    private readonly ImapAccount _account;
    private readonly Arrivals _arrivals;
    private Task _watch = Task.CompletedTask;
    private uint _validity;
    private UniqueId _next;

    private ImapMailbox(ImapAccount account, TimeSpan timeout)
    {
        _account = account;
        _arrivals = new Arrivals($"the mailbox of {account}", timeout);
    }

    /// <summary>Signs in, so that a wrong setting shows here and not at the first mail.</summary>
    public static async Task<ImapMailbox> OpenAsync(ImapAccount account, TimeSpan? timeout = null)
    {
        var mailbox = new ImapMailbox(account, timeout ?? Arrivals.Timeout);
        mailbox._watch = mailbox.WatchAsync(await mailbox.ConnectAsync());
        return mailbox;
    }

    public Task<ReceivedMail> NextAsync(string address, string subject) => _arrivals.NextAsync(address, subject);

    public int CountFor(string address) => _arrivals.CountFor(address);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _watch;
        _end.Dispose();
    }

    private async Task<ImapClient> ConnectAsync()
    {
        var client = new ImapClient();
        try
        {
            await client.ConnectAsync(_account.Host, _account.Port, _account.Security, _end.Token);
            await client.AuthenticateAsync(_account.Credential, _end.Token);
            await client.Inbox.OpenAsync(FolderAccess.ReadOnly, _end.Token);
            // Mails that arrived while there was no connection count, unless the server numbers anew.
            if (_validity != client.Inbox.UidValidity)
                (_validity, _next) = (client.Inbox.UidValidity, client.Inbox.UidNext ?? UniqueId.MinValue);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private async Task WatchAsync(ImapClient? client)
    {
        try
        {
            while (true)
            {
                try
                {
                    client ??= await ConnectAsync();
                    _arrivals.Trouble = null;
                    await FollowAsync(client);
                }
                catch (Exception fault)
                    when (fault
                            is IOException
                                or SocketException
                                or ProtocolException
                                or CommandException
                                or AuthenticationException
                                or ServiceNotConnectedException)
                {
                    _arrivals.Trouble = fault.Message;
                }

                client?.Dispose();
                client = null;
                await Task.Delay(BetweenTries, _end.Token);
            }
        }
        catch (OperationCanceledException)
        {
            client?.Dispose();
        }
    }

    private async Task FollowAsync(ImapClient client)
    {
        while (true)
        {
            var count = client.Inbox.Count;
            await ReadAsync(client.Inbox);
            if (client.Inbox.Count == count)
                await WaitAsync(client);
        }
    }

    private async Task ReadAsync(IMailFolder inbox)
    {
        // A range up to the last one always has the last one in it, however old.
        var fresh = (await inbox.FetchAsync(new UniqueIdRange(_next, UniqueId.MaxValue), MessageSummaryItems.UniqueId, _end.Token))
            .Select(summary => summary.UniqueId).Where(id => id >= _next).Order().ToList();
        foreach (var id in fresh)
        {
            _arrivals.Add(await inbox.GetMessageAsync(id, _end.Token));
            _next = new UniqueId(id.Id + 1);
        }
    }

    private async Task WaitAsync(ImapClient client)
    {
        if (!client.Capabilities.HasFlag(ImapCapabilities.Idle))
        {
            await Task.Delay(BetweenTries, _end.Token);
            await client.NoOpAsync(_end.Token);
            return;
        }

        using var news = new CancellationTokenSource(IdleAtMost);
        void Stop(object? sender, EventArgs change) => news.Cancel();
        client.Inbox.CountChanged += Stop;
        try
        {
            await client.IdleAsync(news.Token, _end.Token);
        }
        finally
        {
            client.Inbox.CountChanged -= Stop;
        }
    }
}

/// <summary>Where a mailbox is and how to get in.</summary>
internal sealed record ImapAccount(string Host, int Port, SecureSocketOptions Security, NetworkCredential Credential)
{
    private const int ClearPort = 143;
    private const int SecurePort = 993;

    /// <summary>Reads <c>imap://user:password@host:port</c> or <c>imaps://…</c>; null for anything else.</summary>
    public static ImapAccount? Parse(string? text)
    {
        if (
            !Uri.TryCreate(text, UriKind.Absolute, out var url)
            || url.Host.Length == 0
            || url.AbsolutePath.Length > 1
            || url.Query.Length > 0)
            return null;
        if (url.UserInfo.Split(':') is not [{ Length: > 0 } user, { Length: > 0 } password] || url.Scheme is not ("imap" or "imaps"))
            return null;

        var (port, security) =
            url.Scheme == "imaps"
                ? (SecurePort, SecureSocketOptions.SslOnConnect)
                : (ClearPort, SecureSocketOptions.StartTlsWhenAvailable);
        return new ImapAccount(
            url.IdnHost,
            url.Port > 0 ? url.Port : port,
            security,
            new NetworkCredential(Uri.UnescapeDataString(user), Uri.UnescapeDataString(password)));
    }

    /// <summary>Never the password.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Credential.UserName} at {Host}:{Port}");
}
