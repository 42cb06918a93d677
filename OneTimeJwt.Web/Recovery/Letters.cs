using System.Globalization;
using OneTimeJwt.Web.Mail;

namespace OneTimeJwt.Web.Recovery;

/// <summary>The mails of account recovery.</summary>
internal static class Letters
{
    public static Letter Reset(string link, TimeSpan lifetime, string host) => new(
        "Choose a new password",
        [
            "Hello,",
            $"Somebody, most likely you, asked for a new password for your account at {host}.",
        ],
        new LetterLink("Choose a new password", link),
        [
            $"The link works once, for {InWords(lifetime)}. Your present password works until you choose a new one.",
            "If you did not ask for this, there is nothing to do: nobody can use the link without this mail.",
        ]);

    public static Letter ExternalOnly(IReadOnlyList<string> providers, string host) => new(
        "How you sign in",
        [
            "Hello,",
            $"Somebody, most likely you, asked for a new password for your account at {host}.",
            $"Your account has no password here: you sign in with {string.Join(" or ", providers)}. If you forgot that password, it is changed there.",
            "If you did not ask for this, there is nothing to do.",
        ],
        Link: null,
        []);

    public static Letter PasswordChanged(string forgotPassword, DateTimeOffset at, string host) => new(
        "Your password was changed",
        [
            "Hello,",
            $"The password of your account at {host} was changed on {at.UtcDateTime.ToString("d MMMM yyyy 'at' HH:mm", CultureInfo.InvariantCulture)} UTC, and all devices were signed out.",
            "If that was you, there is nothing to do.",
            "If it was not, somebody can read your mail or knew your password. Secure your mailbox first, then choose a new password here:",
        ],
        new LetterLink("Get your account back", forgotPassword),
        []);

    private static string InWords(TimeSpan lifetime)
    {
        var minutes = (int)lifetime.TotalMinutes;
        return minutes switch
        {
            1 => "one minute",
            < 120 => string.Create(CultureInfo.InvariantCulture, $"{minutes} minutes"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{minutes / 60} hours"),
        };
    }
}
