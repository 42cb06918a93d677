using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Languages;
using OneTimeJwt.Web.Mail;

namespace OneTimeJwt.Web.Recovery;

/// <summary>A link as its mail tells of it.</summary>
internal sealed record MailedLink(string Url, TimeSpan Lifetime, DateTimeOffset ExpiresAt)
{
    /// <summary>Never the address.</summary>
    public override string ToString() => InWords.Of(ExpiresAt);
}

/// <summary>The mails of account recovery, in the reader's language.</summary>
internal static class Letters
{
    public static Letter Reset(MailedLink link, string host) => new(
        Words.MailReset,
        [Words.MailHello, Fill(Words.MailResetAsked, host)],
        new LetterLink(Words.MailReset, link.Url),
        [Lifetime(link), Words.MailPresentPassword, Words.MailNotAsked]);

    public static Letter ResetByAdmin(MailedLink link, string host) => new(
        Words.MailReset,
        [Words.MailHello, Fill(Words.MailResetByAdmin, host)],
        new LetterLink(Words.MailReset, link.Url),
        [Lifetime(link), Words.MailPresentPassword, Words.MailNotExpected]);

    public static Letter RequiredReset(MailedLink link, string host) => new(
        Words.MailReset,
        [Words.MailHello, Fill(Words.MailRequiredReset, host)],
        new LetterLink(Words.MailReset, link.Url),
        [Lifetime(link), Words.MailTooLate]);

    public static Letter Invitation(MailedLink link, string host) => new(
        Words.MailInvitation,
        [Words.MailHello, Fill(Words.MailInvitationText, host)],
        new LetterLink(Words.MailInvitationButton, link.Url),
        [Lifetime(link), Words.MailInvitationUnexpected]);

    public static Letter ExternalOnly(IReadOnlyList<string> providers, string host) => new(
        Words.MailHowYouSignIn,
        [
            Words.MailHello,
            Fill(Words.MailResetAsked, host),
            Fill(Words.MailExternalOnly, providers.Aggregate((one, other) => Fill(Words.OneOrOther, one, other))),
            Words.MailNothingToDo,
        ],
        Link: null,
        []);

    public static Letter PasswordChanged(string forgotPassword, DateTimeOffset at, string host) => Notice(
        Words.MailPasswordChanged, Fill(Words.MailPasswordChangedText, host, InWords.Of(at)), Words.MailIfNotYouPassword, forgotPassword);

    /// <summary>Tells the owner that an admin took the second factor away.</summary>
    public static Letter TwoFactorReset(string forgotPassword, DateTimeOffset at, string host) => new(
        Words.MailTwoFactorReset,
        [Words.MailHello, Fill(Words.MailTwoFactorResetText, host, InWords.Of(at)), Words.MailTwoFactorResetAsked, Words.MailTwoFactorResetNotAsked],
        new LetterLink(Words.MailGetAccountBack, forgotPassword),
        []);

    /// <summary>Tells the owner of a change to the second factor.</summary>
    public static Letter SecondFactor(OutboxKind kind, string forgotPassword, DateTimeOffset at, string host)
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
        return Notice(subject, Fill(change, host, InWords.Of(at)), Words.MailIfNotYouFactor, forgotPassword);
    }

    /// <summary>Tells somebody who has an account that it may use the console from now on.</summary>
    public static Letter Admin(string console, DateTimeOffset at, string host) => new(
        Words.MailAdmin,
        [Words.MailHello, Fill(Words.MailAdminText, host, InWords.Of(at))],
        new LetterLink(Words.MailAdminButton, console),
        [Words.MailAdminUnexpected]);

    private static Letter Notice(string subject, string change, string otherwise, string forgotPassword) => new(
        subject,
        [Words.MailHello, change, Words.MailIfYou, otherwise],
        new LetterLink(Words.MailGetAccountBack, forgotPassword),
        []);

    private static string Lifetime(MailedLink link) => Fill(Words.MailLifetime, InWords.Of(link.Lifetime), InWords.Of(link.ExpiresAt));

    // Host names run from left to right, also in the middle of a sentence that doesn't (Unicode UAX #9, isolates).
    private static string Fill(string text, params string[] values) =>
        text.With([.. values.Select(value => Language.IsRightToLeft ? $"\u2068{value}\u2069" : value)]);
}
