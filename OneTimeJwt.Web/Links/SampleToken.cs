using System.Buffers.Text;
using System.Text.Json;

namespace OneTimeJwt.Web.Links;

/// <summary>
/// A token to look at. It is minted like any other, but verifies nowhere: it has expired, there is no such account, and no
/// installation starts with its secret, which is refused as not random.
/// </summary>
internal sealed class SampleToken
{
    private readonly string[] _segments;

    private SampleToken(string token) => _segments = token.Split('.');

    public static SampleToken Made { get; } = Make();

    public string Value => string.Join('.', _segments);

    public string Header => _segments[0];

    public string Claims => _segments[1];

    public string Signature => _segments[2];

    public IEnumerable<KeyValuePair<string, string>> HeaderFields => Fields(Header);

    public IEnumerable<KeyValuePair<string, string>> ClaimFields => Fields(Claims);

    internal static byte[] Secret => [.. Enumerable.Range(0, KeyMaterial.KeySize).Select(i => (byte)i)];

    private static SampleToken Make()
    {
        var tokens = new OneTimeTokens(
            [new ServerSecret("sample", Secret)],
            "https://accounts.example",
            new TokenLifetimes(),
            new FixedTime(new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        var nobody = new IdentityUser
        {
            Id = "sample-account",
            SecurityStamp = "sample-stamp",
            PasswordHash = "sample-hash",
            NormalizedEmail = "ADA@EXAMPLE.COM",
        };
        return new SampleToken(tokens.Mint(TokenPurpose.Reset, nobody).Value);
    }

    private static IEnumerable<KeyValuePair<string, string>> Fields(string segment) =>
        JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(Base64Url.DecodeFromChars(segment))!
            .Select(field => KeyValuePair.Create(field.Key, field.Value.GetRawText()));
}
