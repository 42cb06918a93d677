namespace OneTimeJwt.Web.SignIn;

/// <summary>
/// Identity's own, but for two things. <see cref="SignInLockout"/> counts failures and says who is locked out. And an account
/// whose name and address stay is neither validated nor normalised anew: other applications have rules of their own for both.
/// </summary>
// Nine parameters are the base class's.
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
    SignInLockout lockout)
    : UserManager<Account>(store, options, hasher, userValidators, passwordValidators, normalizer, errors, services, logger)
{
    public override Task<bool> IsLockedOutAsync(Account user) => Task.FromResult(!lockout.IsOpen(user));

    public override async Task<IdentityResult> AccessFailedAsync(Account user)
    {
        await lockout.CountFailureAsync(user);
        return IdentityResult.Success;
    }

    protected override Task<IdentityResult> UpdateUserAsync(Account user) =>
        ((AccountStore)Store).IsRenamed(user) ? base.UpdateUserAsync(user) : Store.UpdateAsync(user, CancellationToken);
}
