namespace OneTimeJwt.Web.Accounts;

internal static class AccountsModule
{
    public static void AddAccounts(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<AccountsSettings, AccountsSettingsValidator>("Accounts");
        builder.Services.AddSettings<HostColumnSettings, HostColumnSettingsValidator>("Accounts");
        builder.Services.AddSingleton(TokensOfTenant);
        builder.Services.AddSingleton<HostColumns>();
        builder.Services.AddSingleton<HasLockout>(services => () => services.GetRequiredService<IdentityMaps>().HasLockout);
        builder.Services.AddSingleton<AccountLock>();
        builder.Services.AddSingleton<AccountLookup>();
        builder.Services.AddSingleton<AdoptionCheck>();
        builder.Services.AddSingleton<AdoptionNotes>();
        builder.Services.AddSingleton<IdentityFaults>();
        builder.Services.AddSingleton<HostHints>();
        builder.Services.AddSingleton<OwnerLanguage>();
        builder.Services.AddSingleton<DisplayNames>();
        builder.Services.AddSingleton<DeletedAccounts>();
        builder.Services.AddSingleton<AccountLabels>();
        builder.Services.AddScoped<AccountAddresses>();
    }

    // Of tenants that share a users table and a server secret, none accepts another one's links.
    private static OneTimeTokens TokensOfTenant(IServiceProvider services)
    {
        var origin = services.GetRequiredService<PublicOrigin>().Value;
        var tenant = services.GetRequiredService<IOptions<IdentitySettings>>().Value.Tenant;
        return new(
            services.GetRequiredService<ServerSecrets>().All,
            string.IsNullOrEmpty(tenant.Column) ? origin : $"{origin}\n{tenant.Column}\n{tenant.Value}",
            services.GetRequiredService<IOptions<TokenSettings>>().Value.Lifetimes,
            services.GetRequiredService<TimeProvider>(),
            services.GetService<IsBarred>());
    }
}
