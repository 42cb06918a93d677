using System.Buffers;
using System.Buffers.Text;

namespace OneTimeJwt.Tokens;

/// <summary>One part of a compact JWS: base64url in its only canonical spelling (RFC 7515, section 2).</summary>
internal static class Segment
{
    /// <summary>Decodes, unless there is padding, white space, or bits set that no byte owns: then it isn't what encoding gives.</summary>
    internal static bool TryDecode(ReadOnlySpan<char> segment, Span<byte> bytes, out int written)
    {
        Span<char> encoded = stackalloc char[OneTimeTokens.MaxLength];
        return Base64Url.DecodeFromChars(segment, bytes, out _, out written) == OperationStatus.Done
            && written > 0
            && segment.SequenceEqual(encoded[..Base64Url.EncodeToChars(bytes[..written], encoded)]);
    }
}
