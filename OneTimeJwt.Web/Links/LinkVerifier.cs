using OneTimeJwt.Web.Links.Purposes;

namespace OneTimeJwt.Web.Links;

/// <summary>Verifies links. The context keeps the row that was verified, with its concurrency stamp: that row is written.</summary>
internal sealed class LinkVerifier(OneTimeTokens tokens, AccountsContext database)
{
    public Task<Verification> VerifyAsync(LinkPurpose purpose, string? token) => tokens.VerifyAsync(token, purpose.Token, FindAsync);

    /// <summary>The account of a link that works.</summary>
    public async Task<Account> AccountAsync(ProvenClaims claims) => (await database.Users.FindAsync(claims.AccountId))!;

    private async Task<TokenAccount?> FindAsync(string id) => TokenAccount.Of(await database.Users.FindAsync(id));
}
