using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OneTimeJwt.Tokens;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers one-time tokens with an application that has ASP.NET Core Identity.</summary>
public static class OneTimeTokensExtensions
{
    /// <summary>
    /// The one line for an application made by the framework's templates: its own pages mail and redeem one-time tokens.
    /// It is <see cref="AddOneTimeTokens(IdentityBuilder, string)"/>; mailed links carry the token itself and not base64 of it,
    /// which keeps them within 320 characters; the <c>code</c> of <c>/Account/ResetPassword</c>, <c>/Account/ConfirmEmail</c> and
    /// <c>/Account/ConfirmEmailChange</c> is not in the host's log; and one that is cut or mistyped gets the page's own answer,
    /// where it was an unhandled exception.
    /// </summary>
    /// <typeparam name="TUser">The application's user, an <see cref="IdentityUser{TKey}"/>.</typeparam>
    /// <param name="services">The application's services, with Identity and the sender of mails among them: call it last.</param>
    /// <param name="origin">The scheme, host and path that links start with, a part of every key.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentException">The origin is no address that links can start with, or the user is of another kind.</exception>
    /// <exception cref="InvalidOperationException">No web host is registered yet.</exception>
    public static IServiceCollection AddOneTimeLinks<TUser>(this IServiceCollection services, string origin)
        where TUser : class
    {
        new IdentityBuilder(typeof(TUser), services).AddOneTimeTokens(origin);
        ShortLinkSender<TUser>.Decorate(services);
        TokenQuery.Decorate(services, IdentityPages.TakeOut);
        return services.AddSingleton<IStartupFilter, IdentityPages>();
    }

    /// <summary>
    /// Makes <see cref="UserManager{TUser}.GeneratePasswordResetTokenAsync"/> and <see cref="UserManager{TUser}.ResetPasswordAsync"/>
    /// use one-time tokens, and <see cref="OneTimeTokens"/> available for other purposes. The server secrets and lifetimes
    /// come from the section <c>Tokens</c> of the configuration and are checked at start; Development makes a secret
    /// where there is none.
    /// </summary>
    /// <param name="identity">Identity, with a user that derives from <see cref="IdentityUser{TKey}"/>.</param>
    /// <param name="origin">The scheme, host and path that links start with, a part of every key.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The origin is no address that links can start with, or the user is of another kind.</exception>
    public static IdentityBuilder AddOneTimeTokens(this IdentityBuilder identity, string origin)
    {
        if (!PublicOrigin.TryParse(origin, out var parsed, out var fault))
            throw new ArgumentException($"'{origin}' {fault}. Write for example https://accounts.example.com.", nameof(origin));

        var key =
            KeyOf(identity.UserType)
            ?? throw new ArgumentException($"{identity.UserType} doesn't derive from IdentityUser<TKey>.", nameof(identity));
        identity.Services.AddOneTimeTokens().AddSingleton(parsed).AddOptions<TokenSettings>().ValidateOnStart();
        identity.Services.Configure<IdentityOptions>(options => options.Tokens.PasswordResetTokenProvider = OneTimeTokens.ProviderName);
        return identity.AddTokenProvider(
            OneTimeTokens.ProviderName,
            typeof(OneTimeTokenProvider<,>).MakeGenericType(identity.UserType, key));
    }

    /// <summary>
    /// Makes <see cref="OneTimeTokens"/> and <see cref="ServerSecrets"/> available, from the section <c>Tokens</c> of the
    /// configuration. A <see cref="PublicOrigin"/> has to be registered beside them; an <see cref="IsBarred"/> may be.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddOneTimeTokens(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<TokenSettings>().BindConfiguration("Tokens");
        services.AddSingleton<IValidateOptions<TokenSettings>, TokenSettingsValidator>();
        services.AddSingleton<IPostConfigureOptions<TokenSettings>, DevelopmentSecret>();
        services.AddSingleton(provider => new ServerSecrets(
            [.. Settings(provider).Secrets.Select(secret => new ServerSecret(secret.Id!, Convert.FromBase64String(secret.Value!)))]));
        return services.AddSingleton(provider => new OneTimeTokens(
            provider.GetRequiredService<ServerSecrets>().All,
            provider.GetRequiredService<PublicOrigin>().Value,
            Settings(provider).Lifetimes,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<IsBarred>()));
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
        var own = services
            .Where(service => !service.IsKeyedService)
            .Select(service => service.ImplementationInstance)
            .OfType<TokenPurpose>();
        if (TokenPurpose.All.Concat(own).Any(other => other.Name == purpose.Name))
            throw new ArgumentException($"There is a purpose named '{purpose.Name}' already.", nameof(purpose));

        return services.AddSingleton(purpose);
    }

    /// <summary>
    /// Takes tokens out of the addresses of requests before the host sees them. From then on pages ask
    /// <see cref="TokenQuery.From"/> for the token.
    /// </summary>
    /// <param name="services">The application's services, with the web host's among them.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="InvalidOperationException">No web host is registered yet.</exception>
    public static IServiceCollection AddTokenQuery(this IServiceCollection services)
    {
        TokenQuery.Decorate(services);
        return services;
    }

    private static Type? KeyOf(Type? user) =>
        user is { IsGenericType: true } && user.GetGenericTypeDefinition() == typeof(IdentityUser<>) ? user.GetGenericArguments()[0]
        : user is null ? null
        : KeyOf(user.BaseType);

    private static TokenSettings Settings(IServiceProvider services) => services.GetRequiredService<IOptions<TokenSettings>>().Value;
}
