namespace OneTimeJwt.Web.Accounts;

/// <summary>What the <c>Accounts</c> section says of columns that the host added to its users table.</summary>
public sealed class HostColumnSettings
{
    public NewAccountSettings New { get; set; } = new();

    /// <summary>A text column with people's names, told where an address belongs to several accounts.</summary>
    public string? DisplayNameColumn { get; set; }
}

/// <summary>What new accounts get besides Identity's columns.</summary>
public sealed class NewAccountSettings
{
    /// <summary>Values by the names of their columns.</summary>
    public IDictionary<string, string?> Columns { get; } = new Dictionary<string, string?>();
}

internal sealed class HostColumnSettingsValidator : SettingsValidator<HostColumnSettings>
{
    protected override IEnumerable<string> Faults(HostColumnSettings options) =>
        from column in options.New.Columns
        where !NewColumnValue.CanBeRead(column.Value)
        select $"{HostColumns.SettingOf(column.Key)} can't be read: write a value, or one of {string.Join(", ", NewColumnValue.Places)}";
}
