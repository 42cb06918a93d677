namespace OneTimeJwt.Web.Site;

/// <summary>How much is let through in which time: a section under <c>RateLimits</c>.</summary>
public abstract class RateLimitSettings(int permits, TimeSpan window)
{
    public int Permits { get; set; } = permits;

    public TimeSpan Window { get; set; } = window;
}

internal abstract class RateLimitValidator<TLimit>(string section, TimeSpan minWindow, TimeSpan maxWindow) : SettingsValidator<TLimit>
    where TLimit : RateLimitSettings
{
    protected override IEnumerable<string> Faults(TLimit options)
    {
        if (options.Permits < 1)
            yield return $"{section}:Permits is {options.Permits}: choose at least 1";
        if (options.Window < minWindow || options.Window > maxWindow)
            yield return $"{section}:Window is {options.Window:c}: choose between {minWindow:c} and {maxWindow:c}";
    }
}
