using System.Net.Sockets;

namespace OneTimeJwt.Web.Site;

/// <summary>Where a request comes from.</summary>
internal static class ClientNetwork
{
    /// <summary>The client's address, as the trail has it.</summary>
    public static string? ClientAddress(this HttpContext context) => context.Connection.RemoteIpAddress?.ToString();

    /// <summary>What a client is counted by where tries are bounded: its address; an IPv6 client has a whole /64 to itself.</summary>
    public static string Of(HttpContext context) => context.Connection.RemoteIpAddress switch
    {
        { AddressFamily: AddressFamily.InterNetworkV6 } address => Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)),
        _ => context.ClientAddress() ?? "",
    };
}
