using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.SignIn;

/// <summary>
/// Changes an account's second factor. Event and notice are written with the change, and the security stamp is replaced:
/// outstanding links and other sessions end. Keys and recovery codes are stored where and as Identity stores them: in clear.
/// </summary>
public sealed class SecondFactor(UserManager<Account> users, AccountsContext database, SqliteWriteLock writer, TimeProvider time)
{
    // Identity's own names.
    private const string KeyName = "AuthenticatorKey";
    private const string CodesName = "RecoveryCodes";

    private const int CodeCount = 10;

    // Ten bytes, as the shortest that are in use.
    private const int MinKeyLength = 16;

    public async Task<SecondFactorState> ReadAsync(Account account)
    {
        var passkeys = await users.GetPasskeysAsync(account);
        // A key that was never confirmed is no second factor.
        var hasAuthenticator = account.TwoFactorEnabled && IsUsable(await users.GetAuthenticatorKeyAsync(account));
        var isOn = account.TwoFactorEnabled && (hasAuthenticator || passkeys.Count > 0);
        return new SecondFactorState(
            isOn,
            hasAuthenticator,
            await users.CountRecoveryCodesAsync(account),
            [.. passkeys.OrderBy(passkey => passkey.CreatedAt)],
            IsElsewhere: account.TwoFactorEnabled && !isOn);
    }

    /// <summary>Whether an authenticator app or a passkey protects the account.</summary>
    public static async Task<bool> IsOnAsync(UserManager<Account> users, Account account) =>
        account.TwoFactorEnabled
        && (IsUsable(await users.GetAuthenticatorKeyAsync(account)) || (await users.GetPasskeysAsync(account)).Count > 0);

    // Codes of a shorter key prove nothing, and a key that isn't base32 (RFC 4648, section 6), such as one that another
    // application encrypts, makes Identity throw.
    private static bool IsUsable(string? key) =>
        key?.TrimEnd('=') is { Length: >= MinKeyLength } text && text.All(c => char.IsAsciiLetter(c) || c is >= '2' and <= '7');

    /// <summary>The account's authenticator app from now on, if its code fits; the one before stops working.</summary>
    public Task<SecondFactorChange> UseAuthenticatorAsync(Account account, string key, string code, string? client) => AddAsync(
        account, RecoveryEventKind.AuthenticatorChanged, OutboxKind.AuthenticatorNotice, "authenticator app", client, async () =>
        {
            account.TwoFactorEnabled = true;
            return Problem(await users.SetAuthenticationTokenAsync(account, Account.TokenStore, KeyName, key))
                ?? (await users.VerifyTwoFactorTokenAsync(account, users.Options.Tokens.AuthenticatorTokenProvider, code)
                    ? null
                    : Words.CodeDoesNotFit);
        });

    public Task<SecondFactorChange> AddPasskeyAsync(Account account, UserPasskeyInfo passkey, string? client) => AddAsync(
        account, RecoveryEventKind.PasskeyAdded, OutboxKind.PasskeyAddedNotice, "passkey", client, async () =>
        {
            // A key that was never confirmed. Where two-factor is on it is another application's.
            if (!account.TwoFactorEnabled)
                await RemoveTokenAsync(account, KeyName);
            account.TwoFactorEnabled = true;
            return Problem(await users.AddOrUpdatePasskeyAsync(account, passkey));
        });

    /// <summary>Where nothing is left besides the password, two-factor is off.</summary>
    public async Task<SecondFactorChange> RemovePasskeyAsync(Account account, byte[] credentialId, string? client)
    {
        var state = await ReadAsync(account);
        // Asked twice, the second time finds one passkey less, and that one isn't meant.
        if (!state.Passkeys.Any(passkey => passkey.CredentialId.AsSpan().SequenceEqual(credentialId)))
            return new SecondFactorChange(Words.ChangedMeanwhile, []);
        if (!state.HasAuthenticator && state.Passkeys.Count == 1)
            return await TurnOffAsync(account, client);

        return await ChangeAsync(
            account,
            RecoveryEventKind.PasskeyRemoved,
            OutboxKind.PasskeyRemovedNotice,
            client,
            async () => Problem(await users.RemovePasskeyAsync(account, credentialId)));
    }

