using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;

namespace OneTimeJwt.Web.SignIn;

/// <summary>Identity's own, with the ways to sign in that this app has: by password, by passkey, and the second step.</summary>
// Seven parameters are the base class's.
public sealed class AccountSignInManager(
    UserManager<Account> users,
    IHttpContextAccessor http,
    IUserClaimsPrincipalFactory<Account> claims,
    IOptions<IdentityOptions> options,
    ILogger<SignInManager<Account>> logger,
    IAuthenticationSchemeProvider schemes,
    IUserConfirmation<Account> confirmation,
    PasswordVerifier passwords,
    SignInLockout lockout,
    OwnerLanguage language)
    : SignInManager<Account>(users, http, claims, options, logger, schemes, confirmation)
{
    /// <summary>A session that was begun, or went on, with a second factor (RFC 8176, section 2).</summary>
    public static readonly Claim SecondFactorClaim = new("amr", "mfa");

    /// <summary>A session whose second step was a code that was mailed. Identity keeps one such claim when it renews a session.</summary>
    public static readonly Claim MailedCodeClaim = new("amr", "mail");

    public async Task<SignInResult> EnterAsync(string nameOrAddress, string password) =>
        await passwords.FindAsync(nameOrAddress, password, CanSignInAsync, Context.RequestAborted) is { } account
            ? await SignInOrTwoFactorAsync(account, isPersistent: false)
            : SignInResult.Failed;

    /// <summary>Whether this is the account's password and it may sign in; a wrong one counts towards the lock-out.</summary>
    public Task<bool> CheckPasswordAsync(Account account, string password) =>
        passwords.CheckAsync(account, password, CanSignInAsync, Context.RequestAborted);

    /// <summary>Signs in after a second factor was proven.</summary>
    public Task SignInWithSecondFactorAsync(Account account) => SignInWithClaimsAsync(account, isPersistent: false, [SecondFactorClaim]);

    /// <summary>A passkey counts as both steps; false where its account may not sign in.</summary>
    /// <param name="account">Whose passkey it is.</param>
    /// <param name="useOnce">Uses the proof up; false where it was used before.</param>
    public async Task<bool> EnterWithPasskeyAsync(Account account, Func<Task<bool>> useOnce)
    {
        if (await PreSignInCheck(account) is not null || !await useOnce())
            return false;

        await lockout.WriteSuccessAsync(account, forgive: true);
        await Context.SignOutAsync(IdentityConstants.TwoFactorUserIdScheme);
        await SignInWithSecondFactorAsync(account);
        return true;
    }

    // Every way to sign in ends here.
    public override async Task SignInWithClaimsAsync(
        Account user,
        AuthenticationProperties? authenticationProperties,
        IEnumerable<Claim> additionalClaims)
    {
        await base.SignInWithClaimsAsync(user, authenticationProperties, additionalClaims);
        await language.RememberAsync(user);
    }

    // Identity asks whether it could check a code. Where the factor can't be asked for here, a code is mailed.
    public override Task<bool> IsTwoFactorEnabledAsync(Account user) => Task.FromResult(user.TwoFactorEnabled);

    /// <summary>The second step by a code of an authenticator app; a wrong one counts towards the lock-out.</summary>
    public Task<SignInResult> EnterWithAppCodeAsync(Account account, string code) => EnterWithCodeAsync(
        account, SecondFactorClaim, () => UserManager.VerifyTwoFactorTokenAsync(account, Options.Tokens.AuthenticatorTokenProvider, code));

    /// <summary>The second step of an account whose factor can't be asked for here; a wrong code counts towards the lock-out.</summary>
    /// <param name="account">Whose password was right.</param>
    /// <param name="useCode">Uses the code up, ahead of all else; false where it isn't right.</param>
    public Task<SignInResult> EnterWithMailedCodeAsync(Account account, Func<Task<bool>> useCode) =>
        EnterWithCodeAsync(account, MailedCodeClaim, useCode);

    /// <summary>
    /// The second step by a recovery code. It can't be guessed, so it is accepted while guesses pause sign-in. It is not used up
    /// where it isn't accepted.
    /// </summary>
    public async Task<SignInResult> EnterWithRecoveryCodeAsync(Account account, string code) =>
        lockout.IsOpen(account, beyondGuessing: true)
        && (await UserManager.RedeemTwoFactorRecoveryCodeAsync(account, code)).Succeeded
            ? await EndSecondStepAsync(account, SecondFactorClaim, beyondGuessing: true)
            : SignInResult.Failed;

    private async Task<SignInResult> EnterWithCodeAsync(Account account, Claim factor, Func<Task<bool>> isRight)
    {
        if (await PreSignInCheck(account) is { } refusal)
            return refusal;
        if (await isRight())
            return await EndSecondStepAsync(account, factor, beyondGuessing: false);

        await UserManager.AccessFailedAsync(account);
        return SignInResult.Failed;
    }

    private async Task<SignInResult> EndSecondStepAsync(Account account, Claim factor, bool beyondGuessing)
    {
        await lockout.WriteSuccessAsync(account, forgive: true);
        if (!await lockout.IsStillOpenAsync(account, beyondGuessing))
            return SignInResult.LockedOut;

        await Context.SignOutAsync(IdentityConstants.TwoFactorUserIdScheme);
        await SignInWithClaimsAsync(account, isPersistent: false, [factor]);
        return SignInResult.Success;
    }

    public static bool HasPassedSecondFactor(ClaimsPrincipal session) => session.HasClaim(SecondFactorClaim.Type, SecondFactorClaim.Value);

    public static bool HasPassedMailedCode(ClaimsPrincipal session) => session.HasClaim(MailedCodeClaim.Type, MailedCodeClaim.Value);

    /// <summary>Redirected to the second step of sign-in, a session needs what Identity sets after the password; with the
    /// stamp since .NET 11.</summary>
    public async Task BeginSecondStepAsync(Account account)
    {
        var stamp = await UserManager.GetSecurityStampAsync(account);
        Claim[] claims = [new(ClaimTypes.Name, account.Id), new(Options.ClaimsIdentity.SecurityStampClaimType, stamp)];
        await Context.SignInAsync(
            IdentityConstants.TwoFactorUserIdScheme,
            new ClaimsPrincipal(new ClaimsIdentity(claims, IdentityConstants.TwoFactorUserIdScheme)));
    }
}
