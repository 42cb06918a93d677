using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Database;

namespace OneTimeJwt.Web.SignIn;

/// <summary>
/// Identity's own, but for three things. Failed sign-ins are counted by the database: of guesses made at the same moment,
/// at any node, each counts. Locked out is who <see cref="AccountLock"/> says. And an account whose name and address
/// stay is neither validated nor normalised anew: other applications have rules of their own for both.
/// </summary>
public sealed class AccountUserManager(
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
    SqliteWriteLock writer,
    AccountLock accountLock,
    TimeProvider time)
    : UserManager<Account>(store, options, hasher, userValidators, passwordValidators, normalizer, errors, services, logger)
{
    public override Task<bool> IsLockedOutAsync(Account user) => Task.FromResult(accountLock.Of(user) != LockState.Open);

    protected override Task<IdentityResult> UpdateUserAsync(Account user) =>
        IsRenamed(database.Entry(user)) ? base.UpdateUserAsync(user) : Store.UpdateAsync(user, CancellationToken);

    private static bool IsRenamed(EntityEntry<Account> row) =>
        row.State == EntityState.Detached
        || row.Property(account => account.UserName).IsModified
        || row.Property(account => account.Email).IsModified;

    public override async Task<IdentityResult> AccessFailedAsync(Account user)
    {
        // Dates are judged here: SQLite compares text, and applications write it in many ways.
        await database.Entry(user).ReloadAsync();
        if (accountLock.Of(user) != LockState.Open)
            return IdentityResult.Success;

        var now = time.GetUtcNow();
        var (last, until) = (Options.Lockout.MaxFailedAccessAttempts - 1, now + Options.Lockout.DefaultLockoutTimeSpan);
        if (await CountAsync(now) == 0 && user.LockoutEnd <= now)
            await CountAsync(accountLock.LatestPause);
        await database.Entry(user).ReloadAsync();
        return IdentityResult.Success;

        // Counts that no guess made, below zero or at the end of the type, count as none and as enough.
        Task<int> CountAsync(DateTimeOffset lockedUntil) =>
            writer.RunAsync(() =>
                database
                    .Users.Where(row => row.Id == user.Id && (row.LockoutEnd == null || row.LockoutEnd <= lockedUntil))
                    .ExecuteUpdateAsync(row =>
                        row.SetProperty(known => known.LockoutEnd, known => known.AccessFailedCount >= last ? until : known.LockoutEnd)
                            .SetProperty(
                                known => known.AccessFailedCount,
                                known =>
                                    known.AccessFailedCount >= last ? 0
                                    : known.AccessFailedCount < 0 ? 1
                                    : known.AccessFailedCount + 1)));
    }
}
