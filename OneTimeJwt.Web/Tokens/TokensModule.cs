using Microsoft.Extensions.Options;

namespace OneTimeJwt.Web.Tokens;

internal static class TokensModule
{
    public static void AddTokens(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<TokenSettings>().BindConfiguration("Tokens");
        builder.Services.AddSingleton<IValidateOptions<TokenSettings>, TokenSettingsValidator>();
        if (builder.Environment.IsDevelopment())
            builder.Services.AddSingleton<IPostConfigureOptions<TokenSettings>, DevelopmentSecret>();

        TokenQuery.Register(builder.Services);
        builder.Services.AddSingleton(services => new ServerSecrets(
            [.. Settings(services).Secrets.Select(secret => new ServerSecret(secret.Id!, Convert.FromBase64String(secret.Value!)))]));
        builder.Services.AddSingleton(services => new OneTimeTokens(
            services.GetRequiredService<ServerSecrets>().All,
            services.GetRequiredService<PublicOrigin>().Value,
            Settings(services).Lifetimes,
            services.GetRequiredService<TimeProvider>()));
    }

    private static TokenSettings Settings(IServiceProvider services) => services.GetRequiredService<IOptions<TokenSettings>>().Value;
}
