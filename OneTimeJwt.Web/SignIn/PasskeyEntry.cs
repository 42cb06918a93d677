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

    // The event's id is the challenge's, and the table takes an id once, on any number of nodes.
    private async Task<bool> UseOnceAsync(PasskeyProof proof)
    {
        database.Add(
            RecoveryEvent.Of(
                RecoveryEventKind.PasskeyUsed,
                proof.Account.Id,
                time.GetUtcNow(),
                signIn.Context.ClientAddress(),
                id: proof.Challenge));
        try
        {
            return (await signIn.UserManager.AddOrUpdatePasskeyAsync(proof.Account, proof.Passkey)).Succeeded;
        }
        catch (DbUpdateException)
        {
            if (await database.Trail.AnyAsync(line => line.Id == proof.Challenge))
                return false;
            throw;
        }
    }
}
