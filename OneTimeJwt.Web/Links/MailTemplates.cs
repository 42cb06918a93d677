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

    /// <summary>What happened to an account, and what its owner can do who didn't do that.</summary>
    public static MailContent Notice(string kind, SecureLink secure, DateTimeOffset at, string host)
    {
        var (ifYou, ifNotYou) = (Words.MailIfYou, Words.MailIfNotYouFactor);
        var (subject, change, expected, unexpected) = kind switch
        {
            OutboxKind.PasswordChangedNotice =>
                (Words.MailPasswordChanged, Words.MailPasswordChangedText, ifYou, Words.MailIfNotYouPassword),
            // To the account's former address.
            OutboxKind.AddressChangedNotice =>
                (Words.MailAddressChanged, Words.MailAddressChangedText, ifYou, Words.MailIfNotYouAddress),
            // An admin removed the second factor.
            OutboxKind.TwoFactorResetNotice =>
                (Words.MailTwoFactorReset, Words.MailTwoFactorResetText, Words.MailTwoFactorResetAsked, Words.MailTwoFactorResetNotAsked),
            OutboxKind.TwoFactorOnNotice => (Words.MailTwoFactorOn, Words.MailTwoFactorOnText, ifYou, ifNotYou),
            OutboxKind.TwoFactorOffNotice => (Words.MailTwoFactorOff, Words.MailTwoFactorOffText, ifYou, ifNotYou),
            OutboxKind.AuthenticatorNotice => (Words.MailAuthenticator, Words.MailAuthenticatorText, ifYou, ifNotYou),
            OutboxKind.RecoveryCodesNotice => (Words.MailRecoveryCodes, Words.MailRecoveryCodesText, ifYou, ifNotYou),
            OutboxKind.PasskeyAddedNotice => (Words.MailPasskeyAdded, Words.MailPasskeyAddedText, ifYou, ifNotYou),
            OutboxKind.PasskeyRemovedNotice => (Words.MailPasskeyRemoved, Words.MailPasskeyRemovedText, ifYou, ifNotYou),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a notice of an account."),
        };
        return new(subject, [Fill(change, host, DisplayText.Of(at)), expected, Otherwise(secure, unexpected)], Link(secure), []);
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

    /// <summary>What a link is for, with a place for the site's name; its button and how long it works.</summary>
    public static MailContent WithLink(string subject, string text, string button, MailedLink link, params string[] notes) =>
        new(
            subject,
            [Fill(text, new Uri(link.Url).Authority)],
            new MailButton(button, link.Url),
            [Fill(Words.MailLifetime, DisplayText.Of(link.Lifetime), DisplayText.Of(link.ExpiresAt)), .. notes]);

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
