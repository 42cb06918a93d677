using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Languages;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Links;

/// <summary>A link as its mail tells of it.</summary>
internal sealed record MailedLink(string Url, TimeSpan Lifetime, DateTimeOffset ExpiresAt)
{
    /// <summary>Never the address.</summary>
    public override string ToString() => DisplayText.Of(ExpiresAt);
}

/// <summary>Where the owner of an account goes who didn't do what a notice tells of.</summary>
/// <param name="Url">A link that secures the account, or the page that asks for one to choose a password; null where
/// the account gets no link.</param>
/// <param name="Until">How long the link that secures it works; null where there is none.</param>
internal sealed record SecureLink(string? Url, DateTimeOffset? Until)
{
    /// <summary>For an account that is banned.</summary>
    public static SecureLink None { get; } = new(Url: null, Until: null);

    /// <summary>Never the address.</summary>
    public override string ToString() => Until is null ? "no link" : "a link";
}

/// <summary>The mails of account recovery, in the reader's language.</summary>
internal static class MailTemplates
{
    /// <summary>To whoever signs in and has no second factor that can be asked for here.</summary>
    public static MailContent SignInCode(string code, DateTimeOffset until, OutboxMail asked, string host) =>
        new(
            Words.MailCode,
            [Fill(Words.MailCodeText, host)],
            Link: null,
            [CodeLifetime(until), AskedFor(asked), Fill(Words.MailCodeNotYou, host)])
        {
            Code = new MailCode(code),
        };

    public static MailContent PasswordChanged(SecureLink way, DateTimeOffset at, string host) => Notice(
        Words.MailPasswordChanged, Fill(Words.MailPasswordChangedText, host, DisplayText.Of(at)), Words.MailIfNotYouPassword, way);

    /// <summary>To the address that the account had.</summary>
    public static MailContent AddressChanged(SecureLink way, DateTimeOffset at, string host) => Notice(
        Words.MailAddressChanged, Fill(Words.MailAddressChangedText, host, DisplayText.Of(at)), Words.MailIfNotYouAddress, way);

    /// <summary>Tells the owner that an admin took the second factor away.</summary>
    public static MailContent TwoFactorReset(SecureLink way, DateTimeOffset at, string host) =>
        new(
            Words.MailTwoFactorReset,
            [
                Fill(Words.MailTwoFactorResetText, host, DisplayText.Of(at)),
                Words.MailTwoFactorResetAsked,
                Otherwise(way, Words.MailTwoFactorResetNotAsked),
            ],
            Link(way),
            []);

    /// <summary>Tells the owner of a change to the second factor.</summary>
    public static MailContent SecondFactor(string kind, SecureLink way, DateTimeOffset at, string host)
    {
        var (subject, change) = kind switch
        {
            OutboxKind.TwoFactorOnNotice => (Words.MailTwoFactorOn, Words.MailTwoFactorOnText),
            OutboxKind.TwoFactorOffNotice => (Words.MailTwoFactorOff, Words.MailTwoFactorOffText),
            OutboxKind.AuthenticatorNotice => (Words.MailAuthenticator, Words.MailAuthenticatorText),
            OutboxKind.RecoveryCodesNotice => (Words.MailRecoveryCodes, Words.MailRecoveryCodesText),
            OutboxKind.PasskeyAddedNotice => (Words.MailPasskeyAdded, Words.MailPasskeyAddedText),
            OutboxKind.PasskeyRemovedNotice => (Words.MailPasskeyRemoved, Words.MailPasskeyRemovedText),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a notice of the second factor."),
        };
        return Notice(subject, Fill(change, host, DisplayText.Of(at)), Words.MailIfNotYouFactor, way);
    }

    /// <summary>Tells somebody who has an account that it may use the console from now on.</summary>
    public static MailContent Admin(string console, DateTimeOffset at, string host) => new(
        Words.MailAdmin,
        [Fill(Words.MailAdminText, host, DisplayText.Of(at))],
        new MailButton(Words.MailAdminButton, console),
        [Words.MailAdminUnexpected]);

    /// <summary>Tells an admin that the owner of an account locked it.</summary>
    public static MailContent Secured(string account, DateTimeOffset at, string host) => new(
        Words.MailSecured,
        [Fill(Words.MailSecuredText, host, DisplayText.Of(at)), Words.MailSecuredNext],
        new MailButton(Words.MailSecuredButton, account),
        []);

    /// <summary>For a mail to an address that several accounts have.</summary>
    public static string About(AccountLabel label) => label.Names.Count > 1
        ? Words.AboutAccount.With($"{Isolate(label.Names[0])} ({Isolate(label.Names[1])})")
        : Words.AboutAccount.With(Isolate(label.Names[0]));

    private static MailContent Notice(string subject, string change, string otherwise, SecureLink way) => new(
        subject, [change, Words.MailIfYou, Otherwise(way, otherwise)], Link(way), []);

    private static string Otherwise(SecureLink way, string withoutLink) =>
        way.Url is null ? Words.MailIfNotYouLocked
        : way.Until is { } until ? Fill(Words.MailIfNotYouSecure, DisplayText.Of(until))
        : withoutLink;

    private static MailButton? Link(SecureLink way) =>
        way.Url is { } url ? new(way.Until is null ? Words.MailGetAccountBack : Words.MailSecure, url) : null;

    public static string Lifetime(MailedLink link) =>
        Fill(Words.MailLifetime, DisplayText.Of(link.Lifetime), DisplayText.Of(link.ExpiresAt));

    // Names may run from right to left in a sentence that doesn't; from Hebrew on, blocks of letters do.
    private static string Isolate(string name) =>
        Language.IsRightToLeft || name.Any(letter => letter >= '\u0590') ? $"\u2068{name}\u2069" : name;

    private static string CodeLifetime(DateTimeOffset until) =>
        Fill(Words.MailCodeLifetime, DisplayText.Of(MailedCodes.Lifetime), DisplayText.Of(until));

    private static string AskedFor(OutboxMail asked) => asked.Client is { } client
        ? Fill(Words.MailCodeAskedFrom, DisplayText.Of(asked.RequestedAt), client)
        : Fill(Words.MailCodeAsked, DisplayText.Of(asked.RequestedAt));

    // Host names run from left to right, also in the middle of a sentence that doesn't (Unicode UAX #9, isolates).
    public static string Fill(string text, params string[] values) =>
        text.With([.. values.Select(value => Language.IsRightToLeft ? $"\u2068{value}\u2069" : value)]);
}
