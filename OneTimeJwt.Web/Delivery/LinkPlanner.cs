using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Links.Purposes;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Delivery;

/// <summary>Plans the mail that answers a request for a link.</summary>
internal sealed class LinkPlanner(
    IDbContextFactory<AccountsContext> contexts,
    LinkPurposes purposes,
    AccountLookup lookup,
    LinkBuilder links,
    IOptions<TokenSettings> settings)
{
    /// <returns>Null where the mail is not about a link.</returns>
    public async Task<LinkMail?> PlanAsync(OutboxMail mail, Account account, IReadOnlyList<string> providers)
    {
        if (purposes.OfMail(mail.Kind) is not { } purpose)
            return null;

        var isTaken = purpose.WantedAddress(account) is { } wanted && await IsTakenAsync(account, wanted);
        return purpose.Plan(
            mail, account, new MailFacts(links.Host, links.To("/sign-in"), settings.Value.Lifetimes, providers, isTaken));
    }

    private async Task<bool> IsTakenAsync(Account account, string wanted)
    {
        await using var database = await contexts.CreateDbContextAsync();
        return await lookup.IsTakenAsync(database, account, wanted);
    }
}
