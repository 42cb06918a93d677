namespace OneTimeJwt.Web.Profile;

internal static class ProfileModule
{
    public static void AddProfile(this WebApplicationBuilder builder)
    {
        builder.Services.AddScoped<AccountEndpoints>();
        builder.Services.AddScoped<PasswordChange>();
        builder.Services.AddScoped<AddressChange>();
        builder.Services.AddScoped<ConfirmedChange>();
        builder.Services.AddScoped<SecondFactorEndpoints>();
        builder.Services.AddScoped<AuthenticatorEndpoints>();
        builder.Services.AddScoped<PasskeyEndpoints>();
    }
}
