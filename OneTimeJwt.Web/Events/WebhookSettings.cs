using System.Buffers.Text;
using System.Net;
using OneTimeJwt.Web.Audit;

namespace OneTimeJwt.Web.Events;

/// <summary>The <c>Webhooks</c> section.</summary>
public sealed class WebhookSettings
{
    public List<WebhookEndpointSettings> Endpoints { get; set; } = [];
}

public sealed class WebhookEndpointSettings
{
    /// <summary>What it is called in the database, the log and metrics; made from the address unless set.</summary>
    public string? Name { get; set; }

    public string? Url { get; set; }

    /// <summary><c>whsec_</c> and base64 of 24 to 64 bytes. All of them sign.</summary>
    public List<string> Secrets { get; set; } = [];

    /// <summary>Which events it gets; all of them where there is none.</summary>
    public List<string> Types { get; set; } = [];

    /// <summary>Whether it gets addresses of people and networks, and what people wrote.</summary>
    public bool IncludeAddresses { get; set; }

    /// <summary>Whether it may be in a private network, and without TLS.</summary>
    public bool AllowPrivateNetworks { get; set; }
}

/// <summary>Standard Webhooks' form of a secret.</summary>
internal static class WebhookSecret
{
    private const string Prefix = "whsec_";
    private const int MinBytes = 24;
    private const int MaxBytes = 64;

    /// <returns>Null where it has another form.</returns>
    public static byte[]? Parse(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || !Base64.IsValid(text.AsSpan(Prefix.Length), out var length))
            return null;

        return length is >= MinBytes and <= MaxBytes ? Convert.FromBase64String(text[Prefix.Length..]) : null;
    }
}

internal sealed class WebhookSettingsValidator : SettingsValidator<WebhookSettings>
{
    private const string MakeOne = "make one with printf 'whsec_%s' \"$(openssl rand -base64 32)\"";

    protected override IEnumerable<string> Faults(WebhookSettings options) =>
        options.Endpoints.SelectMany(Faults).Concat(Doubled(options.Endpoints));

    private static IEnumerable<string> Faults(WebhookEndpointSettings endpoint, int i)
    {
        var key = $"Webhooks:Endpoints:{i}";
        if (UrlFault(endpoint) is { } fault)
            yield return $"{key}:Url {fault}";
        if (endpoint.Secrets.Count == 0)
            yield return $"{key}:Secrets:0 is missing: {MakeOne}, and give it to the receiver as well";
        foreach (var (m, _) in endpoint.Secrets.Index().Where(secret => WebhookSecret.Parse(secret.Item) is null))
            yield return $"{key}:Secrets:{m} is not whsec_ and base64 of 24 to 64 bytes: {MakeOne}";
        foreach (var (m, type) in endpoint.Types.Index().Where(type => EventTypes.Parse(type.Item) is null))
            yield return $"{key}:Types:{m} is '{type}', and there is no event of that type: docs/EVENTS.md lists them, for example "
                + EventTypes.Of(RecoveryEventKind.Redeemed);
        if (endpoint.Name is { } name && !IsName(name))
            yield return $"{key}:Name is not a name: write up to {EventDelivery.MaxDestinationLength} of a to z, 0 to 9, '.' and '-', "
                + $"other than {JsonLinesDestination.OwnName}";
    }

    private static string? UrlFault(WebhookEndpointSettings endpoint)
    {
        const string Example = "write for example https://siem.example.com/events";
        if (string.IsNullOrWhiteSpace(endpoint.Url))
            return $"is missing: {Example}";
        if (!Uri.TryCreate(endpoint.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Fragment.Length > 0)
            return $"is not a web address: {Example}";
        if (url.UserInfo.Length > 0)
            return "has a user or a password in it, which would be shown to others: take it out; the signature proves who sends";
        if (endpoint.AllowPrivateNetworks)
            return null;
        if (url.Scheme == Uri.UriSchemeHttp)
            return "starts with http, so that events can be read on their way: use https, or, in a network of your own, set "
                + "AllowPrivateNetworks to true beside it";
        return url.IsLoopback || (IPAddress.TryParse(url.DnsSafeHost, out var address) && !PublicAddress.Is(address))
            ? "is in a private network: set AllowPrivateNetworks to true beside it if that is meant"
            : null;
    }

    private static IEnumerable<string> Doubled(List<WebhookEndpointSettings> endpoints) =>
        from named in endpoints.Index()
        where named.Item.Url is { Length: > 0 }
        let name = WebhookDestination.NameOf(named.Item)
        let first = endpoints.FindIndex(other => other.Url is { Length: > 0 } && WebhookDestination.NameOf(other) == name)
        where first < named.Index
        select $"Webhooks:Endpoints:{named.Index} is Webhooks:Endpoints:{first} again, by its Name or Url: take one out, or give it "
            + "another Name";

    private static bool IsName(string name) =>
        name.Length is > 0 and <= EventDelivery.MaxDestinationLength
        && name != JsonLinesDestination.OwnName
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-');
}
