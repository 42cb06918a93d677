namespace OneTimeJwt.Web.SignIn;

/// <summary>Passkeys in our own table, through our own entity. What is changed here is saved with the account: after each of these
/// the user manager updates it, and a row that another request changed meanwhile is a result then, not an exception.</summary>
internal sealed partial class AccountStore
{
    public override async Task AddOrUpdatePasskeyAsync(Account user, UserPasskeyInfo passkey, CancellationToken cancellationToken)
    {
        if (await FindAsync(user, passkey.CredentialId, cancellationToken) is { } stored)
            stored.Update(passkey);
        else
            Context.Add(new StoredPasskey(user.Id, passkey));
    }

    public override async Task<IList<UserPasskeyInfo>> GetPasskeysAsync(Account user, CancellationToken cancellationToken)
    {
        var passkeys = await Context.Passkeys.Where(stored => stored.UserId == user.Id).ToListAsync(cancellationToken);
        return passkeys.ConvertAll(stored => stored.ToInfo());
    }

    public override async Task<Account?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken) =>
        await Context.Passkeys.SingleOrDefaultAsync(stored => stored.CredentialId == credentialId, cancellationToken) is { } stored
            ? await FindUserAsync(stored.UserId, cancellationToken)
            : null;

    public override async Task<UserPasskeyInfo?> FindPasskeyAsync(Account user, byte[] credentialId, CancellationToken cancellationToken) =>
        (await FindAsync(user, credentialId, cancellationToken))?.ToInfo();

    public override async Task RemovePasskeyAsync(Account user, byte[] credentialId, CancellationToken cancellationToken)
    {
        if (await FindAsync(user, credentialId, cancellationToken) is { } stored)
            Context.Remove(stored);
    }

    private Task<StoredPasskey?> FindAsync(Account account, byte[] credentialId, CancellationToken cancellationToken) =>
        Context.Passkeys
            .SingleOrDefaultAsync(stored => stored.UserId == account.Id && stored.CredentialId == credentialId, cancellationToken);
}
