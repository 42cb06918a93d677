namespace OneTimeJwt.Web.Accounts;

internal static class AccountsModule
{
    public static void AddAccounts(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<AccountsSettings, AccountsSettingsValidator>("Accounts");
        builder.Services.AddSettings<HostColumnSettings, HostColumnSettingsValidator>("Accounts");
        builder.Services.AddSingleton<HostColumns>();
        builder.Services.AddSingleton<AccountLock>();
        builder.Services.AddSingleton<AccountLookup>();
        builder.Services.AddSingleton<AdoptionCheck>();
        builder.Services.AddSingleton<AdoptionCounter>();
        builder.Services.AddSingleton<AdoptionNotes>();
        builder.Services.AddSingleton<OwnerLanguage>();
        builder.Services.AddSingleton<DisplayNames>();
        builder.Services.AddSingleton<AccountLabels>();
    }
}
