namespace OneTimeJwt.Web.Accounts;

/// <summary>
/// The language that an account's owner last used here, for mails that others cause. Only a proven owner sets it: by
/// signing in, or by a link from the mailbox.
/// </summary>
public sealed class OwnerLanguage(IDbContextFactory<AccountsContext> contexts)
{
    public Task RememberAsync(Account account) =>
        account.RecoveryState is { } state && state.Culture == ReaderCulture.Culture && state.Zone == (ReaderCulture.ZoneId ?? state.Zone)
            ? Task.CompletedTask
            : RememberAsync(account.Id);

    public async Task RememberAsync(string accountId)
    {
        var (culture, zone) = (ReaderCulture.Culture, ReaderCulture.ZoneId);
        if (Language.Find(culture) is null)
            return;

        try
        {
            await contexts.TryAsync((database, _) => WriteAsync(database, accountId, culture, zone));
        }
        catch (Exception fault) when (fault is DbUpdateException || fault.IsOfDatabase())
        {
            // The sign-in or link itself has succeeded, and the next sign-in tries again.
        }
    }

    private static async Task<int> WriteAsync(AccountsContext database, string accountId, string culture, string? zone)
    {
        var state = await database.EnsureRecoveryStateAsync(accountId);
        // A browser that sends no zone does not replace the known one.
        (state.Culture, state.Zone) = (culture, zone ?? state.Zone);
        return await database.SaveChangesAsync();
    }
}
