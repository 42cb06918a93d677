using System.Globalization;
using OneTimeJwt.Web.Data;
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

    public static Letter Invitation(string link, TimeSpan lifetime, string host) => new(
        "You are invited",
        [
            "Hello,",
            $"An account at {host} has been made for you. Choose a password to start using it.",
        ],
        new LetterLink("Choose your password", link),
        [
            $"The link works once, for {InWords(lifetime)}.",
            "If you don't know why you got this, there is nothing to do: nobody can use the link without this mail.",
        ]);

    public static Letter ResetByAdmin(string link, TimeSpan lifetime, string host) => new(
        "Choose a new password",
        [
            "Hello,",
            $"The people who look after accounts at {host} send you this link, so that you can choose a new password.",
        ],
        new LetterLink("Choose a new password", link),
        [
            $"The link works once, for {InWords(lifetime)}. Your present password works until you choose a new one.",
            "If you did not expect this, there is nothing to do: nobody can use the link without this mail.",
        ]);

    public static Letter RequiredReset(string link, TimeSpan lifetime, string host) => new(
        "Choose a new password",
        [
            "Hello,",
            $"For your safety the password of your account at {host} no longer works, and all devices were signed out. Choose a new one that you use nowhere else:",
        ],
        new LetterLink("Choose a new password", link),
        [
            $"The link works once, for {InWords(lifetime)}. If you come too late, ask for a fresh one on the sign-in page.",
        ]);

    public static Letter TwoFactorReset(string forgotPassword, DateTimeOffset at, string host) => new(
        "Two-factor sign-in was turned off",
        [
            "Hello,",
            $"Two-factor sign-in of your account at {host} was turned off on {InWords(at)} by the people who look after accounts, and all devices were signed out. Authenticator app, recovery codes and passkeys no longer count.",
            "If you asked for that, sign in with your password and set two-factor up again.",
            "If you did not, choose a new password now, and tell them:",
        ],
        new LetterLink("Get your account back", forgotPassword),
        []);

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

    public static Letter PasswordChanged(string forgotPassword, DateTimeOffset at, string host) => Notice(
        "Your password was changed",
        $"The password of your account at {host} was changed on {InWords(at)}, and all devices were signed out.",
        "If it was not, somebody can read your mail or knew your password. Secure your mailbox first, then choose a new password here:",
        forgotPassword);

    /// <summary>Tells the owner of a change to the second factor.</summary>
    public static Letter SecondFactor(OutboxKind kind, string forgotPassword, DateTimeOffset at, string host)
    {
        var (subject, change) = kind switch
        {
            OutboxKind.TwoFactorOnNotice => ("Two-factor sign-in is on", "was given a second factor"),
            OutboxKind.TwoFactorOffNotice => ("Two-factor sign-in is off", "lost its second factor: its password alone is enough to sign in"),
            OutboxKind.AuthenticatorNotice => ("Another authenticator app", "was tied to another authenticator app, and the one before no longer works"),
            OutboxKind.RecoveryCodesNotice => ("New recovery codes", "was given new recovery codes, and those before no longer work"),
            OutboxKind.PasskeyAddedNotice => ("A passkey was added", "was given a passkey to sign in with"),
            OutboxKind.PasskeyRemovedNotice => ("A passkey was removed", "lost a passkey"),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a notice of the second factor."),
        };
        return Notice(
            subject,
            $"Your account at {host} {change}, on {InWords(at)}. All other devices were signed out.",
            "If it was not, somebody knows your password. Choose a new one here, then look after your second factor:",
            forgotPassword);
    }

    /// <summary>Tells somebody who has an account that it may use the console from now on.</summary>
    public static Letter Admin(string console, DateTimeOffset at, string host) => new(
        "You are an admin now",
        [
            "Hello,",
            $"Your account at {host} was given the right to administer account recovery, on {InWords(at)}. You sign in as before.",
        ],
        new LetterLink("Open the console", console),
        ["If you didn't expect this, tell whoever runs this site."]);

    private static Letter Notice(string subject, string change, string otherwise, string forgotPassword) => new(
        subject,
        ["Hello,", change, "If that was you, there is nothing to do.", otherwise],
        new LetterLink("Get your account back", forgotPassword),
        []);

    private static string InWords(DateTimeOffset at) => $"{at.UtcDateTime.ToString("d MMMM yyyy 'at' HH:mm", CultureInfo.InvariantCulture)} UTC";

    private static string InWords(TimeSpan lifetime)
    {
        var minutes = (int)lifetime.TotalMinutes;
        return minutes switch
        {
            1 => "one minute",
            < 120 => string.Create(CultureInfo.InvariantCulture, $"{minutes} minutes"),
            < 2880 => string.Create(CultureInfo.InvariantCulture, $"{minutes / 60} hours"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{minutes / 1440} days"),
        };
    }
}
