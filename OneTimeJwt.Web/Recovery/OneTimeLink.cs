using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Tokens;

namespace OneTimeJwt.Web.Recovery;

/// <summary>Builds the link that is mailed, and guards its length. Its origin comes from the settings, never from a request.</summary>
public sealed class OneTimeLink(PublicOrigin origin, IOptions<RecoverySettings> settings)
{
    private static readonly TimeProvider LongestExpiry = new EndOfTime();

    /// <summary>The whole link, or null where it would be longer than the guard allows. It is never cut.</summary>
    public string? Build(MintedToken token, out int length)
    {
        var link = Build(origin, token);
        length = link.Length;
        return length <= settings.Value.MaxLinkLength && token.Value.Length <= OneTimeTokens.MaxLength ? link : null;
    }

    /// <summary>The length of the longest link for an account with a GUID for an id: longest secret id, longest expiry.</summary>
    internal static int LongestUsual(PublicOrigin origin)
    {
        var tokens = new OneTimeTokens([new ServerSecret("longest1", new byte[KeyMaterial.KeySize])], origin.Value, new TokenLifetimes(), LongestExpiry);
        var account = new Account { Id = Guid.Empty.ToString(), SecurityStamp = "any" };
        return TokenPurpose.All.Max(purpose => Build(origin, tokens.Mint(purpose, account)).Length);
    }

    private static string Build(PublicOrigin origin, MintedToken token) => $"{origin.Value}{token.Purpose.Page}?token={token.Value}";

    private sealed class EndOfTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.MaxValue.AddDays(-30);
    }
}
