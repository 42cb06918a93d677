using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Cryptography.KeyDerivation;

namespace OneTimeJwt.Web.SignIn;

/// <summary>
/// A hash in the format and at the cost of new ones that belongs to no password: what an account gets whose present
/// password has to stop working. To other applications on the same database it is a wrong password like any other.
/// </summary>
public sealed class UnusablePassword(IOptions<PasswordHasherOptions> options)
{
    private const byte MarkerV2 = 0;
    private const byte MarkerV3 = 1;
    private const int SaltSize = 16;
    private const int KeySize = 32;

    /// <summary>Nothing to replace where the account has no password, such as one that signs in through another provider only.</summary>
    public void Replace(Account account)
    {
        if (account.PasswordHash is not null)
            account.PasswordHash = NewHash();
    }

    public string NewHash() => Convert.ToBase64String([.. Header(), .. RandomNumberGenerator.GetBytes(SaltSize + KeySize)]);

    // PasswordHasher, version 2: marker. Version 3: marker, function, iterations, length of the salt. Then salt and key.
    private byte[] Header()
    {
        if (options.Value.CompatibilityMode == PasswordHasherCompatibilityMode.IdentityV2)
            return [MarkerV2];

        var header = new byte[13];
        header[0] = MarkerV3;
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(1), (int)KeyDerivationPrf.HMACSHA512);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(5), options.Value.IterationCount);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(9), SaltSize);
        return header;
    }
}
