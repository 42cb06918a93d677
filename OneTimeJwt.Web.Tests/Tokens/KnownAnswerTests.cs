using System.Globalization;
using OneTimeJwt.Web.Accounts;

namespace OneTimeJwt.Web.Tests.Tokens;

/// <summary>
/// Expected values were computed apart from this code, with Python's hmac and hashlib: HKDF after RFC 5869, checked
/// against its test case A.1. A change of any of them kills every outstanding link.
/// </summary>
public sealed class KnownAnswerTests
{
    private const string Account = "0f8fad5b-d9cb-469f-a165-70867728950e";
    private const string Token = "eyJhbGciOiJIUzI1NiIsImtpZCI6IjIwMjZhIiwidHlwIjoib3R0K2p3dCJ9."
        + "eyJzdWIiOiIwZjhmYWQ1Yi1kOWNiLTQ2OWYtYTE2NS03MDg2NzcyODk1MGUiLCJhdWQi"
        + "OiJyZXNldCIsImp0aSI6IkFTTkZaNG1yemVf"
        + "NWliai15RFlFT2ciLCJleHAiOjE3Njc2MDU0MDB9."
        + "o0Wb7YG4sBnes1so8YslwV_eAr62z33AH2rO99U-a1I";

    private static readonly byte[] Secret = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
    private static readonly string?[] State = ["STAMP-7Q2M4XKX", "AQAAAAIAAYag-hash", "ADA@EXAMPLE.COM"];
    private static readonly string?[] StateWithoutHash = ["STAMP-7Q2M4XKX", null, "ADA@EXAMPLE.COM"];
    private static readonly string?[] Context = ["v1", "https://accounts.example.com", "reset", Account];
    private static readonly string?[] Awkward = ["ab", null, "", "\ud800", "é😀"];

    [Fact]
    public void A_subkey_is_its_callers_to_change()
    {
        var secret = new ServerSecret("2026a", Secret);
        var key = secret.Subkey("shop/invoices/v1");
        var expected = Hex(key);
        key[0]++;

        Assert.Equal(expected, Hex(secret.Subkey("shop/invoices/v1")));
        Assert.NotEqual(expected, Hex(secret.Subkey("shop/invoices/v2")));
    }

    [Theory]
    [InlineData("ott/key/v1", "d5ab328c6e04325fa5047b39e34ac941d6e2c0977af0d9f70f512805eb20c28f")]
    [InlineData("ott/jti/v1", "d53c6f5a927edacdc74c128cc515a3b7a3a9fe8c9ced517537ed613fd339762b")]
    [InlineData("ott/keyring/v1", "13505f0f9ae95ad8bfe3955ef438cddce4150731717572115a5865cfb77ce9ef")]
    [InlineData("ott/address/v1", "49ba4a49146eb038d4dedc6aec5db89197075d37a64852e7daafda00889cd7f3")]
    public void A_subkey_is_HKDF_of_the_secret_and_its_label(string label, string expected) =>
        Assert.Equal(expected, Hex(KeyMaterial.Subkey(Secret, label)));

    [Fact]
    public void Parts_are_encoded_as_marker_length_and_code_units() =>
        Assert.Equal("0100000002006100620001000000000100000001d800010000000300e9d83dde00", Hex(KeyMaterial.Encode(Awkward)));

    [Fact]
    public void A_signing_key_is_HKDF_of_state_under_the_subkey_for_the_context() =>
        Assert.Equal(
            "c529020e66b4fca9f5736d86e4c816cc2384ae6d8334aedbab7f84ef596627a9",
            Hex(KeyMaterial.Derive(new KeyedHash(KeyMaterial.Subkey(Secret, "ott/key/v1")), State, Context)));

