using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Data;

namespace OneTimeJwt.Web.Tests.App;

/// <summary>While a password is looked at, others go on.</summary>
internal sealed class BusyHasher(Action meanwhile, IOptions<PasswordHasherOptions> options) : PasswordHasher<Account>(options)
{
    public override PasswordVerificationResult VerifyHashedPassword(Account user, string hashedPassword, string providedPassword)
    {
        meanwhile();
        return base.VerifyHashedPassword(user, hashedPassword, providedPassword);
    }
}
