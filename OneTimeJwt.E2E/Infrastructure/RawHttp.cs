using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>HTTP/1.1 as no client library sends it: from a chosen address of this machine, malformed, or cut short.</summary>
internal static class RawHttp
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <param name="site">Asked at 127.0.0.1; its certificate is not looked at.</param>
    /// <param name="request">Everything that is sent.</param>
    /// <param name="from">An address in 127.0.0.0/8.</param>
    /// <returns>What was answered until the other side closed the connection.</returns>
    public static async Task<string> AskAsync(Uri site, string request, string from = "127.0.0.1")
    {
        using var timeout = new CancellationTokenSource(Timeout);
        using var client = new TcpClient(new IPEndPoint(IPAddress.Parse(from), 0));
        await using var stream = await OpenAsync(client, site, timeout.Token);
        using var answer = new MemoryStream();
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(request), timeout.Token);
            await stream.CopyToAsync(answer, timeout.Token);
        }
        catch (IOException)
        {
            // Reset after an answer, or instead of one.
        }

        return Encoding.Latin1.GetString(answer.ToArray());
    }

    /// <summary>Sends and goes away without waiting for an answer.</summary>
    public static async Task CutAsync(Uri site, string request)
    {
        using var timeout = new CancellationTokenSource(Timeout);
        using var client = new TcpClient();
        await using var stream = await OpenAsync(client, site, timeout.Token);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), timeout.Token);
        // So that it is read before the end is noticed.
        await Task.Delay(100, timeout.Token);
    }

    /// <summary>The status of an answer; 0 where there is none.</summary>
    public static int Status(string answer) =>
        answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) && int.TryParse(answer.AsSpan(9, 3), out var status) ? status : 0;

    private static async Task<Stream> OpenAsync(TcpClient client, Uri site, CancellationToken timeout)
    {
        await client.ConnectAsync(IPAddress.Loopback, site.Port, timeout);
        if (site.Scheme == Uri.UriSchemeHttp)
            return client.GetStream();

        // A certificate of the test's own, which nobody vouches for.
#pragma warning disable CA5359
        var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
#pragma warning restore CA5359
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = site.Host }, timeout);
        return stream;
    }
}
