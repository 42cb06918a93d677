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
public sealed class ClientLimit
{
    public int Permits { get; set; } = 300;

    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(10);
}

internal sealed class SecuritySettingsValidator(IConfiguration configuration) : IValidateOptions<SecuritySettings>
{
    // ASPNETCORE_FORWARDEDHEADERS_ENABLED and DOTNET_FORWARDEDHEADERS_ENABLED are the same key.
    private const string HostsOwn = "ForwardedHeaders_Enabled";

    public ValidateOptionsResult Validate(string? name, SecuritySettings options)
    {
        var faults = Faults(nameof(options.KnownProxies), options.KnownProxies)
            .Concat(Faults(nameof(options.HealthNetworks), options.HealthNetworks))
            .ToList();
        // The host then believes any client; where proxies are known, their list counts for its middleware too.
        if (options.KnownProxies.Count == 0 && "true".Equals(configuration[HostsOwn], StringComparison.OrdinalIgnoreCase))
            faults.Add(
                $"{HostsOwn} (ASPNETCORE_FORWARDEDHEADERS_ENABLED) is true, so that anybody could invent an address: set "
                    + "Security:KnownProxies to the addresses of your proxies instead");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(string key, List<string> networks) =>
        from entry in networks.Select((network, i) => (network, i))
        where !PlainAddresses.TryParseRange(entry.network, out _)
        select $"Security:{key}:{entry.i} is not an address or a range: write for example 10.0.0.5 or 10.0.0.0/8";
}

internal sealed class ClientLimitValidator : IValidateOptions<ClientLimit>
{
    public ValidateOptionsResult Validate(string? name, ClientLimit options)
    {
        var faults = new List<string>();
        if (options.Permits < 1)
            faults.Add($"RateLimits:PerClient:Permits is {options.Permits}: choose at least 1");
        if (options.Window < TimeSpan.FromSeconds(1) || options.Window > TimeSpan.FromDays(1))
            faults.Add($"RateLimits:PerClient:Window is {options.Window:c}: choose between 00:00:01 and 1.00:00:00");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
