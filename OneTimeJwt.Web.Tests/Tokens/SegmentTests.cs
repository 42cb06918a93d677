using System.Buffers.Text;
using CsCheck;

namespace OneTimeJwt.Web.Tests.Tokens;

public sealed class SegmentTests
{
    [Fact]
    public void What_was_encoded_is_decoded() =>
        Gen
            .Byte.Array[1, 100]
            .Sample(bytes => Decode(Base64Url.EncodeToString(bytes)) is { } decoded && decoded.SequenceEqual(bytes), iter: 5_000);

    [Fact]
    public void What_is_decoded_has_no_other_spelling() =>
        Gen.Char["ABCabc012-_=+/ "].Array[0, 8].Sample(
            units => Decode(new string(units)) is not { } decoded || Base64Url.EncodeToString(decoded) == new string(units), iter: 50_000);

    [Theory]
    [InlineData("")]
    [InlineData("A")]
    [InlineData("AB")]
    [InlineData("AAB")]
    [InlineData("AA==")]
    [InlineData("AAA=")]
    [InlineData("AA A")]
    [InlineData("AAA\n")]
    [InlineData("AA+A")]
    [InlineData("AA/A")]
    [InlineData("AAAÀ")]
    [InlineData("AAAAA")]
    public void Any_other_spelling_is_refused(string segment) => Assert.Null(Decode(segment));

    private static byte[]? Decode(string segment)
    {
        var bytes = new byte[segment.Length];
        return Segment.TryDecode(segment, bytes, out var length) ? bytes[..length] : null;
    }
}
