using Microsoft.EntityFrameworkCore;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Languages;
using OneTimeJwt.Web.Shell;

namespace OneTimeJwt.Web.Accounts;

/// <summary>
/// The language that an account's owner last used here, for mails that somebody else sets off. Only who has proven to be
/// the owner sets it: by signing in, or by a link out of the mailbox.
/// </summary>
public sealed class OwnerLanguage(IDbContextFactory<AccountsContext> contexts)
{
    public async Task RememberAsync(Account account)
    {
        var (culture, zone) = (Reader.Culture, Reader.ZoneId);
        if (Language.Find(culture) is null || (account.Own?.Culture == culture && account.Own.Zone == zone))
            return;

        try
        {
            await contexts.TryAsync((database, _) => WriteAsync(database, account.Id, culture, zone));
        }
        catch (Exception fault) when (fault is DbUpdateException || Outage.Is(fault))
        {
            // What it was for has succeeded, and the next sign-in brings another chance.
        }
    }

    private static async Task<int> WriteAsync(AccountsContext database, string accountId, string culture, string? zone)
    {
        var own = await database.OwnStates.FindAsync(accountId);
        if (own is null)
            database.Add(own = new OwnState { AccountId = accountId });
        (own.Culture, own.Zone) = (culture, zone);
        return await database.SaveChangesAsync();
    }
}
