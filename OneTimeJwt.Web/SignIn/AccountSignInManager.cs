using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Database;

namespace OneTimeJwt.Web.SignIn;

/// <summary>
/// Sign-in by address and password. The hash is computed for every address, before anything else is looked at, so that
/// unknown, unconfirmed, locked and password-less accounts cost what a wrong password costs.
/// </summary>
public sealed class AccountSignInManager(
    UserManager<Account> users,
    IHttpContextAccessor http,
    IUserClaimsPrincipalFactory<Account> claims,
    IOptions<IdentityOptions> options,
    ILogger<SignInManager<Account>> logger,
    IAuthenticationSchemeProvider schemes,
    IUserConfirmation<Account> confirmation,
    AccountsContext database,
    SqliteWriteLock writer,
    PasswordHashLimiter hashing,
    AccountLookup lookup,
    PasswordCheck check,
    HashRenewal renewal,
    StampRepair stamps,
    OwnerLanguage language,
    AccountLock accountLock,
    TimeProvider time)
    : SignInManager<Account>(users, http, claims, options, logger, schemes, confirmation)
{
    /// <summary>A session that was begun, or went on, with a second factor (RFC 8176, section 2).</summary>
    public static readonly Claim SecondFactorClaim = new("amr", "mfa");

    /// <summary>A session whose second step was a code that was mailed. Identity keeps one such claim when it renews a session.</summary>
    public static readonly Claim MailedCodeClaim = new("amr", "mail");

    /// <summary>
    /// By user name or address. Where several accounts have the address, the password decides. Wrong guesses count against
    /// the accounts of the address; one whose user name only looks like it is not locked by them, and is not tried while
    /// they lock all the others.
    /// </summary>
    public async Task<SignInResult> EnterAsync(string nameOrAddress, string password)
    {
        var (addressed, named) = await lookup.FindAsync(database, nameOrAddress);
        Account[] tried = [.. addressed, .. named is null || (addressed.Count > 0 && addressed.All(IsPaused)) ? [] : new[] { named }];
        return await FindRightAsync(tried, addressed.Count > 0 ? addressed : tried, password) is { } account
            ? await SignInOrTwoFactorAsync(account, isPersistent: false)
            : SignInResult.Failed;
    }

    /// <summary>Whether this is the account's password and it may sign in; a wrong one counts towards the lock-out.</summary>
    public async Task<bool> CheckPasswordAsync(Account account, string password) =>
        await FindRightAsync([account], [account], password) is not null;

    /// <summary>
    /// What a failed sign-in takes at least, so that the number of accounts of an address does not show in the time, nor a
    /// hash that costs more than new ones do.
    /// </summary>
    public TimeSpan MaxCheckTime(string password) =>
        hashing.LongestRecent is var lately && check.TypicalTime(password, AccountLookup.MaxAtSignIn) is var usual && lately > usual
            ? lately
            : usual;

    private bool IsPaused(Account account) => accountLock.Of(account) == LockState.Paused;

    // All are compared, also after one fitted: which one it was, and whether it may sign in, must not show in the time.
    private async Task<Account?> FindRightAsync(IReadOnlyList<Account> tried, IReadOnlyList<Account> counted, string password)
    {
        var outcomes = password.Length > PasswordSettings.MaximumLength
            ? [.. tried.Select(_ => PasswordVerificationResult.Failed)]
            : await hashing.ForSignInAsync(() => CompareAll(tried, password), Context.RequestAborted);
        var wrong = new List<Account>();
        foreach (var (account, outcome) in tried.Zip(outcomes))
        {
            // While the hash waited its turn, others may have locked the account or changed its password.
            var judged = account.PasswordHash;
            await database.Entry(account).ReloadAsync();
            if (
                account.PasswordHash is null
                || account.PasswordHash != judged
                || !await CanSignInAsync(account)
                || await UserManager.IsLockedOutAsync(account))
                continue;
            if (outcome == PasswordVerificationResult.Failed)
                wrong.Add(account);
            else if (await LetInAsync(account, password, renews: outcome == PasswordVerificationResult.SuccessRehashNeeded))
                return account;
        }

        foreach (var account in wrong.Where(counted.Contains))
            await UserManager.AccessFailedAsync(account);
        return null;
    }

    private List<PasswordVerificationResult> CompareAll(IReadOnlyList<Account> tried, string password) =>
        tried.Count == 0 ? [check.Check(null, password)] : [.. tried.Select(account => check.Check(account, password))];

    private async Task<bool> LetInAsync(Account account, string password, bool renews)
    {
        if (renews && !await renewal.TryAsync(account, password, Context.RequestAborted))
            return false;

        await WriteSuccessAsync(account, forgive: !account.TwoFactorEnabled);
        return await IsOpenAsync(account) && await HasStampAsync(account);
    }

    // Sessions are told apart by it. Whoever got this far has proven whose account it is.
    private async Task<bool> HasStampAsync(Account account)
    {
        if (!string.IsNullOrEmpty(account.SecurityStamp))
            return true;

        await stamps.GiveAsync(account.Id);
        await database.Entry(account).ReloadAsync();
        return !string.IsNullOrEmpty(account.SecurityStamp);
    }

    /// <summary>Signs in whoever has just proven a second factor.</summary>
    public Task SignInWithSecondFactorAsync(Account account) => SignInWithClaimsAsync(account, isPersistent: false, [SecondFactorClaim]);

    /// <summary>A passkey stands for both steps; false where its account may not sign in, or where the proof was used before.</summary>
    public async Task<bool> EnterWithPasskeyAsync(PasskeyProof proof)
    {
        if (await PreSignInCheck(proof.Account) is not null || !await UseOnceAsync(proof) || !await HasStampAsync(proof.Account))
            return false;

        await WriteSuccessAsync(proof.Account, forgive: true);
        await Context.SignOutAsync(IdentityConstants.TwoFactorUserIdScheme);
        await SignInWithSecondFactorAsync(proof.Account);
        return true;
    }

    // The event has the challenge's name for an id, and the table takes an id once, on any number of nodes.
    private async Task<bool> UseOnceAsync(PasskeyProof proof)
    {
        database.Add(
            RecoveryEvent.Of(
                RecoveryEventKind.PasskeyUsed,
                proof.Account.Id,
                time.GetUtcNow(),
                Context.Connection.RemoteIpAddress?.ToString(),
                id: proof.Challenge));
        try
        {
            return (await UserManager.AddOrUpdatePasskeyAsync(proof.Account, proof.Passkey)).Succeeded;
        }
        catch (DbUpdateException)
        {
            if (await database.Trail.AnyAsync(line => line.Id == proof.Challenge))
                return false;
            throw;
        }
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

    // Identity asks whether it could check a code. Whoever has a factor that can't be asked for here gets a code by mail.
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
    /// The second step by a recovery code. Nobody guesses one, so it passes while guesses pause sign-in. It is not used up
    /// where it doesn't pass.
    /// </summary>
    public async Task<SignInResult> EnterWithRecoveryCodeAsync(Account account, string code) =>
        IsOpenTo(accountLock.Of(account), beyondGuessing: true)
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
        await WriteSuccessAsync(account, forgive: true);
        if (!await IsOpenAsync(account, beyondGuessing))
            return SignInResult.LockedOut;

        await Context.SignOutAsync(IdentityConstants.TwoFactorUserIdScheme);
        await SignInWithClaimsAsync(account, isPersistent: false, [factor]);
        return SignInResult.Success;
    }

    // Also where there is nothing to forgive: while failures can't be counted, nobody learns which guess was right.
    private Task<int> WriteSuccessAsync(Account account, bool forgive) => writer.RunAsync(() => database.Users
        .Where(row => row.Id == account.Id)
        .ExecuteUpdateAsync(row => row.SetProperty(known => known.AccessFailedCount, known => forgive ? 0 : known.AccessFailedCount)));

    // Guesses that came before a right one may be written while that is judged, and lock the account.
    private async Task<bool> IsOpenAsync(Account account, bool beyondGuessing = false) =>
        await database.Users.Where(row => row.Id == account.Id).Select(LockColumns.Of).SingleOrDefaultAsync() is { } columns
        && IsOpenTo(accountLock.Of(columns), beyondGuessing);

    private static bool IsOpenTo(LockState state, bool beyondGuessing) =>
        state == LockState.Open || (beyondGuessing && state == LockState.Paused);

    public static bool HasPassedSecondFactor(ClaimsPrincipal session) => session.HasClaim(SecondFactorClaim.Type, SecondFactorClaim.Value);

    public static bool HasPassedMailedCode(ClaimsPrincipal session) => session.HasClaim(MailedCodeClaim.Type, MailedCodeClaim.Value);

    /// <summary>A session is led to the second step of sign-in. What Identity does after the password, with the stamp
    /// since .NET 11.</summary>
    public async Task BeginSecondStepAsync(Account account)
    {
        var stamp = await UserManager.GetSecurityStampAsync(account);
        Claim[] claims = [new(ClaimTypes.Name, account.Id), new(Options.ClaimsIdentity.SecurityStampClaimType, stamp)];
        await Context.SignInAsync(
            IdentityConstants.TwoFactorUserIdScheme,
            new ClaimsPrincipal(new ClaimsIdentity(claims, IdentityConstants.TwoFactorUserIdScheme)));
    }
}
