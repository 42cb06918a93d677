using System.Security.Cryptography;
using System.Text;

namespace OneTimeJwt.Web.Tests.Tokens;

/// <summary>
/// A thief has every column of the account and this source code, not the server secret. The proof of issuance is given
/// away here too, so that only the key stands in between.
/// </summary>
public sealed class StolenDatabaseTests
{
    private readonly Issuer _issuer = new();

    [Fact]
    public async Task A_copied_database_forges_nothing()
    {
        var keys = Guesses(_issuer.User).ToList();
        Assert.True(keys.Count > 1500);

        foreach (var key in keys)
            Assert.Equal(TokenVerdict.Spent, await _issuer.VerdictAsync(Token(key)));
    }

    [Fact]
    public async Task The_same_attempt_with_the_real_key_succeeds() =>
        Assert.Equal(TokenVerdict.Valid, await _issuer.VerdictAsync(Token(_issuer.Key)));

    [Fact]
    public async Task Without_a_proof_of_issuance_even_the_real_key_is_worth_nothing()
    {
        var token = _issuer.Jws(Issuer.Header, _issuer.Payload.Replace(_issuer.Jti, "ASNFZ4mrze8AAAAAAAAAAA", StringComparison.Ordinal));

        Assert.Equal(TokenVerdict.Forged, await _issuer.VerdictAsync(token));
    }

    [Fact]
    public async Task Subkeys_of_a_guessed_secret_prove_nothing()
    {
        foreach (
            var guess in new byte[][]
            {
                new byte[1],
                new byte[32],
                [.. Enumerable.Repeat((byte)255, 32)],
                Encoding.UTF8.GetBytes("2026a"),
                [.. Enumerable.Range(0, 32).Select(i => (byte)i)],
            })
        {
            var thief = _issuer.With(Issuer.Origin, new ServerSecret(Issuer.Secret.Id, guess));
            Assert.Equal(TokenVerdict.Forged, await _issuer.VerdictAsync(thief.Mint(TokenPurpose.Reset, _issuer.User).Value));
        }
    }

    private string Token(byte[] key) => Issuer.Jws(Encoding.UTF8.GetBytes(Issuer.Header), Encoding.UTF8.GetBytes(_issuer.Payload), key);

    private static IEnumerable<byte[]> Guesses(IdentityUser user)
    {
        byte[][] materials = [.. Materials(user)];
        byte[] context = KeyMaterial.Encode(["v1", Issuer.Origin, "reset", user.Id]);
        byte[][] salts =
        [
            [],
            new byte[32],
            Encoding.ASCII.GetBytes("ott/key/v1"),
            KeyMaterial.Subkey(new byte[1], "ott/key/v1"),
            KeyMaterial.Subkey(new byte[32], "ott/key/v1"),
            .. materials,
        ];
        byte[][] infos =
        [
            [],
            context,
            Encoding.UTF8.GetBytes("v1" + Issuer.Origin + "reset" + user.Id),
            Encoding.ASCII.GetBytes("ott/key/v1"),
        ];
        foreach (var material in materials)
        {
            yield return material;
            yield return SHA256.HashData(material);
            yield return SHA512.HashData(material);
            yield return HMACSHA256.HashData(material, context);
            yield return HMACSHA256.HashData(context, material);
            foreach (var salt in salts)
            {
                yield return HMACSHA256.HashData(salt, material);
                foreach (var info in infos)
                    yield return HKDF.DeriveKey(HashAlgorithmName.SHA256, material, KeyMaterial.KeySize, salt, info);
            }
        }
    }

    private static IEnumerable<byte[]> Materials(IdentityUser user)
    {
        var (stamp, hash, address) = (user.SecurityStamp!, user.PasswordHash!, user.NormalizedEmail!);
        string[] texts =
        [
            stamp,
            hash,
            address,
            user.Id,
            user.Email!,
            user.ConcurrencyStamp!,
            stamp + hash,
            hash + stamp,
            stamp + hash + address,
            user.Id + stamp + hash,
            $"{stamp}.{hash}",
            $"{stamp}:{hash}",
            $"{stamp}\n{hash}",
        ];
        return
        [
            .. texts.Select(Encoding.UTF8.GetBytes),
            Encoding.Unicode.GetBytes(stamp),
            KeyMaterial.Encode([stamp, hash, address]),
            KeyMaterial.Encode([stamp, hash]),
            new byte[32],
        ];
    }
}
