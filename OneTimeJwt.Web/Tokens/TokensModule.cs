using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace OneTimeJwt.Web.Tokens;

/// <summary>Registers one-time tokens with an application that has ASP.NET Core Identity.</summary>
public static class TokensModule
{
    /// <summary>
    /// Makes <see cref="UserManager{TUser}.GeneratePasswordResetTokenAsync"/> and <see cref="UserManager{TUser}.ResetPasswordAsync"/>
    /// use one-time tokens, and <see cref="OneTimeTokens"/> available for other purposes. The server secrets and lifetimes
    /// come from the section <c>Tokens</c> of the configuration and are checked at start; Development makes a secret
    /// where there is none.
    /// </summary>
    /// <param name="identity">Identity, with a user that derives from <see cref="IdentityUser"/>.</param>
    /// <param name="origin">The scheme, host and path that links start with, a part of every key.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The origin is no address that links can start with, or the user is of another kind.</exception>
    public static IdentityBuilder AddOneTimeTokens(this IdentityBuilder identity, string origin)
    {
        if (!PublicOrigin.TryParse(origin, out var parsed, out var fault))
            throw new ArgumentException($"'{origin}' {fault}. Write for example https://accounts.example.com.", nameof(origin));

        AddTokens(identity.Services);
        identity.Services.AddSingleton(parsed);
        identity.Services.AddOptions<TokenSettings>().ValidateOnStart();
        identity.Services.TryAddSingleton(TimeProvider.System);
        identity.Services.Configure<IdentityOptions>(options => options.Tokens.PasswordResetTokenProvider = OneTimeTokenProvider<IdentityUser>.Name);
        return identity.AddTokenProvider(OneTimeTokenProvider<IdentityUser>.Name, typeof(OneTimeTokenProvider<>).MakeGenericType(identity.UserType));
    }

    /// <summary>
    /// Lets Identity make and check tokens of a purpose of the application's own, under its
    /// <see cref="TokenPurpose.IdentityPurpose"/> or, where it has none, its <see cref="TokenPurpose.Name"/>.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="purpose">The purpose, declared once.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentException">Another purpose has that name, so that tokens of one would serve the other.</exception>
    public static IServiceCollection AddTokenPurpose(this IServiceCollection services, TokenPurpose purpose)
    {
        var known = TokenPurpose.All.Concat(services.Where(service => !service.IsKeyedService).Select(service => service.ImplementationInstance).OfType<TokenPurpose>());
        if (known.Any(other => other.Name == purpose.Name))
            throw new ArgumentException($"There is a purpose named '{purpose.Name}' already.", nameof(purpose));

        return services.AddSingleton(purpose);
    }

    internal static void AddTokens(this WebApplicationBuilder builder)
    {
        AddTokens(builder.Services);
        TokenQuery.Register(builder.Services);
    }

    private static void AddTokens(IServiceCollection services)
    {
        services.AddOptions<TokenSettings>().BindConfiguration("Tokens");
        services.AddSingleton<IValidateOptions<TokenSettings>, TokenSettingsValidator>();
        services.AddSingleton<IPostConfigureOptions<TokenSettings>, DevelopmentSecret>();
        services.AddSingleton(provider => new ServerSecrets(
            [.. Settings(provider).Secrets.Select(secret => new ServerSecret(secret.Id!, Convert.FromBase64String(secret.Value!)))]));
        services.AddSingleton(provider => new OneTimeTokens(
            provider.GetRequiredService<ServerSecrets>().All,
            provider.GetRequiredService<PublicOrigin>().Value,
            Settings(provider).Lifetimes,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<IsBarred>()));
    }

    private static TokenSettings Settings(IServiceProvider services) => services.GetRequiredService<IOptions<TokenSettings>>().Value;
}
