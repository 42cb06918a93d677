namespace OneTimeJwt.Web.Site;

/// <summary>The <c>Security</c> section.</summary>
public sealed class SecuritySettings
{
    /// <summary>True outside Development unless set. False also drops Secure and the __Host- prefix from cookies.</summary>
    public bool? RequireHttps { get; set; }

    /// <summary>Addresses or CIDR ranges of proxies whose forwarded headers count.</summary>
    public List<string> KnownProxies { get; set; } = [];

    /// <summary>Addresses or CIDR ranges that get to know why the app isn't healthy.</summary>
    public List<string> HealthNetworks { get; set; } = [];
}

/// <summary>The <c>RateLimits:PerClient</c> section: forms that one client may send.</summary>
public sealed class ClientLimit() : RateLimitSettings(300, TimeSpan.FromMinutes(10));

internal sealed class SecuritySettingsValidator(IConfiguration configuration) : SettingsValidator<SecuritySettings>
{
    // ASPNETCORE_FORWARDEDHEADERS_ENABLED and DOTNET_FORWARDEDHEADERS_ENABLED are the same key.
    private const string HostsOwn = "ForwardedHeaders_Enabled";

    protected override IEnumerable<string> Faults(SecuritySettings options)
    {
        foreach (var fault in NetworkFaults(nameof(options.KnownProxies), options.KnownProxies))
            yield return fault;
        foreach (var fault in NetworkFaults(nameof(options.HealthNetworks), options.HealthNetworks))
            yield return fault;
        // The host then believes any client; where proxies are known, their list counts for its middleware too.
        if (options.KnownProxies.Count == 0 && "true".Equals(configuration[HostsOwn], StringComparison.OrdinalIgnoreCase))
            yield return $"{HostsOwn} (ASPNETCORE_FORWARDEDHEADERS_ENABLED) is true, so that anybody could invent an address: set "
                + "Security:KnownProxies to the addresses of your proxies instead";
    }

    private static IEnumerable<string> NetworkFaults(string key, List<string> networks) =>
        from entry in networks.Select((network, i) => (network, i))
        where !PlainAddresses.TryParseRange(entry.network, out _)
        select $"Security:{key}:{entry.i} is not an address or a range: write for example 10.0.0.5 or 10.0.0.0/8";
}

internal sealed class ClientLimitValidator()
    : RateLimitValidator<ClientLimit>("RateLimits:PerClient", TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
