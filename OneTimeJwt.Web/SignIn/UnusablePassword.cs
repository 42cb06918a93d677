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
    // PasswordHasher, version 2: marker, salt, key. Version 3: marker, function, iterations, length of the salt, salt, key.
    private const byte MarkerV3 = 1;
    private const int SaltSize = 16;
    private const int KeySize = 32;
    private const int HeaderSizeV2 = 1;
    private const int HeaderSizeV3 = 13;

    /// <summary>Nothing to replace where the account has no password, such as one that signs in through another provider only.</summary>
    public void Replace(Account account)
    {
        if (account.PasswordHash is not null)
            account.PasswordHash = NewHash();
    }

    public string NewHash() =>
        options.Value.CompatibilityMode == PasswordHasherCompatibilityMode.IdentityV2 ? NewV2() : NewV3(options.Value.IterationCount);

    private static string NewV2()
    {
        var hash = new byte[HeaderSizeV2 + SaltSize + KeySize];
        RandomNumberGenerator.Fill(hash.AsSpan(HeaderSizeV2));
        return Convert.ToBase64String(hash);
    }

    private static string NewV3(int iterations)
    {
        var hash = new byte[HeaderSizeV3 + SaltSize + KeySize];
        hash[0] = MarkerV3;
        BinaryPrimitives.WriteInt32BigEndian(hash.AsSpan(1), (int)KeyDerivationPrf.HMACSHA512);
        BinaryPrimitives.WriteInt32BigEndian(hash.AsSpan(5), iterations);
        BinaryPrimitives.WriteInt32BigEndian(hash.AsSpan(9), SaltSize);
        RandomNumberGenerator.Fill(hash.AsSpan(HeaderSizeV3));
        return Convert.ToBase64String(hash);
    }
}
