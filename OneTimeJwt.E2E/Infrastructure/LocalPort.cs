using System.Net;
using System.Net.Sockets;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>Ports of this machine.</summary>
public static class LocalPort
{
    // Below the range that systems give out for connections and for port 0; above what browsers refuse.
    private const int Lowest = 12_000;
    private const int Count = 20_000;

    private static int _last = Random.Shared.Next(Count);

    /// <summary>One that is given out once only, since the caller binds it a while later.</summary>
    public static int Free()
    {
        for (var tries = 0; tries < Count; tries++)
        {
            var port = Lowest + (int)((uint)Interlocked.Increment(ref _last) % Count);
            if (IsFree(port))
                return port;
        }

        throw new InvalidOperationException($"No port from {Lowest} to {Lowest + Count - 1} is free.");
    }

    /// <summary>Whether anything listens there.</summary>
    public static async Task<bool> IsOpenAsync(int port)
    {
        using var probe = new TcpClient();
        try
        {
            await probe.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = TcpListener.Create(port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
