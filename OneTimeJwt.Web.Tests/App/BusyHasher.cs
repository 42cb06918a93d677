using Microsoft.Extensions.Options;

namespace OneTimeJwt.Web.Tests.App;

/// <summary>While a password is looked at, or hashed, others go on.</summary>
internal sealed class BusyHasher(Action meanwhile, IOptions<PasswordHasherOptions> options, bool whileHashing = false)
    : PasswordHasher<Account>(options)
{
    public override PasswordVerificationResult VerifyHashedPassword(Account user, string hashedPassword, string providedPassword)
    {
        if (!whileHashing)
            meanwhile();
        return base.VerifyHashedPassword(user, hashedPassword, providedPassword);
    }

    public override string HashPassword(Account user, string password)
    {
        if (whileHashing)
            meanwhile();
        return base.HashPassword(user, password);
    }
}
