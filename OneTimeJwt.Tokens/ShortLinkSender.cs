using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace OneTimeJwt.Tokens;

/// <summary>
/// Mails links with the token itself. The framework's pages put base64url of a token into them, since its own tokens hold
/// characters that addresses don't; ours hold none, and would become a third longer.
/// </summary>
internal sealed partial class ShortLinkSender<TUser>(IEmailSender<TUser> inner) : IEmailSender<TUser>
    where TUser : class
{
    public Task SendConfirmationLinkAsync(TUser user, string email, string confirmationLink) =>
        inner.SendConfirmationLinkAsync(user, email, Shorten(confirmationLink));

    public Task SendPasswordResetLinkAsync(TUser user, string email, string resetLink) =>
        inner.SendPasswordResetLinkAsync(user, email, Shorten(resetLink));

    public Task SendPasswordResetCodeAsync(TUser user, string email, string resetCode) =>
        inner.SendPasswordResetCodeAsync(user, email, resetCode);

    internal static void Decorate(IServiceCollection services)
    {
        // The template's own sender sends nothing, and the template's page knows it by its type to show a link instead.
        var sender = services.LastOrDefault(service => service.ServiceType == typeof(IEmailSender<TUser>) && !service.IsKeyedService);
        if (sender is null || sender.ImplementationType?.Name == "IdentityNoOpEmailSender")
            return;

        services.Remove(sender);
        services.Add(
            new ServiceDescriptor(
                typeof(IEmailSender<TUser>),
                provider => new ShortLinkSender<TUser>(Create(sender, provider)),
                sender.Lifetime));
    }

    private static IEmailSender<TUser> Create(ServiceDescriptor sender, IServiceProvider provider) =>
        (IEmailSender<TUser>)(sender.ImplementationInstance ?? sender.ImplementationFactory?.Invoke(provider)
            ?? ActivatorUtilities.CreateInstance(provider, sender.ImplementationType!));

    private static string Shorten(string link) =>
        Code()
            .Replace(
                link,
                code => IdentityPages.TryUnwrap(code.Value, out var token) && OneTimeTokens.IsShapedLikeAToken(token) ? token : code.Value);

    [GeneratedRegex("(?<=[?&;]code=)[A-Za-z0-9_-]+")]
    private static partial Regex Code();
}
