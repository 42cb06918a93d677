using System.Diagnostics.CodeAnalysis;

namespace OneTimeJwt.Tokens;

/// <summary>
/// What links start with, in its one canonical form: scheme and host as an origin has them (RFC 6454, section 6.2), lower case,
/// punycode, no default port; then the path, where there is one, in its own case and without a slash at the end. It is a part of
/// every key, so a change of it kills outstanding links.
/// </summary>
public sealed class PublicOrigin
{
    internal PublicOrigin(string value)
    {
        Value = value;
        Origin = new Uri(value).AbsolutePath is var path && path != "/" ? value[..^path.Length] : value;
    }

    /// <summary>For example <c>https://accounts.example.com</c> or <c>https://www.example.com/recover</c>.</summary>
    public string Value { get; }

    /// <summary>The origin alone, as browsers name it.</summary>
    public string Origin { get; }

    /// <summary>The path alone, for example <c>/recover</c>; empty where there is none.</summary>
    public string Path => Value[Origin.Length..];

    /// <summary>Reads an origin as people write it.</summary>
    /// <param name="text">For example <c>HTTPS://Accounts.Example.com:443/</c>.</param>
    /// <param name="origin">The canonical form.</param>
    /// <returns>False for anything but an http or https address without query, fragment or user, whose path has one form only.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out PublicOrigin? origin) => TryParse(text, out origin, out _);

    /// <summary>Reads an origin as people write it.</summary>
    /// <param name="text">For example <c>HTTPS://Accounts.Example.com:443/</c>.</param>
    /// <param name="origin">The canonical form.</param>
    /// <param name="fault">What is wrong with it, as the rest of a sentence.</param>
    /// <returns>False for anything but an http or https address without query, fragment or user, whose path has one form only.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out PublicOrigin? origin, [NotNullWhen(false)] out string? fault)
    {
        origin = null;
        var path = WrittenPath(text ?? "");
        fault = !Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.IdnHost.Length == 0
            ? "is not a scheme and a host"
            : Fault(uri, path);
        if (fault is not null)
            return false;

        var host = uri!.HostNameType == UriHostNameType.IPv6 ? uri.Host : uri.IdnHost;
        var port = uri.IsDefaultPort ? "" : FormattableString.Invariant($":{uri.Port}");
        origin = new PublicOrigin($"{uri.Scheme}://{host}{port}{path.TrimEnd('/')}");
        return true;
    }

    /// <summary>The address as links start with it.</summary>
    public override string ToString() => Value;

    private static string? Fault(Uri uri, string path) =>
        uri.UserInfo.Length > 0 ? "names a user"
        : uri.Query.Length > 0 || path.Contains('?', StringComparison.Ordinal) ? "has a query"
        : uri.Fragment.Length > 0 || path.Contains('#', StringComparison.Ordinal) ? "has a fragment"
        : path.Contains('\\', StringComparison.Ordinal) ? "has a backslash in its path"
        : path.Contains("//", StringComparison.Ordinal) ? "has an empty part in its path"
        : path.Split('/').Any(part => part is "." or "..") ? "has dots for a part of its path"
        : !path.All(IsPlain) ? "has a path with more in it than letters, digits and -._~"
        : null;

    // As written: Uri resolves dots and escapes.
    private static string WrittenPath(string text)
    {
        var trimmed = text.Trim();
        var rest = trimmed[(trimmed.IndexOf(':', StringComparison.Ordinal) + 1)..].TrimStart('/', '\\');
        var end = rest.IndexOfAny(['/', '\\', '?', '#']);
        return end < 0 ? "" : rest[end..];
    }

    // RFC 3986, section 2.3: what never needs an escape, so that a path has one form only.
    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~' or '/';
}
