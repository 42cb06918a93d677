using System.Data.Common;
using System.Net.Sockets;
using MailKit.Net.Smtp;
using MailKit.Security;

namespace OneTimeJwt.Web.Mail;

/// <summary>Why a mail was not sent, in words of our own: what servers and exceptions say may quote addresses and links.</summary>
internal static class MailFault
{
    public static string InWords(Exception fault) => fault switch
    {
        FormatException => "the stored address is not one that mail can be sent to",
        SmtpCommandException refused => $"the mail server refused it with {(int)refused.StatusCode}",
        SmtpProtocolException => "the mail server broke the conversation off",
        AuthenticationException => "the mail server refused user and password",
        SslHandshakeException => "no trusted TLS connection to the mail server",
        NotSupportedException => "the mail server doesn't offer what the settings ask for, TLS or sign-in",
        SocketException => "the mail server can't be reached",
        TimeoutException or OperationCanceledException => "the mail server didn't answer in time",
        IOException => "the connection to the mail server, or the disk, failed",
        _ when fault.GetBaseException() is DbException => "the database failed",
        _ => fault.GetType().Name,
    };
}
