using Microsoft.AspNetCore.WebUtilities;

namespace OneTimeJwt.Web.Links;

/// <summary>Builds the link that is mailed, within its maximum length. The origin comes from the settings, never from a request.</summary>
public sealed class LinkBuilder(PublicOrigin origin, IOptions<RecoverySettings> settings, IOptions<LanguageSettings> languages)
{
    /// <summary>The site's name in mails.</summary>
    public string Host { get; } = new Uri(origin.Value).Authority;

    /// <summary>The whole link; null where it would be too long.</summary>
    public string? Build(MintedToken token, out int length)
    {
        var link = Build(origin, token.Purpose, token.Value, Language.Current, languages.Value);
        length = link.Length;
        return length <= settings.Value.MaxLinkLength && token.Value.Length <= OneTimeTokens.MaxLength ? link : null;
    }

    /// <summary>A page of ours in the reader's language, without a token.</summary>
    public string To(string path) =>
        InLanguage(origin.Value + path, Language.Current, languages.Value);

    /// <summary>What no link is longer than. Asked first, since no token is minted for it.</summary>
    internal static int MaxLength(PublicOrigin origin) =>
        LongestOf(origin, _ => new string('x', OneTimeTokens.MaxLength));

    /// <summary>The length of the longest link for an account with a GUID for an id: longest secret id, longest
    /// expiry, any language.</summary>
    internal static int MaxTypicalLength(PublicOrigin origin)
    {
        var tokens = new OneTimeTokens(
            [new ServerSecret("longest1", new byte[KeyMaterial.KeySize])],
            origin.Value,
            new TokenLifetimes(),
            new FixedTime(DateTimeOffset.MaxValue.AddDays(-30)));
        var account = new Account { Id = Guid.Empty.ToString(), SecurityStamp = "any" };
        return LongestOf(origin, purpose => tokens.Mint(purpose, account).Value);
    }

    private static int LongestOf(PublicOrigin origin, Func<TokenPurpose, string> token) => LinkPurposes.Own
        .Select(purpose => (Purpose: purpose.Token, Token: token(purpose.Token)))
        .Max(link => Language.All.Max(language =>
            Build(origin, link.Purpose, link.Token, language, new LanguageSettings { Default = "" }).Length));

    private static string Build(
        PublicOrigin origin, TokenPurpose purpose, string token, Language language, LanguageSettings languages) =>
        InLanguage($"{origin.Value}{purpose.Page}?token={token}", language, languages);

    // Without a language the browser's own counts.
    private static string InLanguage(string address, Language language, LanguageSettings languages) =>
        language.Code == languages.Default
            ? address
            : QueryHelpers.AddQueryString(address, LanguageCookieProvider.CarriedKey, language.Code);
}
