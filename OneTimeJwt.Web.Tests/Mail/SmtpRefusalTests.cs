using MailKit.Net.Smtp;
using OneTimeJwt.Web.Mail;

namespace OneTimeJwt.Web.Tests.Mail;

/// <summary>What a refusal speaks of decides whether its mail is kept for later or set aside for good.</summary>
public sealed class SmtpRefusalTests
{
    private const SmtpErrorCode Mail = SmtpErrorCode.SenderNotAccepted;
    private const SmtpErrorCode Rcpt = SmtpErrorCode.RecipientNotAccepted;
    private const SmtpErrorCode Data = SmtpErrorCode.MessageNotAccepted;
    private const SmtpErrorCode Else = SmtpErrorCode.UnexpectedStatusCode;

    public static TheoryData<SmtpErrorCode, string, string, bool> Refusals => new()
    {
        // The recipient.
        { Rcpt, "550 5.1.1 no such user", "Recipient", true },
        { Rcpt, "550 no such user", "Recipient", true },
        { Rcpt, "551 user not local", "Recipient", true },
        { Rcpt, "552 5.2.2 mailbox full", "Recipient", true },
        { Rcpt, "553 mailbox name not allowed", "Recipient", true },
        { Rcpt, "501 5.1.3 bad address syntax", "Recipient", true },
        { Rcpt, "550 5.1.10 recipient's domain takes no mail", "Recipient", true },
        { Rcpt, "556 5.1.10 recipient's domain takes no mail", "Recipient", true },
        { Rcpt, "550 5.4.1 recipient address rejected", "Recipient", true },
        { Rcpt, "550 5.2.1 mailbox disabled", "Recipient", true },
        { Rcpt, "550 5.6.7 address beyond ASCII", "Recipient", true },
        { Rcpt, "550 5.7.17 mailbox owner has changed", "Recipient", true },
        { Rcpt, "450 4.2.1 mailbox busy", "Recipient", false },
        { Rcpt, "452 4.2.2 mailbox full", "Recipient", false },

        // The mail.
        { Data, "554 refused", "Message", true },
        { Data, "552 too big", "Message", true },
        { Data, "552 5.3.4 too big", "Message", true },
        { Data, "550 5.6.0 media not supported", "Message", true },
        { Data, "452 too busy", "Message", false },

        // Our own name.
        { Rcpt, "504 5.5.2 <host>: Helo command rejected: need fully-qualified hostname", "Introduction", false },
        { Rcpt, "550 5.5.2 need a full name", "Introduction", false },
        { Mail, "504 5.5.2 need a full name", "Introduction", false },
        { Rcpt, "504 need a full name", "Introduction", false },

        // The sign-in.
        { Rcpt, "530 5.7.0 authentication required", "SignIn", false },
        { Rcpt, "535 no", "SignIn", false },
        { Mail, "530 5.7.57 client not authenticated", "SignIn", false },
        { Data, "550 5.7.57 client not authenticated", "SignIn", false },
        { Rcpt, "550 5.7.8 credentials invalid", "SignIn", false },

        // The sender.
        { Mail, "550 sender rejected", "Sender", false },
        { Mail, "553 5.1.8 sender's domain does not exist", "Sender", false },
        { Rcpt, "550 5.1.8 sender's domain does not exist", "Sender", false },
        { Rcpt, "550 5.1.7 bad sender", "Sender", false },
        { Mail, "553 5.1.3 bad syntax", "Sender", false },

        // Rules and rates.
        { Rcpt, "554 5.7.1 relay access denied", "Policy", false },
        { Rcpt, "554 relay access denied", "Policy", false },
        { Rcpt, "550 5.7.1 relaying denied", "Policy", false },
        { Data, "550 5.7.1 looks like spam", "Policy", false },
        { Data, "550 5.7.26 unauthenticated sender", "Policy", false },
        { Rcpt, "550 5.7.25 no reverse name", "Policy", false },
        { Rcpt, "450 4.7.1 greylisted", "Policy", false },

        // The server and the conversation.
        { Rcpt, "503 5.5.1 bad sequence", "Server", false },
        { Rcpt, "503 bad sequence", "Server", false },
        { Rcpt, "500 what?", "Server", false },
        { Rcpt, "502 not implemented", "Server", false },
        { Rcpt, "521 5.3.2 takes no mail", "Server", false },
        { Rcpt, "521 takes no mail", "Server", false },
        { Data, "554 5.3.0 internal error", "Server", false },
        { Data, "554 5.4.6 routing loop", "Server", false },
        { Data, "503 5.5.1 no recipients", "Server", false },
        { Else, "554 no", "Server", false },
        { Else, "421 4.3.2 closing", "Server", false },

        // What is no enhanced code is text.
        { Rcpt, "550 5.7.1.2 what is this", "Recipient", true },
        { Rcpt, "550 5.1234.1 what is this", "Recipient", true },
        { Rcpt, "550 see 5.7.1 in our rules", "Recipient", true },
        { Rcpt, "550 5.0.0 undefined", "Recipient", true },
        { Data, "554 5.0.0 undefined", "Message", true },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void It_is_told_by_command_and_code_what_it_is_about(SmtpErrorCode command, string answer, string about, bool permanent)
    {
        var exception = new SmtpCommandException(
            command,
            (SmtpStatusCode)int.Parse(answer[..3], System.Globalization.CultureInfo.InvariantCulture),
            answer[4..]);

        var (refusal, fault) = (SmtpRefusal.Of(exception), MailFault.Of(exception));

        Assert.Equal((about, permanent, permanent), ($"{refusal.About}", refusal.IsPermanent, fault.Permanent));
        Assert.Equal(
            about is "Recipient" or "Message" && !answer.StartsWith("452 too busy", StringComparison.Ordinal),
            fault.IsAboutThisMail);
        Assert.Matches("^the mail server refused it with [45][0-9]{2}( [45]\\.[0-9]{1,3}\\.[0-9]{1,3})?$", fault.Cause);
    }
}
