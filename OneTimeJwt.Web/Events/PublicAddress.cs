using System.Net;
using System.Net.Sockets;

namespace OneTimeJwt.Web.Events;

/// <summary>
/// Tells addresses of the public internet from all others, by IANA's registries of special-purpose addresses.
/// https://www.iana.org/assignments/iana-ipv4-special-registry
/// https://www.iana.org/assignments/iana-ipv6-special-registry
/// </summary>
internal static class PublicAddress
{
    private static readonly System.Net.IPNetwork[] Special4 = Parse(
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4");

    private static readonly System.Net.IPNetwork Global6 = System.Net.IPNetwork.Parse("2000::/3");

    // Protocols such as Teredo, documentation, 6to4.
    private static readonly System.Net.IPNetwork[] Special6 = Parse("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20");

    // Behind it are IPv4 addresses (RFC 6052).
    private static readonly System.Net.IPNetwork Nat64 = System.Net.IPNetwork.Parse("64:ff9b::/96");

    public static bool Is(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return Is(address.MapToIPv4());
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return !Special4.Any(network => network.Contains(address));
        return Nat64.Contains(address)
            ? Is(new IPAddress(address.GetAddressBytes().AsSpan(12)))
            : Global6.Contains(address) && !Special6.Any(network => network.Contains(address));
    }

    /// <summary>
    /// Looks the host up and connects to a public address of it: what is judged is what is connected to, however the name is answered
    /// the next time.
    /// </summary>
    /// <exception cref="PrivateAddressException">It has none.</exception>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Reliability", "CA2000", Justification = "The stream disposes of its socket.")]
    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken);
        var allowed = addresses.Where(Is).ToArray();
        if (allowed.Length == 0)
            throw new PrivateAddressException();

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static System.Net.IPNetwork[] Parse(params string[] networks) => [.. networks.Select(System.Net.IPNetwork.Parse)];
}

[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1032", Justification = "There is one message.")]
internal sealed class PrivateAddressException() : Exception("The name has no public address.");
