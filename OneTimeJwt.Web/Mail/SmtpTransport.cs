using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MimeKit;

namespace OneTimeJwt.Web.Mail;

/// <summary>Sends through a mail server over a few connections, which are kept for the next mails.</summary>
internal sealed partial class SmtpTransport : IMailTransport, IAsyncDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan QuitTimeout = TimeSpan.FromSeconds(2);

    // Below common idle timeouts of servers and firewalls.
    private static readonly TimeSpan MaxIdle = TimeSpan.FromSeconds(20);

    private readonly SmtpSettings _smtp;
    private readonly string _localDomain;
    private readonly MailSignIn _signIn;
    private readonly TimeProvider _time;
    private readonly ReversePath? _reversePath;
    private readonly SmtpConnectionLimiter _slots;
    private readonly Lock _lock = new();
    private readonly List<SmtpConnection> _idle = [];
    private readonly ITimer _sweep;

    public SmtpTransport(
        IOptions<MailSettings> settings,
        MailSite site,
        TimeProvider time,
        ILogger<SmtpTransport> logger,
        ReversePath? reversePath = null)
    {
        (_smtp, _time, _reversePath) = (settings.Value.Smtp, time, reversePath);
        // MailKit's own default is this machine's bare name, which some servers refuse.
        _localDomain = _smtp.LocalDomain ?? site.Name;
        _signIn = new MailSignIn(_smtp, time);
        _slots = new SmtpConnectionLimiter(_smtp.Connections);
        _sweep = time.CreateTimer(_ => _ = DisconnectAsync(TakeAll(idleLongerThan: MaxIdle)), state: null, MaxIdle, MaxIdle / 4);
        if (_smtp.Security == SmtpSecurity.None)
            Log.ClearText(logger);
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage(
        "Reliability",
        "CA2000",
        Justification = "Sending keeps the connection or disposes of it.")]
    public async Task SendAsync(MimeMessage message, CancellationToken cancellationToken)
    {
        using var slot = await _slots.TakeAsync(cancellationToken);
        if (Take() is not { } kept || !await TrySendAsync(kept, message, slot, cancellationToken))
            await SendAsync(await ConnectAsync(cancellationToken), message, slot, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _sweep.DisposeAsync();
        await DisconnectAsync(TakeAll(idleLongerThan: TimeSpan.Zero));
        _signIn.Dispose();
        _slots.Dispose();
    }

    // The server may have closed a kept connection. Without an accepted sender it has nothing of the mail, which a fresh connection
    // can't send twice then.
    private async Task<bool> TrySendAsync(
        SmtpConnection kept,
        MimeMessage message,
        SmtpConnectionLimiter.Slot slot,
        CancellationToken cancellationToken)
    {
        try
        {
            await SendAsync(kept, message, slot, cancellationToken);
            return true;
        }
        catch (Exception fault) when (!kept.SenderAccepted && IsBroken(fault))
        {
            return false;
        }
    }

    private static bool IsBroken(Exception fault) =>
        fault
            is IOException
                or SocketException
                or ProtocolException
                or CommandException
                or TimeoutException
                or ServiceNotConnectedException;

    private async Task SendAsync(
        SmtpConnection connection,
        MimeMessage message,
        SmtpConnectionLimiter.Slot slot,
        CancellationToken cancellationToken)
    {
        // MailKit would send UTF-8 to a server that doesn't offer SMTPUTF8.
        if (!connection.Capabilities.HasFlag(SmtpCapabilities.UTF8) && NonAsciiAddressException.IsDueTo(message))
        {
            Keep(connection);
            throw new NonAsciiAddressException();
        }

        try
        {
            await connection.SubmitAsync(message, Sender(message), slot.Wait, cancellationToken);
        }
        catch (Exception fault)
        {
            // After a refused mail the connection can be used on.
            if (fault is SmtpCommandException && connection is { SenderAccepted: true, IsConnected: true })
                Keep(connection);
            else
                connection.Dispose();
            throw;
        }

        Keep(connection);
    }

    private MailboxAddress Sender(MimeMessage message) =>
        (MailIds.Of(message) is { } id ? _reversePath?.Invoke(id) : null) ?? StoredMailbox.InAscii(message.From.Mailboxes.Single());

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Reliability", "CA2000", Justification = "The client disposes of its socket.")]
    private async Task<SmtpConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var connection = new SmtpConnection(_time) { LocalDomain = _localDomain };
        MailTls.Check(connection, _smtp.Revocation);
        try
        {
            var socket = await OpenAsync(cancellationToken);
            await connection.WithTimeoutAsync(
                either => connection.ConnectAsync(socket, _smtp.Host!, _smtp.Port, MailTls.Options(_smtp.Security), either),
                cancellationToken);
            await connection.WithTimeoutAsync(either => _signIn.SignInAsync(connection, either), cancellationToken);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    // A mail ends in a small packet, which Nagle's algorithm holds back until the server's delayed acknowledgement of the
    // one before (RFC 1122, section 4.2.3.4): 40 ms for each mail.
    private async Task<Socket> OpenAsync(CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(ConnectTimeout);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        // Detects a lost peer within a minute, however long an answer may take.
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, optionValue: true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
        try
        {
            await socket.ConnectAsync(_smtp.Host!, _smtp.Port, timeout.Token);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Keep(SmtpConnection connection)
    {
        connection.IdleSince = _time.GetTimestamp();
        lock (_lock)
        {
            if (_idle.Count < _smtp.Connections)
            {
                _idle.Add(connection);
                return;
            }
        }

        _ = DisconnectAsync(connection);
    }

    // The last one used, so that the others become idle.
    private SmtpConnection? Take()
    {
        lock (_lock)
        {
            var connection = _idle.LastOrDefault();
            if (connection is not null)
                _idle.RemoveAt(_idle.Count - 1);
            return connection;
        }
    }

    private List<SmtpConnection> TakeAll(TimeSpan idleLongerThan)
    {
        lock (_lock)
        {
            var old = _idle.Where(connection => _time.GetElapsedTime(connection.IdleSince) >= idleLongerThan).ToList();
            _idle.RemoveAll(old.Contains);
            return old;
        }
    }

    private static Task DisconnectAsync(List<SmtpConnection> connections) => Task.WhenAll(connections.Select(DisconnectAsync));

    // A fault is ignored: accepted mails stay accepted.
    private static async Task DisconnectAsync(SmtpConnection connection)
    {
        using var timeout = new CancellationTokenSource(QuitTimeout);
        try
        {
            await connection.DisconnectAsync(quit: true, timeout.Token);
        }
        catch (Exception fault)
            when (fault is OperationCanceledException or IOException or ProtocolException or CommandException or TimeoutException)
        { }
        finally
        {
            connection.Dispose();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Mail:Smtp:Security is None: links travel to the mail server in clear text.")]
        public static partial void ClearText(ILogger logger);
    }
}
