using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Data;

namespace OneTimeJwt.Web.Accounts;

/// <summary>Identity's own, but that failed sign-ins are counted by the database: of guesses made at the same moment, at any node, each counts.</summary>
public sealed class AccountUsers(
    IUserStore<Account> store,
    IOptions<IdentityOptions> options,
    IPasswordHasher<Account> hasher,
    IEnumerable<IUserValidator<Account>> userValidators,
    IEnumerable<IPasswordValidator<Account>> passwordValidators,
    ILookupNormalizer normalizer,
    IdentityErrorDescriber errors,
    IServiceProvider services,
    ILogger<UserManager<Account>> logger,
    AccountsContext database,
    OneWriter writer,
    TimeProvider time)
    : UserManager<Account>(store, options, hasher, userValidators, passwordValidators, normalizer, errors, services, logger)
{
    public override async Task<IdentityResult> AccessFailedAsync(Account user)
    {
        var now = time.GetUtcNow();
        var (most, until) = (Options.Lockout.MaxFailedAccessAttempts, now + Options.Lockout.DefaultLockoutTimeSpan);
        await writer.RunAsync(() => database.Users
            .Where(row => row.Id == user.Id && (row.LockoutEnd == null || row.LockoutEnd <= now))
            .ExecuteUpdateAsync(row => row
                .SetProperty(known => known.LockoutEnd, known => known.AccessFailedCount + 1 < most ? known.LockoutEnd : until)
                .SetProperty(known => known.AccessFailedCount, known => known.AccessFailedCount + 1 < most ? known.AccessFailedCount + 1 : 0)));
        await database.Entry(user).ReloadAsync();
        return IdentityResult.Success;
    }
}
