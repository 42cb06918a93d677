namespace OneTimeJwt.Web.SignIn;

/// <summary>Judges and hashes a new password.</summary>
public sealed class NewPassword(UserManager<Account> users, PasswordHashLimiter hashing, PasswordLength length)
{
    public Task<int> MinimumLengthAsync(Account account) => length.MinimumAsync(users, account);

    /// <returns>Why it is refused, in words for the page; empty where it is accepted.</returns>
    public async Task<IReadOnlyList<string>> FaultsAsync(Account account, string password)
    {
        if (password.Length == 0)
            return [Words.EnterNewPassword];

        var faults = new List<string>();
        foreach (var validator in users.PasswordValidators)
            faults.AddRange((await validator.ValidateAsync(users, account, password)).Errors.Select(error => error.Description));
        return faults;
    }

    public Task<string> HashAsync(Account account, string password) =>
        hashing.ForNewPasswordAsync(() => users.PasswordHasher.HashPassword(account, password));
}
