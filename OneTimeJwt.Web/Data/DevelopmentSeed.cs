using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace OneTimeJwt.Web.Data;

/// <summary>Adds the seeded accounts that aren't there yet; an account that is there keeps its present password.</summary>
internal sealed class DevelopmentSeed(UserManager<Account> accounts, RoleManager<IdentityRole> roles, AccountsContext database, IOptions<SeedSettings> settings)
{
    public async Task PlantAsync()
    {
        foreach (var seed in settings.Value.Accounts)
        {
            if (await accounts.FindByNameAsync(seed.Email!) is null)
                await AddAsync(seed);
        }
    }

    private async Task AddAsync(SeedAccount seed)
    {
        var account = new Account { UserName = seed.Email, Email = seed.Email, EmailConfirmed = seed.Confirmed };
        // Straight to the hash: a development password need not meet the policy.
        account.PasswordHash = accounts.PasswordHasher.HashPassword(account, seed.Password!);
        Check(await accounts.CreateAsync(account));

        foreach (var role in seed.Roles)
        {
            if (!await roles.RoleExistsAsync(role))
                await AddRoleAsync(new IdentityRole(role));
            Check(await accounts.AddToRoleAsync(account, role));
        }

        if (seed.AuthenticatorKey is not null)
            await AddSecondFactorAsync(account, seed);
    }

    private async Task AddRoleAsync(IdentityRole role)
    {
        database.Add(RoleMark.For(role));
        Check(await roles.CreateAsync(role));
    }

    private async Task AddSecondFactorAsync(Account account, SeedAccount seed)
    {
        Check(await accounts.SetAuthenticationTokenAsync(account, Account.TokenStore, "AuthenticatorKey", seed.AuthenticatorKey));
        if (seed.RecoveryCodes.Count > 0)
            Check(await accounts.SetAuthenticationTokenAsync(account, Account.TokenStore, "RecoveryCodes", string.Join(';', seed.RecoveryCodes)));
        Check(await accounts.SetTwoFactorEnabledAsync(account, enabled: true));
    }

    private static void Check(IdentityResult result)
    {
        if (!result.Succeeded)
            throw new InvalidOperationException($"Seed:Accounts: {string.Join(' ', result.Errors.Select(error => error.Description))}");
    }
}
