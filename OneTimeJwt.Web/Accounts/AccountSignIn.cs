using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Data;

namespace OneTimeJwt.Web.Accounts;

/// <summary>
/// Sign-in by address and password. The hash is computed for every address, before anything else is looked at, so that
/// unknown, unconfirmed, locked and password-less accounts cost what a wrong password costs.
/// </summary>
public sealed class AccountSignIn(
    UserManager<Account> users,
    IHttpContextAccessor http,
    IUserClaimsPrincipalFactory<Account> claims,
    IOptions<IdentityOptions> options,
    ILogger<SignInManager<Account>> logger,
    IAuthenticationSchemeProvider schemes,
    IUserConfirmation<Account> confirmation,
    AccountsContext database,
    OneWriter writer,
    Hashing hashing,
    TimeProvider time)
    : SignInManager<Account>(users, http, claims, options, logger, schemes, confirmation)
{
    /// <summary>A session that was begun, or went on, with a second factor (RFC 8176, section 2).</summary>
    public static readonly Claim SecondFactorClaim = new("amr", "mfa");

    // The hash of a password that nobody knows, at the present cost.
    private static readonly Lazy<string> Decoy = new(() => new PasswordHasher<Account>(
        Microsoft.Extensions.Options.Options.Create(new PasswordHasherOptions { IterationCount = AccountsModule.HashIterations })).HashPassword(new Account(), Guid.NewGuid().ToString()));

    private bool _isBeyondGuessing;

    public async Task<SignInResult> EnterAsync(string address, string password)
    {
        var account = await FindAsync(address);
        if (!await IsRightAsync(account, password))
            return SignInResult.Failed;

        return await SignInOrTwoFactorAsync(account!, isPersistent: false);
    }

    /// <summary>Whether this is the account's password and it may sign in; a wrong one counts towards the lock-out.</summary>
    public async Task<bool> IsRightAsync(Account? account, string password)
    {
        var outcome = password.Length > PasswordSettings.MaximumLength
            ? PasswordVerificationResult.Failed
            : await hashing.ForSignInAsync(() => UserManager.PasswordHasher.VerifyHashedPassword(account ?? new Account(), account?.PasswordHash ?? Decoy.Value, password), Context.RequestAborted);
        // While the hash waited its turn, others may have locked the account or changed its password.
        var judged = account?.PasswordHash;
        if (account is not null)
            await database.Entry(account).ReloadAsync();
        if (account?.PasswordHash is null || account.PasswordHash != judged || !await CanSignInAsync(account) || await UserManager.IsLockedOutAsync(account))
            return false;
        if (outcome == PasswordVerificationResult.Failed)
        {
            await UserManager.AccessFailedAsync(account);
            return false;
        }

        if (outcome == PasswordVerificationResult.SuccessRehashNeeded && !await TryRenewHashAsync(account, password))
            return false;

        await WriteSuccessAsync(account, forgive: !account.TwoFactorEnabled);
        return await IsOpenAsync(account);
    }

    /// <summary>Signs in whoever has just proven a second factor.</summary>
    public Task SignInWithSecondFactorAsync(Account account) => SignInWithClaimsAsync(account, isPersistent: false, [SecondFactorClaim]);

    /// <summary>A passkey stands for both steps; false where its account may not sign in, or where the proof was used before.</summary>
    public async Task<bool> EnterWithPasskeyAsync(PasskeyProof proof)
    {
        if (await PreSignInCheck(proof.Account) is not null || !await UseOnceAsync(proof))
            return false;

        await WriteSuccessAsync(proof.Account, forgive: true);
        await Context.SignOutAsync(IdentityConstants.TwoFactorUserIdScheme);
        await SignInWithSecondFactorAsync(proof.Account);
        return true;
    }

    // The event has the challenge's name for an id, and the table takes an id once, on any number of nodes.
    private async Task<bool> UseOnceAsync(PasskeyProof proof)
    {
        database.Add(new RecoveryEvent { Id = proof.Challenge, At = time.GetUtcNow(), Kind = RecoveryEventKind.PasskeyUsed, AccountId = proof.Account.Id, Client = Context.Connection.RemoteIpAddress?.ToString() });
        try
        {
            return (await UserManager.AddOrUpdatePasskeyAsync(proof.Account, proof.Passkey)).Succeeded;
        }
        catch (DbUpdateException) when (database.Trail.AsNoTracking().Any(line => line.Id == proof.Challenge))
        {
            return false;
        }
    }

    // Identity counts providers of codes; a passkey is asked for as well.
    public override async Task<bool> IsTwoFactorEnabledAsync(Account user) =>
        await base.IsTwoFactorEnabledAsync(user) || (user.TwoFactorEnabled && (await UserManager.GetPasskeysAsync(user)).Count > 0);

    // Nobody guesses a recovery code, and one that is used up lets its owner in.
    public override Task<SignInResult> TwoFactorRecoveryCodeSignInAsync(string recoveryCode)
    {
        _isBeyondGuessing = true;
        return base.TwoFactorRecoveryCodeSignInAsync(recoveryCode);
    }

    // What its task tells decides whether the second step succeeded.
    protected override Task ResetLockout(Account user) => ForgiveAsync(user);

    private async Task<IdentityResult> ForgiveAsync(Account account)
    {
        await WriteSuccessAsync(account, forgive: true);
        return _isBeyondGuessing || await IsOpenAsync(account) ? IdentityResult.Success : IdentityResult.Failed();
    }

    // Also where there is nothing to forgive: while failures can't be counted, nobody learns which guess was right.
    private Task<int> WriteSuccessAsync(Account account, bool forgive) => writer.RunAsync(() => database.Users
        .Where(row => row.Id == account.Id)
        .ExecuteUpdateAsync(row => row.SetProperty(known => known.AccessFailedCount, known => forgive ? 0 : known.AccessFailedCount)));

    // Guesses that came before a right one may be written while that is judged, and lock the account.
    private Task<bool> IsOpenAsync(Account account)
    {
        var now = time.GetUtcNow();
        return database.Users.AnyAsync(row => row.Id == account.Id && (!row.LockoutEnabled || row.LockoutEnd == null || row.LockoutEnd <= now));
    }

    // That column alone: a lock that was written meanwhile stays, and so does another password, with which this one is wrong.
    private async Task<bool> TryRenewHashAsync(Account account, string password)
    {
        var hash = await hashing.ForSignInAsync(() => UserManager.PasswordHasher.HashPassword(account, password), Context.RequestAborted);
        await writer.RunAsync(() => database.Users
            .Where(row => row.Id == account.Id && row.PasswordHash == account.PasswordHash)
            .ExecuteUpdateAsync(row => row.SetProperty(known => known.PasswordHash, hash).SetProperty(known => known.ConcurrencyStamp, Guid.NewGuid().ToString())));
        await database.Entry(account).ReloadAsync();
        return account.PasswordHash == hash;
    }

    private async Task<Account?> FindAsync(string address)
    {
        if (!Addresses.CanBeNormalised(address))
            return null;
        if (await UserManager.FindByNameAsync(address) is { } named)
            return named;

        var normalised = UserManager.NormalizeEmail(address);
        var matches = await database.Users.Where(account => account.NormalizedEmail == normalised).OrderBy(account => account.Id).Take(2).ToListAsync();
        return matches.Count == 1 ? matches[0] : null;
    }
}
