using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OneTimeJwt.Web.Tests.Tokens;

/// <summary>A house with one account and one server secret, and its own keys for those who forge with them.</summary>
internal sealed class Issuer
{
    public const string Origin = "https://accounts.example.com";
    public const string Header = """{"alg":"HS256","kid":"2026a","typ":"ott+jwt"}""";
    public const string Nonce = "0123456789abcdef";

    private readonly OneTimeTokens _tokens;
    private readonly ServerSecret _secret;
    private readonly string _origin;
    private int _lookUps;

    public Issuer()
        : this(Secret, Origin, new IdentityUser("ada")
        {
            Id = "0f8fad5b-d9cb-469f-a165-70867728950e",
            SecurityStamp = "STAMP-7Q2M4XKX",
            PasswordHash = "AQAAAAIAAYag-hash",
            NormalizedEmail = "ADA@EXAMPLE.COM",
            Email = "ada@example.com",
        })
    {
    }

    /// <summary>Another house, whose secret has the same id.</summary>
    public Issuer(ServerSecret secret, string origin, IdentityUser user)
    {
        (_secret, _origin, User) = (secret, origin, user);
        _tokens = With(origin, secret);
    }

    public static ServerSecret Secret { get; } = new("2026a", Bytes(from: 1));

    public static ServerSecret OtherSecret { get; } = new("2027b", Bytes(from: 101));

    public Clock Clock { get; } = new();

    public TokenLifetimes Lifetimes { get; } = new();

    public IdentityUser User { get; }

    public int LookUps => _lookUps;

    /// <summary>In half an hour, as the payload writes it.</summary>
    public long Expiry => Clock.Now.AddMinutes(30).ToUnixTimeSeconds();

    public string Jti => TokenId.Create(_secret, Nonce, User.Id, "reset", Expiry);

    public string Payload => $$"""{"sub":"{{User.Id}}","aud":"reset","jti":"{{Jti}}","exp":{{Expiry}}}""";

    /// <summary>The key that verifies the account's tokens now.</summary>
    public byte[] Key => _secret.SigningKey(_origin, TokenPurpose.Reset, User.Id, TokenPurpose.Reset.State(TokenAccount.Of(User))).Key;

    public OneTimeTokens With(string origin, params IReadOnlyList<ServerSecret> secrets) => new(secrets, origin, Lifetimes, Clock);

    public string Mint(TimeSpan? lifetime = null) => _tokens.Mint(TokenPurpose.Reset, User, lifetime).Value;

    /// <summary>Gives the account an id so long that its tokens have so many characters.</summary>
    public void LengthenTo(int characters)
    {
        while (Mint().Length < characters)
            User.Id += "a";
        Assert.Equal(characters, Mint().Length);
    }

    public Task<Verification> VerifyAsync(string? token, OneTimeTokens? tokens = null) =>
        (tokens ?? _tokens).VerifyAsync(token, TokenPurpose.Reset, FindAsync);

    public async Task<TokenVerdict> VerdictAsync(string? token, OneTimeTokens? tokens = null) => (await VerifyAsync(token, tokens)).Verdict;

    /// <summary>A compact JWS with a genuine HMAC-SHA-256, whatever its header and payload are.</summary>
    public string Jws(string header, string payload) => Jws(Encoding.UTF8.GetBytes(header), Encoding.UTF8.GetBytes(payload), Key);

    public static string Jws(byte[] header, byte[] payload, byte[] key) =>
        Sign($"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(payload)}", key);

    /// <summary>Two segments as they are, and a genuine HMAC-SHA-256 over them.</summary>
    public static string Sign(string input, byte[] key) =>
        $"{input}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(input)))}";

    private static byte[] Bytes(int from) => [.. Enumerable.Range(from, KeyMaterial.KeySize).Select(i => (byte)i)];

    private Task<TokenAccount?> FindAsync(string id)
    {
        Interlocked.Increment(ref _lookUps);
        return Task.FromResult(id == User.Id ? TokenAccount.Of(User) : null);
    }
}
