using System.Buffers;
using System.Buffers.Text;

namespace OneTimeJwt.Web.Tokens;

/// <summary>One part of a compact JWS: base64url in its only canonical spelling (RFC 7515, section 2).</summary>
internal static class Segment
{
    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>Decodes, unless there is padding, white space, or bits set that no byte owns.</summary>
    internal static bool TryDecode(ReadOnlySpan<char> segment, out byte[] bytes)
    {
        bytes = [];
        if (segment.IsEmpty || segment.Length % 4 == 1 || segment.ContainsAnyExcept(Alphabet))
            return false;

        var buffer = new byte[Base64Url.GetMaxDecodedLength(segment.Length)];
        if (Base64Url.DecodeFromChars(segment, buffer, out _, out var written) != OperationStatus.Done)
            return false;

        bytes = buffer[..written];
        return segment.SequenceEqual(Base64Url.EncodeToString(bytes));
    }
}
