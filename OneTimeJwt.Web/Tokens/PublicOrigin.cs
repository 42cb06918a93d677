using System.Diagnostics.CodeAnalysis;

namespace OneTimeJwt.Web.Tokens;

/// <summary>
/// The scheme and host that links start with, in their one canonical form (RFC 6454, section 6.2): lower case,
/// punycode, no default port, no path. It is a part of every key, so a change of it kills outstanding links.
/// </summary>
/// <param name="Value">For example <c>https://accounts.example.com</c>.</param>
public sealed record PublicOrigin(string Value)
{
    /// <summary>Reads an origin as people write it.</summary>
    /// <param name="text">For example <c>HTTPS://Accounts.Example.com:443/</c>.</param>
    /// <param name="origin">The canonical form.</param>
    /// <returns>False for anything but an http or https address without path, query, fragment or user.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out PublicOrigin? origin)
    {
        origin = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri)
            || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
            || uri.PathAndQuery != "/" || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0 || uri.IdnHost.Length == 0)
            return false;

        var host = uri.HostNameType == UriHostNameType.IPv6 ? uri.Host : uri.IdnHost;
        var port = uri.IsDefaultPort ? "" : FormattableString.Invariant($":{uri.Port}");
        origin = new PublicOrigin($"{uri.Scheme}://{host}{port}");
        return true;
    }

    /// <summary>The origin as links start with it.</summary>
    public override string ToString() => Value;
}
