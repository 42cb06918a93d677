namespace OneTimeJwt.Web.Profile;

internal static class ProfileModule
{
    public static void AddProfile(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddScoped<AccountEndpoints>();
        services.AddScoped<PasswordChange>();
        services.AddScoped<AddressChange>();
        services.AddScoped<ConfirmedChange>();
        services.AddScoped<SecondFactorEndpoints>();
        services.AddScoped<AuthenticatorEndpoints>();
        services.AddScoped<PasskeyEndpoints>();
    }
}
