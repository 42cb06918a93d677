using System.Text.Json;
using System.Text.Json.Serialization;

namespace OneTimeJwt.Tokens;

/// <summary>The claims of a token (RFC 7519, section 4.1), all of them, in the order in which they are written.</summary>
internal sealed record TokenClaims(
    [property: JsonPropertyName("sub")] string Sub,
    [property: JsonPropertyName("aud")] string Aud,
    [property: JsonPropertyName("jti")] string Jti,
    [property: JsonPropertyName("exp")] long Exp)
{
    // "253402300799" is the last second that DateTimeOffset can hold.
    private const long LastSecond = 253402300799;

    internal string ToJson() => JsonSerializer.Serialize(this, TokenJson.Default.TokenClaims);

    /// <summary>Parses, rebuilds and compares: what isn't byte for byte as we write it was not written by us.</summary>
    internal static TokenClaims? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            return Text(ref reader) is { } sub && Text(ref reader) is { } aud && Text(ref reader) is { } jti
                && Next(ref reader, JsonTokenType.Number) && reader.TryGetInt64(out var exp) && exp is >= 0 and <= LastSecond
                && new TokenClaims(sub, aud, jti, exp) is var claims
                && JsonSerializer.SerializeToUtf8Bytes(claims, TokenJson.Default.TokenClaims).AsSpan().SequenceEqual(json)
                    ? claims
                    : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? Text(ref Utf8JsonReader reader) => Next(ref reader, JsonTokenType.String) ? reader.GetString() : null;

    // Names aren't looked at: the comparison does that.
    private static bool Next(ref Utf8JsonReader reader, JsonTokenType type) => reader.Read() && reader.Read() && reader.TokenType == type;
}

[JsonSerializable(typeof(TokenClaims))]
internal sealed partial class TokenJson : JsonSerializerContext;