    [Fact]
    public void Keys_that_are_derived_at_the_same_time_do_not_mix()
    {
        var subkey = new KeyedHash(KeyMaterial.Subkey(Secret, "ott/key/v1"));

        string[] keys =
        [
            .. Enumerable.Range(0, 4_000)
                .AsParallel()
                .WithDegreeOfParallelism(8)
                .Select(i => Hex(KeyMaterial.Derive(subkey, i % 2 == 0 ? State : StateWithoutHash, Context)))
                .Distinct(),
        ];

        Assert.Equal(
            [
                "be69df52ed817d48d25bd56ebad9a8ec8809e28d7a6d0edc86dc5d6b0e4cb65f",
                "c529020e66b4fca9f5736d86e4c816cc2384ae6d8334aedbab7f84ef596627a9",
            ],
            keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_missing_value_has_a_marker_of_its_own() =>
        Assert.Equal(
            "be69df52ed817d48d25bd56ebad9a8ec8809e28d7a6d0edc86dc5d6b0e4cb65f",
            Hex(KeyMaterial.Derive(new KeyedHash(KeyMaterial.Subkey(Secret, "ott/key/v1")), StateWithoutHash, Context)));

    [Fact]
    public void A_server_secret_signs_with_that_key()
    {
        var key = new ServerSecret("2026a", Secret).SigningKey(Context[1]!, TokenPurpose.Reset, Account, State);

        Assert.Equal("c529020e66b4fca9f5736d86e4c816cc2384ae6d8334aedbab7f84ef596627a9", Hex(key.Key));
        Assert.Equal("2026a", key.KeyId);
    }

    [Theory]
    [InlineData("https://accounts.example.com", "c529020e66b4fca9f5736d86e4c816cc2384ae6d8334aedbab7f84ef596627a9")]
    [InlineData("HTTPS://Accounts.Example.com:443/", "c529020e66b4fca9f5736d86e4c816cc2384ae6d8334aedbab7f84ef596627a9")]
    [InlineData("https://accounts.example.com/recover", "248acc7915f32cee6024cf9ee5b2cd894e1b66e13cfd6e2ea5c65f6099b483ae")]
    [InlineData("https://ACCOUNTS.example.com:443/recover/", "248acc7915f32cee6024cf9ee5b2cd894e1b66e13cfd6e2ea5c65f6099b483ae")]
    [InlineData("https://accounts.example.com/Recover", "46bbb88133e363c99e28a6019f844a73078793a57901b73ec4ae2bbbcb94d35c")]
    public void The_address_that_links_start_with_is_a_part_of_the_key_in_its_one_form_path_and_all(string written, string expected)
    {
        Assert.True(PublicOrigin.TryParse(written, out var origin));
        Assert.Equal(expected, Hex(new ServerSecret("2026a", Secret).SigningKey(origin.Value, TokenPurpose.Reset, Account, State).Key));
    }

    [Fact]
    public void The_proof_in_a_jti_is_eight_bytes_of_HMAC()
    {
        var secret = new ServerSecret("2026a", Secret);
        var proof = new byte[8];
        secret.Proof("0123456789abcdef", Account, "reset", 1767605400, proof);

        Assert.Equal("f989b8fec836043a", Hex(proof));
        Assert.Equal("ASNFZ4mrze_5ibj-yDYEOg", TokenId.Create(secret, "0123456789abcdef", Account, "reset", 1767605400));
    }

    [Fact]
    public void An_address_is_remembered_as_half_an_HMAC() =>
        Assert.Equal(
            "332bcf7a4edfa15ef44dd331e0105309",
            new ServerSecrets([new ServerSecret("2026a", Secret)]).HashAddress("ADA@EXAMPLE.COM"));

    [Fact]
    public async Task A_token_that_Python_made_is_valid_here()
    {
        var verification = await new Issuer().VerifyAsync(Token);

        Assert.Equal(
            new Verification(
                TokenVerdict.Valid,
                new ProvenClaims(Account, "0123456789abcdef", DateTimeOffset.Parse("2026-01-05T09:30:00Z", CultureInfo.InvariantCulture))),
            verification);
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
