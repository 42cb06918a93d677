using OneTimeJwt.Web.Admin;

namespace OneTimeJwt.Web.Hosting;

/// <summary>Adds the seeded accounts that aren't there yet; an account that is there keeps its present password.</summary>
internal sealed class DevelopmentSeed(
    UserManager<Account> accounts,
    AccountsContext database,
    SqliteWriteLock writer,
    IOptions<SeedSettings> settings,
    IOptions<AdminSettings> admin)
{
    /// <returns>Why an account can't be added; null where all are there.</returns>
    public async Task<string?> SeedAsync()
    {
        foreach (var seed in settings.Value.Accounts)
        {
            if (await accounts.FindByNameAsync(seed.Email!) is null && await RefusalAsync(seed) is { } cause)
                return $"Seed:Accounts: the database refused {seed.Email}: {cause}. Give new accounts what it wants by "
                    + "Accounts:New:Columns:<name>, or leave Seed:Accounts out.";
        }

        return null;
    }

    // Whole or not at all: an account that is there is never added to.
    private async Task<string?> RefusalAsync(SeedAccount seed)
    {
        try
        {
            return await writer.RunAsync(() => database.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
            {
                database.ChangeTracker.Clear();
                await using var transaction = await database.Database.BeginTransactionAsync();
                await AddAsync(seed);
                await transaction.CommitAsync();
                return (string?)null;
            }));
        }
        catch (DbUpdateException fault) when (fault.IsRefusal())
        {
            return fault.Cause();
        }
    }

    private async Task AddAsync(SeedAccount seed)
    {
        var account = new Account { UserName = seed.Email, Email = seed.Email, EmailConfirmed = seed.Confirmed };
        // Straight to the hash: a development password need not meet the policy.
        account.PasswordHash = accounts.PasswordHasher.HashPassword(account, seed.Password!);
        Check(await accounts.CreateAsync(account));

        var roles = seed.Roles.Select(name => admin.Value.Roles.Named(name)!.Value).Distinct();
        database.AddRange(roles.Select(role => new RecoveryRoleMember(account.Id, role)));
        await database.SaveChangesAsync();

        if (seed.AuthenticatorKey is not null)
            await AddSecondFactorAsync(account, seed);
    }

    private async Task AddSecondFactorAsync(Account account, SeedAccount seed)
    {
        Check(await accounts.SetAuthenticationTokenAsync(account, Account.TokenStore, "AuthenticatorKey", seed.AuthenticatorKey));
        if (seed.RecoveryCodes.Count > 0)
            Check(
                await accounts.SetAuthenticationTokenAsync(
                    account,
                    Account.TokenStore,
                    "RecoveryCodes",
                    string.Join(';', seed.RecoveryCodes)));
        Check(await accounts.SetTwoFactorEnabledAsync(account, enabled: true));
    }

    private static void Check(IdentityResult result)
    {
        if (!result.Succeeded)
            throw new InvalidOperationException($"Seed:Accounts: {string.Join(' ', result.Errors.Select(error => error.Description))}");
    }
}
