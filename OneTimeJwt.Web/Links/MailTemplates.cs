using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Links;

/// <summary>What a mail shows of its link.</summary>
internal sealed record MailedLink(string Url, TimeSpan Lifetime, DateTimeOffset ExpiresAt)
{
    /// <summary>Without the address.</summary>
    public override string ToString() => DisplayText.Of(ExpiresAt);
}

/// <summary>For an owner who didn't do what a notice reports.</summary>
/// <param name="Url">A link that secures the account, or the forgot-password page; null where the account gets no link.</param>
/// <param name="Until">How long the link that secures it works; null where there is none.</param>
internal sealed record SecureLink(string? Url, DateTimeOffset? Until)
{
    /// <summary>For a banned account.</summary>
    public static SecureLink None { get; } = new(Url: null, Until: null);

    /// <summary>Without the address.</summary>
    public override string ToString() => Until is null ? "no link" : "a link";
}

/// <summary>The mails of account recovery, in the reader's language.</summary>
internal static class MailTemplates
{
    /// <summary>For a sign-in without a second factor that can be asked for here.</summary>
    public static MailContent SignInCode(string code, DateTimeOffset until, OutboxMail asked, string host) =>
        new(
            Words.MailCode,
            [Fill(Words.MailCodeText, host)],
            Link: null,
            [CodeLifetime(until), AskedFor(asked), Fill(Words.MailCodeNotYou, host)])
        {
            Code = new MailCode(code),
        };

    public static MailContent PasswordChanged(SecureLink secure, DateTimeOffset at, string host) => Notice(
        Words.MailPasswordChanged, Fill(Words.MailPasswordChangedText, host, DisplayText.Of(at)), Words.MailIfNotYouPassword, secure);

    /// <summary>To the account's former address.</summary>
    public static MailContent AddressChanged(SecureLink secure, DateTimeOffset at, string host) => Notice(
        Words.MailAddressChanged, Fill(Words.MailAddressChangedText, host, DisplayText.Of(at)), Words.MailIfNotYouAddress, secure);

    /// <summary>An admin removed the second factor.</summary>
    public static MailContent TwoFactorReset(SecureLink secure, DateTimeOffset at, string host) =>
        new(
            Words.MailTwoFactorReset,
            [
                Fill(Words.MailTwoFactorResetText, host, DisplayText.Of(at)),
                Words.MailTwoFactorResetAsked,
                Otherwise(secure, Words.MailTwoFactorResetNotAsked),
            ],
            Link(secure),
            []);

    /// <summary>The second factor was changed.</summary>
    public static MailContent SecondFactor(string kind, SecureLink secure, DateTimeOffset at, string host)
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
        return Notice(subject, Fill(change, host, DisplayText.Of(at)), Words.MailIfNotYouFactor, secure);
    }

    /// <summary>To the owner of an account that may use the console from now on.</summary>
    public static MailContent Admin(string console, DateTimeOffset at, string host) => new(
        Words.MailAdmin,
        [Fill(Words.MailAdminText, host, DisplayText.Of(at))],
        new MailButton(Words.MailAdminButton, console),
        [Words.MailAdminUnexpected]);

    /// <summary>To an admin: the owner of an account locked it.</summary>
    public static MailContent Secured(string account, DateTimeOffset at, string host) => new(
        Words.MailSecured,
        [Fill(Words.MailSecuredText, host, DisplayText.Of(at)), Words.MailSecuredNext],
        new MailButton(Words.MailSecuredButton, account),
        []);

    /// <summary>Names the account in a mail to an address that several accounts have.</summary>
    public static string About(AccountLabel label) => label.Names.Count > 1
        ? Words.AboutAccount.With($"{Isolate(label.Names[0])} ({Isolate(label.Names[1])})")
        : Words.AboutAccount.With(Isolate(label.Names[0]));

    /// <summary>What a link is for, its button and how long it works.</summary>
    public static MailContent WithLink(string subject, string text, string button, MailedLink link, params string[] notes) =>
        new(
            subject,
            [text],
            new MailButton(button, link.Url),
            [Fill(Words.MailLifetime, DisplayText.Of(link.Lifetime), DisplayText.Of(link.ExpiresAt)), .. notes]);

    private static MailContent Notice(string subject, string change, string otherwise, SecureLink secure) => new(
        subject, [change, Words.MailIfYou, Otherwise(secure, otherwise)], Link(secure), []);

    private static string Otherwise(SecureLink secure, string withoutLink) =>
        secure.Url is null ? Words.MailIfNotYouLocked
        : secure.Until is { } until ? Fill(Words.MailIfNotYouSecure, DisplayText.Of(until))
        : withoutLink;

    private static MailButton? Link(SecureLink secure) =>
        secure.Url is { } url ? new(secure.Until is null ? Words.MailGetAccountBack : Words.MailSecure, url) : null;

    // Names may run from right to left in a sentence that doesn't: letters from U+0590 (Hebrew) on may.
    private static string Isolate(string name) =>
        Language.IsRightToLeft || name.Any(c => c >= '\u0590') ? $"\u2068{name}\u2069" : name;

    private static string CodeLifetime(DateTimeOffset until) =>
        Fill(Words.MailCodeLifetime, DisplayText.Of(MailedCodes.Lifetime), DisplayText.Of(until));

    private static string AskedFor(OutboxMail asked) => asked.Client is { } client
        ? Fill(Words.MailCodeAskedFrom, DisplayText.Of(asked.RequestedAt), client)
        : Fill(Words.MailCodeAsked, DisplayText.Of(asked.RequestedAt));

    // Host names run from left to right in a sentence that doesn't (UAX #9, isolates).
    public static string Fill(string text, params string[] values) =>
        text.With([.. values.Select(value => Language.IsRightToLeft ? $"\u2068{value}\u2069" : value)]);
}
