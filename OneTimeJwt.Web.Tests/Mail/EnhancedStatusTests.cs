using OneTimeJwt.Web.Mail;

namespace OneTimeJwt.Web.Tests.Mail;

public sealed class EnhancedStatusTests
{
    [Theory]
    [InlineData("5.1.1", "no such mailbox")]
    [InlineData("5.1.10", "no such mailbox")]
    [InlineData("5.4.1", "no such mailbox")]
    [InlineData("5.1.2", "no such domain")]
    [InlineData("5.1.3", "not a valid address")]
    [InlineData("5.1.6", "the mailbox has moved")]
    [InlineData("5.1.8", "the sender's address is refused")]
    [InlineData("5.1.0", "the address is refused")]
    [InlineData("5.1.99", "the address is refused")]
    [InlineData("5.2.1", "mailbox disabled")]
    [InlineData("4.2.2", "mailbox full")]
    [InlineData("5.2.2", "mailbox full")]
    [InlineData("5.2.3", "the mail is too large")]
    [InlineData("4.3.1", "the recipient's mail system is full")]
    [InlineData("4.3.2", "the recipient's mail system takes no mail")]
    [InlineData("4.4.1", "the recipient's mail server can't be reached")]
    [InlineData("4.4.5", "the recipient's mail server is busy")]
    [InlineData("4.4.7", "not delivered in time")]
    [InlineData("5.5.2", "the mail servers don't understand each other")]
    [InlineData("5.6.1", "the mail's content is refused")]
    [InlineData("5.7.1", "refused by policy or as spam")]
    [InlineData("5.7.606", "refused by policy or as spam")]
    [InlineData("5.7.13", "mailbox disabled")]
    [InlineData("5.7.26", "the sender's domain fails SPF, DKIM or DMARC")]
    [InlineData("5.0.0", "no cause given")]
    [InlineData("2.0.0", "no cause given")]
    [InlineData("", "no cause given")]
    [InlineData(null, "no cause given")]
    public void A_code_says_why_in_our_words(string? status, string cause) => Assert.Equal(cause, EnhancedStatus.Cause(status));

    [Theory]
    [InlineData("5.0.0", "smtp; 550 5.1.1 <ada@example.com>: no", "no such mailbox")]
    [InlineData("5.1.0", "smtp; 550-5.7.26 your domain", "the sender's domain fails SPF, DKIM or DMARC")]
    [InlineData("5.2.2", "smtp; 550 5.1.1 no", "mailbox full")]
    [InlineData("5.7.0", "smtp; 554 5.5.0 no", "refused by policy or as spam")]
    [InlineData("5.0.0", "smtp; 550 said 5.1.1.1 or 15.1.1 or v5.1.1.2", "no cause given")]
    [InlineData(null, "550 5.1.1.", "no such mailbox")]
    public void A_telling_code_counts_more_than_a_general_one(string? status, string diagnostic, string cause) =>
        Assert.Equal(cause, EnhancedStatus.Cause(status, diagnostic));
}
