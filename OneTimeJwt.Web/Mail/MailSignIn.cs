using MailKit;
using MailKit.Security;

namespace OneTimeJwt.Web.Mail;

/// <param name="offered">The server's mechanisms.</param>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1032", Justification = "The mechanisms are always known.")]
internal sealed class NoMechanismException(IEnumerable<string> offered)
    : NotSupportedException("The mail server offers no way to sign in that we have.")
{
    private const int MaxOffered = 10;

    /// <summary>Names of mechanisms only (RFC 4422, section 3.1).</summary>
    public string Offered { get; } = string.Join(", ", offered.Where(IsName).Order(StringComparer.Ordinal).Take(MaxOffered));

    private static bool IsName(string text) =>
        text.Length is > 0 and <= 20 && text.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c is '-' or '_');
}

/// <summary>Signs in to a mail server by password or access token.</summary>
internal sealed class MailSignIn(MailServerSettings settings, TimeProvider time) : IDisposable
{
    private const string OAuthBearer = "OAUTHBEARER";
    private const string XOAuth2 = "XOAUTH2";

    private readonly OAuthTokens? _tokens = settings.OAuth.IsUsed ? new OAuthTokens(settings.OAuth, time) : null;

    public Task SignInAsync(MailService connection, CancellationToken cancellationToken) =>
        settings.User is not { } user ? Task.CompletedTask
        : _tokens is null ? WithPasswordAsync(connection, user, cancellationToken)
        : WithTokenAsync(connection, user, _tokens, cancellationToken);

    public void Dispose() => _tokens?.Dispose();

    private async Task WithPasswordAsync(MailService connection, string user, CancellationToken cancellationToken)
    {
        try
        {
            await connection.AuthenticateAsync(user, settings.Password!, cancellationToken);
        }
        catch (NotSupportedException)
        {
            throw new NoMechanismException(connection.AuthenticationMechanisms);
        }
    }

    // A token may be revoked before it expires: the next attempt gets a fresh one.
    private static async Task WithTokenAsync(MailService connection, string user, OAuthTokens tokens, CancellationToken cancellationToken)
    {
        var offered = connection.AuthenticationMechanisms;
        if (!offered.Contains(OAuthBearer) && !offered.Contains(XOAuth2))
            throw new NoMechanismException(offered);

        var token = await tokens.GetAsync(cancellationToken);
        try
        {
            // OAUTHBEARER contains the port, for which MailKit 4.18.2 sends -1.
            SaslMechanism mechanism = offered.Contains(XOAuth2)
                ? new SaslMechanismOAuth2(user, token)
                : new SaslMechanismOAuthBearer(user, token);
            await connection.AuthenticateAsync(mechanism, cancellationToken);
        }
        catch (AuthenticationException)
        {
            tokens.Forget(token);
            throw;
        }
    }
}
