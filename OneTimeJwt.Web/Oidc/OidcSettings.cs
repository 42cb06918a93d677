using OneTimeJwt.Web.Accounts;

namespace OneTimeJwt.Web.Oidc;

/// <summary>The <c>Admin:Oidc</c> section: the OpenID provider at which people of the console sign in.</summary>
public sealed class OidcSettings
{
    public const string Section = "Admin:Oidc";

    public const string DefaultSecondFactor = "mfa";

    /// <summary>The issuer; its discovery document is under <c>/.well-known/openid-configuration</c>.</summary>
    public string? Authority { get; set; }

    public string? ClientId { get; set; }

    public string? ClientSecret { get; set; }

    /// <summary>What the sign-in page calls the provider; the host of the authority unless set.</summary>
    public string? Name { get; set; }

    /// <summary>What is asked for besides <c>openid</c> and <c>profile</c>.</summary>
    public List<string> Scopes { get; set; } = [];

    /// <summary>The claim of the ID token, or of the user-info endpoint, that has the roles.</summary>
    public string RoleClaim { get; set; } = "roles";

    /// <summary>Values of that claim that make an Admin.</summary>
    public List<string> Admins { get; set; } = [];

    public List<string> Supports { get; set; } = [];

    public List<string> Auditors { get; set; } = [];

    public OidcSecondFactor SecondFactor { get; set; } = new();

    /// <summary>How long a session lives before the provider is asked again.</summary>
    public TimeSpan AskAgainAfter { get; set; } = TimeSpan.FromHours(1);

    internal static bool IsSet(IConfiguration configuration) => configuration.GetSection(Section).Exists();

    internal string DisplayName => Name ?? new Uri(Authority!).Host;

    /// <returns>The highest role that one of the values gives; null for none.</returns>
    internal ConsoleRole? RoleOf(IReadOnlyCollection<string> values) =>
        Admins.Exists(values.Contains) ? ConsoleRole.Admin
        : Supports.Exists(values.Contains) ? ConsoleRole.Support
        : Auditors.Exists(values.Contains) ? ConsoleRole.Auditor
        : null;
}

/// <summary>How the provider says that a second factor was asked for.</summary>
public sealed class OidcSecondFactor
{
    /// <summary>Values of <c>acr</c> (OpenID Connect Core 1.0, section 2). They are asked for, too.</summary>
    public List<string> Acr { get; set; } = [];

    /// <summary>Values of <c>amr</c> (RFC 8176); <c>mfa</c> where neither list is set.</summary>
    public List<string> Amr { get; set; } = [];

    /// <summary>The provider asks everybody for one and doesn't say so.</summary>
    public bool Assumed { get; set; }

    internal bool IsIn(string? acr, IEnumerable<string> amr) =>
        Assumed
        || (acr is not null && Acr.Contains(acr))
        || amr.Any(value => Acr.Count + Amr.Count == 0 ? value == OidcSettings.DefaultSecondFactor : Amr.Contains(value));
}

internal sealed class OidcSettingsValidator : SettingsValidator<OidcSettings>
{
    // RFC 6819, section 5.1.4.2.2: 128 bits, which take 22 characters of base64.
    private const int MinSecretLength = 22;
    private static readonly TimeSpan MinAskAgain = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan MaxAskAgain = TimeSpan.FromHours(1);

    protected override IEnumerable<string> Faults(OidcSettings options) =>
        ValueFaults(options).Concat(ListFaults(options)).Select(fault => $"{OidcSettings.Section}:{fault}");

    private static IEnumerable<string> ValueFaults(OidcSettings options)
    {
        if (AuthorityFault(options.Authority) is { } authority)
            yield return $"Authority {authority}";
        if (string.IsNullOrWhiteSpace(options.ClientId))
            yield return "ClientId is missing: register the console at the provider and write down the id that it gets";
        if (string.IsNullOrWhiteSpace(options.ClientSecret))
            yield return "ClientSecret is missing: make one at the provider, for a confidential (web) client";
        else if (options.ClientSecret.Length < MinSecretLength)
            yield return $"ClientSecret has fewer than {MinSecretLength} characters: make one at random, of at least 128 bits";
        if (options.Name is not null && (PlainName.Of(options.Name) != options.Name || options.Name.Length > 60))
            yield return "Name is empty, longer than 60 characters or no plain text: write what people call the provider, or leave it out";
        if (string.IsNullOrWhiteSpace(options.RoleClaim))
            yield return "RoleClaim is empty: name the claim that has the roles, or leave it out for roles";
        if (options.Admins.Count + options.Supports.Count + options.Auditors.Count == 0)
            yield return "Admins, Supports and Auditors are all missing, so that nobody could enter: set Admins:0 to a value of RoleClaim";
        if (options.AskAgainAfter < MinAskAgain || options.AskAgainAfter > MaxAskAgain)
            yield return $"AskAgainAfter is {options.AskAgainAfter:c}: choose between {MinAskAgain:c} and {MaxAskAgain:c}";
    }

    private static string? AuthorityFault(string? authority) =>
        !Uri.TryCreate(authority, UriKind.Absolute, out var uri)
        || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp)
            ? "is not an address: write the provider's issuer, for example https://login.example.com/realms/staff"
        : uri.Scheme == Uri.UriSchemeHttp && !uri.IsLoopback
            ? "starts with http, so that the secret would travel in clear text: use https"
        : uri.Query.Length + uri.Fragment.Length + uri.UserInfo.Length > 0
            ? "has a query, a fragment or a user: write the provider's issuer alone"
        : null;

    private static IEnumerable<string> ListFaults(OidcSettings options)
    {
        (string Name, List<string> Values)[] roles =
            [("Admins", options.Admins), ("Supports", options.Supports), ("Auditors", options.Auditors)];
        (string Name, List<string> Values)[] all =
        [
            .. roles,
            ("Scopes", options.Scopes),
            ("SecondFactor:Acr", options.SecondFactor.Acr),
            ("SecondFactor:Amr", options.SecondFactor.Amr),
        ];
        foreach (var (list, values) in all)
        {
            foreach (var (i, _) in values.Index().Where(entry => string.IsNullOrWhiteSpace(entry.Item)))
                yield return $"{list}:{i} is empty: write a value, or leave it out";
        }

        foreach (var (list, values, one) in new[]
                 {
                     ("Scopes", options.Scopes, "scope"),
                     ("SecondFactor:Acr", options.SecondFactor.Acr, "value"),
                 })
        {
            foreach (var (i, _) in values.Index().Where(entry => entry.Item.Trim().Any(char.IsWhiteSpace)))
                yield return $"{list}:{i} has a space in it: number each {one}";
        }

        var uses = roles.SelectMany(role => role.Values.Distinct(StringComparer.Ordinal).Select(value => (role.Name, Value: value)));
        foreach (var use in uses.GroupBy(use => use.Value, StringComparer.Ordinal).Where(use => use.Count() > 1))
            yield return $"{use.ElementAt(1).Name} has a value that {use.First().Name} has, too: give each value one role";
    }
}
