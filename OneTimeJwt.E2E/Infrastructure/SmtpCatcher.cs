using System.Net.Sockets;
using System.Text;
using MimeKit;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>A mail server that the suite opens, for the site under test to deliver to. It keeps what it gets and
/// passes nothing on.</summary>
internal sealed class SmtpCatcher : IMailbox
{
    private readonly Arrivals _arrivals;
    private readonly SmtpDouble _server;

    /// <param name="port">Where it listens, on every address of this machine; 0 for one that is free.</param>
    /// <param name="timeout">How long to wait for a mail.</param>
    /// <exception cref="SocketException">Somebody listens there already.</exception>
    public SmtpCatcher(int port, TimeSpan? timeout = null)
    {
        _server = new SmtpDouble(TcpListener.Create(port)) { Taken = Keep };
        _arrivals = new Arrivals($"the mail server on port {Port}", timeout ?? Arrivals.Timeout);
    }

    public int Port => _server.Port;

    public Task<ReceivedMail> NextAsync(string address, string subject) => _arrivals.NextAsync(address, subject);

    public int CountFor(string address) => _arrivals.CountFor(address);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    /// <summary>The message that was spoken, byte for byte.</summary>
    public static MimeMessage Read(string data)
    {
        using var bytes = new MemoryStream(Encoding.Latin1.GetBytes(data));
        return MimeMessage.Load(bytes);
    }

    private Task Keep(string data)
    {
        _arrivals.Add(Read(data));
        return Task.CompletedTask;
    }
}
