using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace OneTimeJwt.Web.Tests.Mail;

/// <summary>A mail server for any number of conversations: it says what it is told to and remembers what it hears.</summary>
internal sealed class SmtpDouble : IAsyncDisposable
{
    private const int MostCharacters = 10_000_000;

    private readonly TcpListener _listener;
    private readonly ConcurrentQueue<string> _commands = [];
    private readonly ConcurrentQueue<string> _mails = [];
    private readonly ConcurrentDictionary<int, Task> _conversations = [];
    private readonly CancellationTokenSource _end = new();
    private readonly Task _door;
    private int _open;
    private int _mostOpen;

    public SmtpDouble()
        : this(new TcpListener(IPAddress.Loopback, 0))
    {
    }

    public SmtpDouble(TcpListener listener)
    {
        _listener = listener;
        _listener.Start(backlog: 256);
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _door = ReceiveAsync();
    }

    public int Port { get; }

    /// <summary>What EHLO is answered with, besides the name. STARTTLS is spoken where there is a certificate.</summary>
    public List<string> Extensions { get; } = ["8BITMIME"];

    /// <summary>Answers that differ from the usual, by the command's first word.</summary>
    public ConcurrentDictionary<string, string> Answers { get; } = [];

    /// <summary>Set to speak TLS: after STARTTLS where that is offered, else from the first byte.</summary>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>After so many mails of one conversation the server has had enough of it.</summary>
    public int MailsPerConversation { get; set; } = int.MaxValue;

    /// <summary>How it then takes its leave when the next mail begins; null hangs up at once.</summary>
    public string? Farewell { get; set; }

    /// <summary>What a conversation begins with, which may take its time; null hangs up.</summary>
    public Func<CancellationToken, Task<string?>> Greet { get; set; } = _ => Task.FromResult<string?>("220 double ESMTP");

    /// <summary>What happens between a mail's last byte and its receipt.</summary>
    public Func<CancellationToken, Task> Ponder { get; set; } = _ => Task.CompletedTask;

    /// <summary>What happens between a mail's arrival and its receipt.</summary>
    public Func<CancellationToken, Task> Receipt { get; set; } = _ => Task.CompletedTask;

    /// <summary>Told of each mail before its sender is.</summary>
    public Func<string, Task> Taken { get; set; } = _ => Task.CompletedTask;

    public IReadOnlyList<string> Commands => [.. _commands];

    /// <summary>The mails that were taken, in their order.</summary>
    public IReadOnlyList<string> Mails => [.. _mails];

    public string Data => _mails.LastOrDefault() ?? "";

    /// <summary>How many conversations there have been, and the most at a time.</summary>
    public int Conversations => _conversations.Count;

    public int MostAtATime => _mostOpen;

    public int Open => _open;

    public async ValueTask DisposeAsync()
    {
        if (_door.IsCompleted)
            return;

        await _end.CancelAsync();
        await _door;
        _listener.Dispose();
        await Task.WhenAll(_conversations.Values);
        _end.Dispose();
    }

    private async Task ReceiveAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_end.Token);
                _conversations[_conversations.Count] = ConverseAsync(client);
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException or OperationCanceledException)
        {
        }
    }

    private async Task ConverseAsync(TcpClient client)
    {
        var open = Interlocked.Increment(ref _open);
        for (var most = _mostOpen; open > most; most = _mostOpen)
            Interlocked.CompareExchange(ref _mostOpen, open, most);
        try
        {
            using (client)
                await TalkAsync(client);
        }
        catch (Exception fault)
            when (fault
                    is SocketException
                        or IOException
                        or ObjectDisposedException
                        or OperationCanceledException
                        or System.Security.Authentication.AuthenticationException)
        {
            // The other side, or the test, ended it.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        if (await Greet(_end.Token) is not { } greeting)
        {
            // A reset, not an orderly end.
            client.LingerState = new LingerOption(enable: true, seconds: 0);
            return;
        }

        Stream stream = client.GetStream();
        if (Certificate is not null && !Extensions.Contains("STARTTLS"))
            stream = await SecureAsync(stream, Certificate);
        var mails = 0;
        var (reader, writer) = Ends(stream);
        await writer.WriteLineAsync(greeting);
        while (await reader.ReadLineAsync(_end.Token) is { } command)
        {
            _commands.Enqueue(command);
            var word = command.Split(' ', ':')[0].ToUpperInvariant();
            if (word == "MAIL" && mails >= MailsPerConversation)
            {
                await writer.WriteLineAsync(Farewell);
                return;
            }

            var answer = Answers.GetValueOrDefault(word) ?? Usual(word);
            await writer.WriteLineAsync(answer);
            if (word == "STARTTLS" && answer.StartsWith("220", StringComparison.Ordinal))
            {
                stream = await SecureAsync(stream, Certificate!);
                (reader, writer) = Ends(stream);
            }

            if (answer.StartsWith("354", StringComparison.Ordinal))
            {
                await writer.WriteLineAsync(await TakeAsync(reader));
                if (++mails >= MailsPerConversation && Farewell is null)
                    return;
            }

            if (word == "QUIT")
                return;
        }
    }

    private static (StreamReader Reader, StreamWriter Writer) Ends(Stream stream) =>
        (new StreamReader(stream, Encoding.Latin1), new StreamWriter(stream, Encoding.Latin1) { NewLine = "\r\n", AutoFlush = true });

    private static async Task<Stream> SecureAsync(Stream plain, X509Certificate2 certificate)
    {
        var secure = new SslStream(plain);
        await secure.AuthenticateAsServerAsync(certificate);
        return secure;
    }

    private string Usual(string word) => word switch
    {
        "EHLO" => string.Join("\r\n", Extensions.Prepend("double").Select((line, i) => $"250{(i == Extensions.Count ? ' ' : '-')}{line}")),
        "STARTTLS" => "220 go ahead",
        "AUTH" => "235 welcome",
        "DATA" => "354 go ahead",
        "QUIT" => "221 bye",
        _ => "250 ok",
    };

    private async Task<string> TakeAsync(StreamReader reader)
    {
        var data = new StringBuilder();
        while (await reader.ReadLineAsync(_end.Token) is var line && line != ".")
            data.Append(
                    (
                        line is { Length: var length } && data.Length + length < MostCharacters
                            ? line
                            : throw new IOException("The mail has no end.")
                    ).StartsWith("..", StringComparison.Ordinal)
                        ? line[1..]
                        : line)
                .Append("\r\n");

        await Ponder(_end.Token);
        if (Answers.TryGetValue(".", out var answer))
            return answer;

        _mails.Enqueue(data.ToString());
        await Taken(data.ToString());
        await Receipt(_end.Token);
        return "250 taken";
    }
}
