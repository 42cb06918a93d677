using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Cryptography.KeyDerivation;

namespace OneTimeJwt.Web.Accounts;

/// <summary>
/// A hash in Identity's own format, at the usual cost, that belongs to no password: what an account gets whose present
/// password has to stop working. To other applications on the same database it is a wrong password like any other.
/// </summary>
public static class UnusablePassword
{
    // PasswordHasher, version 3: marker, algorithm, iterations, length of the salt, salt, key.
    private const byte Marker = 1;
    private const int SaltSize = 16;
    private const int KeySize = 32;
    private const int HeaderSize = 13;

    public static string NewHash()
    {
        var hash = new byte[HeaderSize + SaltSize + KeySize];
        hash[0] = Marker;
        BinaryPrimitives.WriteInt32BigEndian(hash.AsSpan(1), (int)KeyDerivationPrf.HMACSHA512);
        BinaryPrimitives.WriteInt32BigEndian(hash.AsSpan(5), AccountsModule.HashIterations);
        BinaryPrimitives.WriteInt32BigEndian(hash.AsSpan(9), SaltSize);
        RandomNumberGenerator.Fill(hash.AsSpan(HeaderSize));
        return Convert.ToBase64String(hash);
    }
}
