using OneTimeJwt.Web.Audit;

namespace OneTimeJwt.Web.SignIn;

/// <summary>Signs in with the passkey that a form carries.</summary>
internal sealed class PasskeyEntry(
    Passkeys passkeys,
    AccountSignInManager signIn,
    AccountsContext database,
    StampRepair stamps,
    SignInMetrics meter,
    TimeProvider time)
{
    /// <returns>What the browser is asked for; null where passkeys aren't offered.</returns>
    public async Task<PasskeyRequest?> AskAsync(Account? account) => passkeys.Offered ? await passkeys.AskToEnterAsync(account) : null;

    public async Task<bool> EnterAsync(Account? account, FormPost form)
    {
        var entered = await passkeys.EnteredAsync(account, form["state"], form["credential"]) is { } proof && await EnterAsync(proof);
        meter.Count(SignInMetrics.Passkey, entered ? SignInResult.Success : SignInResult.Failed);
        return entered;
    }

    /// <summary>False where the account may not sign in, or where the proof was used before.</summary>
    public Task<bool> EnterAsync(PasskeyProof proof) => signIn.EnterWithPasskeyAsync(
        proof.Account,
        async () => await UseOnceAsync(proof) && await stamps.EnsureAsync(database, proof.Account));

    // The event's id is the challenge's, and the table takes an id once, on any number of nodes. A passkey that was removed
    // meanwhile isn't added again, as the user manager would.
    private async Task<bool> UseOnceAsync(PasskeyProof proof)
    {
        var (owner, credential) = (proof.Account.Id, proof.Passkey.CredentialId);
        if (await database.Passkeys.SingleOrDefaultAsync(row => row.UserId == owner && row.CredentialId == credential) is not { } stored)
            return false;

        stored.Update(proof.Passkey);
        database.Add(
            RecoveryEvent.Of(
                RecoveryEventKind.PasskeyUsed,
                owner,
                time.GetUtcNow(),
                signIn.Context.ClientAddress(),
                id: proof.Challenge));
        try
        {
            return (await signIn.UserManager.UpdateAsync(proof.Account)).Succeeded;
        }
        catch (DbUpdateException)
        {
            if (await database.Trail.AnyAsync(line => line.Id == proof.Challenge))
                return false;
            throw;
        }
    }
}
