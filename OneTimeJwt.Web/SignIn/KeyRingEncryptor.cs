using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;

namespace OneTimeJwt.Web.SignIn;

/// <summary>Encrypts data protection's keys with AES-256-GCM (NIST SP 800-38D) under a subkey of the current server secret.</summary>
internal sealed class KeyRingEncryptor(ServerSecrets secrets) : IXmlEncryptor
{
    internal const string Label = "ott/keyring/v1";

    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var secret = secrets.Current;
        var plain = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        var nonce = RandomNumberGenerator.GetBytes(AesGcm.NonceByteSizes.MaxSize);
        var tag = new byte[AesGcm.TagByteSizes.MaxSize];
        var cipher = new byte[plain.Length];
        using var aes = new AesGcm(secret.Subkey(Label), tag.Length);
        aes.Encrypt(nonce, plain, cipher, tag, Encoding.UTF8.GetBytes(secret.Id));
        return new EncryptedXmlInfo(
            new XElement("encryptedKey", new XAttribute("kid", secret.Id), Convert.ToBase64String([.. nonce, .. tag, .. cipher])),
            typeof(KeyRingDecryptor));
    }
}

/// <summary>Data protection creates it by name. A key whose secret is no longer configured stays encrypted.</summary>
internal sealed class KeyRingDecryptor(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement)
    {
        var id = (string?)encryptedElement.Attribute("kid");
        var secret = services.GetRequiredService<ServerSecrets>().All.FirstOrDefault(known => known.Id == id)
            ?? throw new CryptographicException($"The server secret '{id}' that encrypted this key is not configured.");

        var bytes = Convert.FromBase64String(encryptedElement.Value).AsSpan();
        var (nonce, tag) = (AesGcm.NonceByteSizes.MaxSize, AesGcm.TagByteSizes.MaxSize);
        var plain = new byte[bytes.Length - nonce - tag];
        using var aes = new AesGcm(secret.Subkey(KeyRingEncryptor.Label), tag);
        aes.Decrypt(bytes[..nonce], bytes[(nonce + tag)..], bytes.Slice(nonce, tag), plain, Encoding.UTF8.GetBytes(secret.Id));
        return XElement.Parse(Encoding.UTF8.GetString(plain));
    }
}
