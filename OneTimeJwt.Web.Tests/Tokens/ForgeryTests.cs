using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OneTimeJwt.Web.Tests.Tokens;

/// <summary>
/// Whoever made these has the account's real key and a genuine proof of issuance. Only our own spelling may pass all
/// the same (RFC 8725, sections 3.1 to 3.12), and nothing else reaches the database.
/// </summary>
public sealed class ForgeryTests
{
    private static readonly ILookup<string, string> Forgeries = All(new Issuer())
        .ToLookup(forgery => Printable(forgery.Name), forgery => forgery.Token);

    private readonly Issuer _issuer = new();

    public static TheoryData<string> Names => [.. Forgeries.Select(forgery => forgery.Key)];

    [Fact]
    public void There_are_at_least_150_different_forgeries_of_each_kind_that_matters()
    {
        Assert.True(HeaderForgeries.For(_issuer).Select(forgery => forgery.Token).Distinct().Count() >= 130);
        Assert.True(PayloadForgeries.For(_issuer).Select(forgery => forgery.Token).Distinct().Count() >= 200);
        Assert.True(SpellingForgeries.For(_issuer).Select(forgery => forgery.Token).Distinct().Count() >= 100);
        Assert.DoesNotContain(_issuer.Jws(Issuer.Header, _issuer.Payload), All(_issuer).Select(forgery => forgery.Token));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_is_refused_before_any_look_up(string name)
    {
        foreach (var token in Forgeries[name])
        {
            var verification = await _issuer.VerifyAsync(token);

            Assert.Contains(verification.Verdict, new[] { TokenVerdict.Malformed, TokenVerdict.Forged, TokenVerdict.WrongPurpose });
            Assert.Null(verification.Claims);
        }

        Assert.Equal(0, _issuer.LookUps);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(48)]
    [InlineData(64)]
    public async Task A_signature_of_another_length_is_refused(int length)
    {
        var token = _issuer.Jws(Issuer.Header, _issuer.Payload);
        var dot = token.LastIndexOf('.') + 1;
        var mac = Base64Url.DecodeFromChars(token.AsSpan(dot));
        Array.Resize(ref mac, length);

        Assert.NotEqual(TokenVerdict.Valid, await _issuer.VerdictAsync(token[..dot] + Base64Url.EncodeToString(mac)));
    }

    [Fact]
    public async Task A_signature_by_another_hash_under_the_real_key_is_refused()
    {
        var token = _issuer.Jws(Issuer.Header, _issuer.Payload);
        var input = token[..token.LastIndexOf('.')];
        var bytes = Encoding.ASCII.GetBytes(input);
        foreach (
            var signature in new[]
            {
                HMACSHA384.HashData(_issuer.Key, bytes),
                HMACSHA512.HashData(_issuer.Key, bytes),
                HMACSHA3_256.IsSupported ? HMACSHA3_256.HashData(_issuer.Key, bytes) : [],
                SHA256.HashData(bytes),
                SHA256.HashData([.. _issuer.Key, .. bytes]),
            })
            Assert.NotEqual(TokenVerdict.Valid, await _issuer.VerdictAsync($"{input}.{Base64Url.EncodeToString(signature)}"));
    }

    [Fact]
    public async Task Every_single_bit_of_the_signature_counts()
    {
        var token = _issuer.Jws(Issuer.Header, _issuer.Payload);
        var dot = token.LastIndexOf('.') + 1;
        for (var bit = 0; bit < 8 * KeyMaterial.KeySize; bit++)
        {
            var mac = Base64Url.DecodeFromChars(token.AsSpan(dot));
            mac[bit / 8] ^= (byte)(1 << (bit % 8));

            Assert.Equal(TokenVerdict.Spent, await _issuer.VerdictAsync(token[..dot] + Base64Url.EncodeToString(mac)));
        }
    }

    internal static IEnumerable<(string Name, string Token)> All(Issuer issuer) =>
        HeaderForgeries.For(issuer).Concat(PayloadForgeries.For(issuer)).Concat(SpellingForgeries.For(issuer));

    // Test names go into an XML file, which knows no control characters.
    private static string Printable(string name) =>
        string.Concat(name.Select(c => c is >= ' ' and <= '~' ? c.ToString() : FormattableString.Invariant($"<{(int)c:x}>")));
}
