namespace Microsoft.Extensions.Options;

/// <summary>Checks settings at start.</summary>
internal abstract class SettingsValidator<TSettings> : IValidateOptions<TSettings>
    where TSettings : class
{
    public ValidateOptionsResult Validate(string? name, TSettings options) =>
        Faults(options).ToList() is { Count: > 0 } faults ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;

    /// <returns>What has to be mended, and how; all of it is told together.</returns>
    protected abstract IEnumerable<string> Faults(TSettings options);
}
