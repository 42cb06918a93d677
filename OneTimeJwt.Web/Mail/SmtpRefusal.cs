using System.Globalization;
using System.Text.RegularExpressions;
using MailKit.Net.Smtp;

namespace OneTimeJwt.Web.Mail;

/// <summary>What a mail server's refusal is about.</summary>
internal enum RefusalSubject
{
    Recipient,
    Message,

    /// <summary>Our name in EHLO.</summary>
    Introduction,
    SignIn,
    Sender,

    /// <summary>Who may send what, and how much of it.</summary>
    Policy,
    Server,
}

/// <summary>
/// What a refusal is about: by its enhanced status code (RFC 3463; registry: https://www.iana.org/assignments/smtp-enhanced-status-codes),
/// else by the command that it answers and the reply code (RFC 5321, section 4.2). Never by its text.
/// </summary>
/// <param name="Status">The reply code, 400 to 599.</param>
/// <param name="Enhanced">For example <c>5.1.1</c>; empty where the server sends none.</param>
/// <param name="About">What it is about.</param>
internal sealed partial record SmtpRefusal(int Status, string Enhanced, RefusalSubject About)
{
    /// <summary>Whether the same mail would be refused again. What an operator can correct is not permanent.</summary>
    public bool IsPermanent => Status >= 500 && About is RefusalSubject.Recipient or RefusalSubject.Message;

    /// <summary>Whether the server would accept other mails; "try later" without an enhanced code may apply to all.</summary>
    public bool IsAboutThisMail =>
        About is RefusalSubject.Recipient or RefusalSubject.Message && (Status >= 500 || Status == 450 || Enhanced.Length > 0);

    /// <summary>The codes, without the server's own words.</summary>
    public string Codes => Enhanced.Length == 0 ? Status.ToString(CultureInfo.InvariantCulture) : $"{Status} {Enhanced}";

    public static SmtpRefusal Of(SmtpCommandException refused)
    {
        var status = (int)refused.StatusCode;
        var code = EnhancedCode().Match(refused.Message);
        if (!code.Success)
            return new(status, "", Plain(refused.ErrorCode, status));

        var about = Detailed(refused.ErrorCode, status, Number(code.Groups["subject"]), Number(code.Groups["detail"]));
        return new(status, code.Value, about);
    }

    private static int Number(Group digits) => int.Parse(digits.ValueSpan, CultureInfo.InvariantCulture);

    private static RefusalSubject Detailed(SmtpErrorCode command, int status, int subject, int detail) => (subject, detail) switch
    {
        (1, 7 or 8) => RefusalSubject.Sender,
        (1, _) => command == SmtpErrorCode.SenderNotAccepted ? RefusalSubject.Sender : RefusalSubject.Recipient,
        (2, _) => RefusalSubject.Recipient,
        (3, 4) => RefusalSubject.Message,
        (3, _) => RefusalSubject.Server,
        (4, _) => command == SmtpErrorCode.RecipientNotAccepted ? RefusalSubject.Recipient : RefusalSubject.Server,
        // What is wrong at this point is not the command.
        (5, 2) when command == SmtpErrorCode.RecipientNotAccepted => RefusalSubject.Introduction,
        (5, _) when status == 504 => RefusalSubject.Introduction,
        (5, _) => RefusalSubject.Server,
        // The server, or the next one, takes no non-ASCII addresses (RFC 6531, section 3.5).
        (6, 7) => RefusalSubject.Recipient,
        (6, _) => RefusalSubject.Message,
        // The mailbox has another owner (RFC 7293, section 3).
        (7, 17) => RefusalSubject.Recipient,
        (7, 8 or 9 or 11 or 57) => RefusalSubject.SignIn,
        (7, _) => IsSignIn(status) ? RefusalSubject.SignIn : RefusalSubject.Policy,
        _ => Plain(command, status),
    };

    private static RefusalSubject Plain(SmtpErrorCode command, int status) => (command, status) switch
    {
        _ when IsSignIn(status) => RefusalSubject.SignIn,
        (_, 504) => RefusalSubject.Introduction,
        (SmtpErrorCode.SenderNotAccepted, _) => RefusalSubject.Sender,
        // "Transaction failed", and at this point no more than that: access denied, or no relaying.
        (SmtpErrorCode.RecipientNotAccepted, 554) => RefusalSubject.Policy,
        (_, 500 or 502 or 503 or 521 or 555) => RefusalSubject.Server,
        (SmtpErrorCode.RecipientNotAccepted, _) => RefusalSubject.Recipient,
        (SmtpErrorCode.MessageNotAccepted, 501) => RefusalSubject.Server,
        (SmtpErrorCode.MessageNotAccepted, _) => RefusalSubject.Message,
        _ => RefusalSubject.Server,
    };

    // RFC 4954, section 6.
    private static bool IsSignIn(int status) => status is 530 or 534 or 535 or 538;

    [GeneratedRegex(@"^\s*[245]\.(?<subject>[0-9]{1,3})\.(?<detail>[0-9]{1,3})(?![0-9.])")]
    private static partial Regex EnhancedCode();
}
