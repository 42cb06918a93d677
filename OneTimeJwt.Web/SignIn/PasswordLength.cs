namespace OneTimeJwt.Web.SignIn;

/// <summary>
/// The fewest characters of an account's new password, for the page that asks for it and for the policy. The shorter
/// length is for accounts with a second factor that is asked for here, and in a session for one that has passed it.
/// </summary>
public sealed class PasswordLength(IOptions<AccountsSettings> settings, IHttpContextAccessor http)
{
    public async Task<int> MinimumAsync(UserManager<Account> users, Account account)
    {
        var passwords = settings.Value.Passwords;
        return account.TwoFactorEnabled && HasPassed(account) && await SecondFactor.IsOnAsync(users, account)
            ? passwords.MinimumLengthWithTwoFactor
            : passwords.MinimumLength;
    }

    // A link needs no session; a session of another account has passed nothing for this one.
    private bool HasPassed(Account account) =>
        http.HttpContext?.User is not { Identity.IsAuthenticated: true } session
        || session.FindFirst(System.Security.Claims.ClaimTypes.NameIdentifier)?.Value != account.Id
        || AccountSignInManager.HasPassedSecondFactor(session);
}
