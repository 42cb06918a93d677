using MailKit.Net.Smtp;
using Microsoft.Data.Sqlite;
using OneTimeJwt.Web.Mail;

namespace OneTimeJwt.Web.Tests.Mail;

/// <summary>These words go into the trail and the log.</summary>
public sealed class MailFaultTests
{
    private const string Secret = "https://accounts.example.com/reset-password?token=eyJ ada@example.com";

    private static readonly Exception[] Faults =
    [
        new FormatException(Secret),
        new SmtpProtocolException(Secret),
        new MailKit.Security.AuthenticationException(Secret),
        new MailKit.Security.SslHandshakeException(Secret),
        new NotSupportedException(Secret),
        new MailKit.ServiceNotAuthenticatedException(Secret),
        new TimeoutException(Secret),
        new OperationCanceledException(Secret),
        new IOException(Secret),
        new HttpRequestException(Secret),
        new HttpRequestException(Secret, inner: null, HttpStatusCode.Unauthorized),
        Refused(SmtpErrorCode.RecipientNotAccepted, 550),
        new DbUpdateException(Secret, new SqliteException(Secret, 5)),
        new InvalidOperationException(Secret),
    ];

    [Fact]
    public void No_fault_is_told_in_words_that_are_not_ours() =>
        Assert.All(Faults, fault => Assert.DoesNotMatch("eyJ|@|http", MailFault.Of(fault).Cause));

    [Fact]
    public void Each_kind_of_fault_has_words_of_its_own()
    {
        Assert.Equal("the stored address is not one that mail can be sent to", MailFault.Of(Faults[0]).Cause);
        Assert.Equal("the database failed", MailFault.Of(Faults[^2]).Cause);
        Assert.Equal("InvalidOperationException", MailFault.Of(Faults[^1]).Cause);
        Assert.Equal(Faults.Length - 1, Faults.Select(fault => MailFault.Of(fault).Cause).Distinct().Count());
    }

    [Fact]
    public void Whatever_it_is_there_is_something_to_do_about_it() =>
        Assert.All(Faults, fault => Assert.False(string.IsNullOrWhiteSpace(MailFault.Of(fault).Advice)));

    [Theory]
    [InlineData(SmtpErrorCode.RecipientNotAccepted, 550, true)]
    [InlineData(SmtpErrorCode.RecipientNotAccepted, 553, true)]
    [InlineData(SmtpErrorCode.MessageNotAccepted, 554, true)]
    [InlineData(SmtpErrorCode.RecipientNotAccepted, 450, false)]
    [InlineData(SmtpErrorCode.MessageNotAccepted, 452, false)]
    [InlineData(SmtpErrorCode.RecipientNotAccepted, 530, false)]
    [InlineData(SmtpErrorCode.SenderNotAccepted, 550, false)]
    [InlineData(SmtpErrorCode.UnexpectedStatusCode, 421, false)]
    [InlineData(SmtpErrorCode.UnexpectedStatusCode, 554, false)]
    public void A_mail_server_refuses_recipients_and_mails_for_good_and_nothing_else(SmtpErrorCode code, int status, bool permanent) =>
        Assert.Equal(permanent, MailFault.Of(Refused(code, status)).Permanent);

    [Theory]
    [InlineData(400, true)]
    [InlineData(413, true)]
    [InlineData(401, false)]
    [InlineData(403, false)]
    [InlineData(404, false)]
    [InlineData(408, false)]
    [InlineData(429, false)]
    [InlineData(302, false)]
    [InlineData(500, false)]
    [InlineData(503, false)]
    public void SendGrid_refuses_mails_for_good_but_neither_keys_nor_crowds(int status, bool permanent) =>
        Assert.Equal(permanent, MailFault.Of(new HttpRequestException(Secret, inner: null, (HttpStatusCode)status)).Permanent);

    [Fact]
    public void What_an_operator_can_mend_is_not_permanent() =>
        Assert.Equal([Faults[0], .. Faults.OfType<SmtpCommandException>()], Faults.Where(fault => MailFault.Of(fault).Permanent));

    private static SmtpCommandException Refused(SmtpErrorCode code, int status) => new(code, (SmtpStatusCode)status, Secret);
}