    public Task<SecondFactorChange> MakeCodesAsync(Account account, string? client) =>
        ChangeAsync(
            account,
            RecoveryEventKind.RecoveryCodesMade,
            OutboxKind.RecoveryCodesNotice,
            client,
            () => Task.FromResult<string?>(null),
            newCodes: true);

    /// <summary>Removes everything: authenticator app, recovery codes and passkeys.</summary>
    public Task<SecondFactorChange> TurnOffAsync(Account account, string? client) =>
        ChangeAsync(account, RecoveryEventKind.TwoFactorOff, OutboxKind.TwoFactorOffNotice, client, async () =>
        {
            foreach (var passkey in await users.GetPasskeysAsync(account))
                await users.RemovePasskeyAsync(account, passkey.CredentialId);
            await RemoveTokenAsync(account, KeyName);
            await RemoveTokenAsync(account, CodesName);
            account.TwoFactorEnabled = false;
            return null;
        });

    // The first one switches two-factor on.
    private async Task<SecondFactorChange> AddAsync(
        Account account,
        RecoveryEventKind kind,
        string notice,
        string detail,
        string? client,
        Func<Task<string?>> change)
    {
        var state = await ReadAsync(account);
        return await ChangeAsync(
            account,
            state.IsOn ? kind : RecoveryEventKind.TwoFactorOn,
            state.IsOn ? notice : OutboxKind.TwoFactorOnNotice,
            client,
            change,
            detail,
            // Those that another application issued stay valid.
            newCodes: !state.IsOn && (!account.TwoFactorEnabled || state.CodesLeft == 0));
    }

    private Task<SecondFactorChange> ChangeAsync(
        Account account,
        RecoveryEventKind kind,
        string notice,
        string? client,
        Func<Task<string?>> change,
        string? detail = null,
        bool newCodes = false)
    {
        var now = time.GetUtcNow();
        var line = RecoveryEvent.Of(kind, account.Id, now, client, detail);
        var mail = OutboxMail.ForUser(notice, account.Id, client, now);
        IEnumerable<string>? codes = [];
        var tries = 0;
        return RefusableAsync(account, () => writer.RunAsync(() => database.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            if (tries++ > 0 && await StartOverAsync(account, line))
                return new SecondFactorChange(null, [.. codes!]);

            await using var transaction = await database.Database.BeginTransactionAsync();
            if (await change() is { } problem)
                return new SecondFactorChange(problem, []);

            codes = newCodes ? await users.GenerateNewTwoFactorRecoveryCodesAsync(account, CodeCount) : [];
            database.AddRange(line, mail);
            if (codes is null || Problem(await users.UpdateSecurityStampAsync(account)) is not null)
                return new SecondFactorChange(Words.ChangedMeanwhile, []);

            await transaction.CommitAsync();
            return new SecondFactorChange(null, [.. codes]);
        })));
    }

    // The host's tables may require what Identity doesn't write, and another request may have added the same. What isn't committed
    // isn't left in the context either, where the page would read it.
    private async Task<SecondFactorChange> RefusableAsync(Account account, Func<Task<SecondFactorChange>> change)
    {
        SecondFactorChange made;
        try
        {
            made = await change();
        }
        catch (DbUpdateException fault) when (fault.IsRefusal() || fault.IsConflict())
        {
            made = new SecondFactorChange(fault.IsConflict() ? Words.ChangedMeanwhile : Words.RefusedByDatabase, []);
        }

        if (made.Problem is not null)
            await ReloadAsync(account);
        return made;
    }

    // A try that was broken off left its changes in the context. True where its commit happened all the same.
    private async Task<bool> StartOverAsync(Account account, RecoveryEvent line)
    {
        await ReloadAsync(account);
        return await database.HasHappenedAsync(line.Id);
    }

    private Task ReloadAsync(Account account)
    {
        database.ChangeTracker.Clear();
        return database.Attach(account).ReloadAsync();
    }

    private Task<IdentityResult> RemoveTokenAsync(Account account, string name) =>
        users.RemoveAuthenticationTokenAsync(account, Account.TokenStore, name);

    private static string? Problem(IdentityResult result) => result.Succeeded ? null : Words.ChangedMeanwhile;
}
