using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace OneTimeJwt.Web.Tests.Mail;

/// <summary>A mail server for one conversation: it says what it is told to and remembers what it hears.</summary>
internal sealed class SmtpDouble : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _conversation;

    public SmtpDouble()
    {
        _listener.Start();
        _conversation = TalkAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What EHLO is answered with, besides the name.</summary>
    public List<string> Extensions { get; } = ["8BITMIME"];

    /// <summary>Answers that differ from the usual, by the command's first word.</summary>
    public Dictionary<string, string> Answers { get; } = [];

    /// <summary>Set to speak TLS from the first byte.</summary>
    public X509Certificate2? Certificate { get; set; }

    public List<string> Commands { get; } = [];

    public string Data { get; private set; } = "";

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _conversation;
    }

    private async Task TalkAsync()
    {
        try
        {
            using var client = await _listener.AcceptTcpClientAsync();
            await using Stream stream = Certificate is null ? client.GetStream() : await SecureAsync(client.GetStream(), Certificate);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            await using var writer = new StreamWriter(stream, Encoding.Latin1) { NewLine = "\r\n", AutoFlush = true };
            await writer.WriteLineAsync("220 double ESMTP");
            while (await reader.ReadLineAsync() is { } command)
            {
                Commands.Add(command);
                var word = command.Split(' ', ':')[0].ToUpperInvariant();
                var answer = Answers.GetValueOrDefault(word) ?? Usual(word);
                await writer.WriteLineAsync(answer);
                if (answer.StartsWith("354", StringComparison.Ordinal))
                    await writer.WriteLineAsync(await ReadDataAsync(reader));
                if (word == "QUIT")
                    return;
            }
        }
        catch (Exception fault) when (fault is SocketException or IOException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // The other side, or the test, ended it.
        }
    }

    private static async Task<Stream> SecureAsync(Stream plain, X509Certificate2 certificate)
    {
        var secure = new SslStream(plain);
        await secure.AuthenticateAsServerAsync(certificate);
        return secure;
    }

    private string Usual(string word) => word switch
    {
        "EHLO" => string.Join("\r\n", Extensions.Prepend("double").Select((line, i) => $"250{(i == Extensions.Count ? ' ' : '-')}{line}")),
        "AUTH" => "235 welcome",
        "DATA" => "354 go ahead",
        "QUIT" => "221 bye",
        _ => "250 ok",
    };

    private async Task<string> ReadDataAsync(StreamReader reader)
    {
        var data = new StringBuilder();
        while (await reader.ReadLineAsync() is { } line && line != ".")
            data.Append(line.StartsWith("..", StringComparison.Ordinal) ? line[1..] : line).Append("\r\n");
        Data = data.ToString();
        return "250 taken";
    }
}
