using System.Buffers;
using System.Buffers.Text;

namespace OneTimeJwt.Tokens;

/// <summary>One part of a compact JWS: base64url in its only canonical spelling (RFC 7515, section 2).</summary>
internal static class Segment
{
    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>Decodes, unless there is padding, white space, or bits set that no byte owns.</summary>
    internal static bool TryDecode(ReadOnlySpan<char> segment, Span<byte> bytes, out int written)
    {
        written = 0;
        if (
            segment.IsEmpty
            || segment.Length % 4 == 1
            || segment.ContainsAnyExcept(Alphabet)
            || Base64Url.DecodeFromChars(segment, bytes, out _, out written) != OperationStatus.Done)
            return false;

        // Only the last letter can hold such bits.
        Span<char> last = stackalloc char[4];
        var tail = (segment.Length - 1) / 4;
        return segment[(tail * 4)..].SequenceEqual(last[..Base64Url.EncodeToChars(bytes[(tail * 3)..written], last)]);
    }
}
