using System.Security.Cryptography;
using System.Xml.Linq;
using OneTimeJwt.Web.SignIn;
using OneTimeJwt.Web.Tests.Tokens;

namespace OneTimeJwt.Web.Tests.SignIn;

public sealed class KeyRingTests
{
    private static readonly XElement Key = XElement.Parse("<key id=\"1\"><masterKey>top secret é &lt;</masterKey></key>");

    [Fact]
    public void A_key_comes_back_as_it_was() =>
        Assert.True(XNode.DeepEquals(Key, Decrypt(Encrypt(Issuer.Secret), Issuer.Secret)));

    [Fact]
    public void Nothing_of_it_can_be_read_and_no_two_look_alike()
    {
        var (one, two) = (Encrypt(Issuer.Secret), Encrypt(Issuer.Secret));

        Assert.DoesNotContain("secret", one.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(
            "masterKey",
            System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(one.Value)),
            StringComparison.Ordinal);
        Assert.NotEqual(one.Value, two.Value);
    }

    [Fact]
    public void It_names_its_decryptor_and_the_secret() =>
        Assert.Equal(
            (typeof(KeyRingDecryptor), Issuer.Secret.Id),
            (new KeyRingEncryptor(new([Issuer.Secret])).Encrypt(Key).DecryptorType, (string?)Encrypt(Issuer.Secret).Attribute("kid")));

    [Fact]
    public void While_secrets_are_rotated_the_old_one_still_opens_and_the_new_one_locks()
    {
        Assert.True(XNode.DeepEquals(Key, Decrypt(Encrypt(Issuer.Secret), Issuer.OtherSecret, Issuer.Secret)));
        Assert.Equal(Issuer.OtherSecret.Id, (string?)Encrypt(Issuer.OtherSecret, Issuer.Secret).Attribute("kid"));
    }

    [Fact]
    public void A_secret_that_is_gone_opens_nothing() =>
        Assert.Throws<CryptographicException>(() => Decrypt(Encrypt(Issuer.Secret), Issuer.OtherSecret));

    [Fact]
    public void Another_secret_of_the_same_name_opens_nothing() =>
        Assert.ThrowsAny<CryptographicException>(() => Decrypt(Encrypt(Issuer.Secret), new ServerSecret(Issuer.Secret.Id, new byte[32])));

    [Fact]
    public void The_same_secret_under_another_name_opens_nothing()
    {
        var value = RandomNumberGenerator.GetBytes(32);
        var locked = Encrypt(new ServerSecret("a", value));
        locked.SetAttributeValue("kid", "b");

        Assert.ThrowsAny<CryptographicException>(() => Decrypt(locked, new ServerSecret("b", value)));
    }

    [Fact]
    public void Every_byte_counts()
    {
        var locked = Encrypt(Issuer.Secret);
        var bytes = Convert.FromBase64String(locked.Value);
        for (var i = 0; i < bytes.Length; i++)
        {
            var changed = (byte[])bytes.Clone();
            changed[i] ^= 1;
            locked.Value = Convert.ToBase64String(changed);

            Assert.ThrowsAny<CryptographicException>(() => Decrypt(locked, Issuer.Secret));
        }
    }

    private static XElement Encrypt(params IReadOnlyList<ServerSecret> secrets) =>
        new KeyRingEncryptor(new ServerSecrets(secrets)).Encrypt(Key).EncryptedElement;

    private static XElement Decrypt(XElement locked, params IReadOnlyList<ServerSecret> secrets)
    {
        using var services = new ServiceCollection().AddSingleton(new ServerSecrets(secrets)).BuildServiceProvider();
        return new KeyRingDecryptor(services).Decrypt(locked);
    }
}
