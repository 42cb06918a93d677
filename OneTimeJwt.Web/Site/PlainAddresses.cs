using System.Net;

namespace OneTimeJwt.Web.Site;

/// <summary>
/// One form for each client's address: a socket that takes both protocols sees an IPv4 client as <c>::ffff:192.0.2.1</c>
/// (RFC 4291, section 2.5.5.2), and proxies write it down like that.
/// </summary>
internal static class PlainAddresses
{
    private const int MappedPrefix = 96;

    public static void UsePlainAddresses(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (context.Connection.RemoteIpAddress is { IsIPv4MappedToIPv6: true } mapped)
            context.Connection.RemoteIpAddress = mapped.MapToIPv4();
        return next(context);
    });

    /// <summary>An address, which is a range of one, or a range in CIDR notation.</summary>
    public static bool TryParseRange(string text, out IPNetwork range)
    {
        if (IPAddress.TryParse(text, out var address))
            range = new IPNetwork(address, address.GetAddressBytes().Length * 8);
        else if (!IPNetwork.TryParse(text, out range))
            return false;

        if (range.BaseAddress.IsIPv4MappedToIPv6 && range.PrefixLength >= MappedPrefix)
            range = new IPNetwork(range.BaseAddress.MapToIPv4(), range.PrefixLength - MappedPrefix);
        return true;
    }

    public static IEnumerable<IPNetwork> Ranges(this IEnumerable<string> texts)
    {
        foreach (var text in texts)
        {
            if (TryParseRange(text, out var range))
                yield return range;
        }
    }
}
