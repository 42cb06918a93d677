using System.Text;
using OneTimeJwt.Web.Mail;

namespace OneTimeJwt.Web.Tests.Mail;

/// <summary>However a part is written, its lines end as a mail's do.</summary>
public sealed class MailBodyTests
{
    [Theory]
    [InlineData("")]
    [InlineData("a\r\nb\r\n", "a\nb\n")]
    [InlineData("a\r\nb", "a\r\nb")]
    [InlineData("a\r\nb", "a\r", "\nb")]
    [InlineData("\r\n\r\n", "\n", "\n")]
    [InlineData("Zoë 雪", "Zoë ", "雪")]
    public void Lines_end_as_a_mails_do(string written, params string[] parts)
    {
        using var body = new MailBody(4);

        foreach (var part in parts)
            body.Write(part);

        using var stream = body.ToStream();
        Assert.Equal(written, Encoding.UTF8.GetString(stream.ToArray()));
    }

    [Fact]
    public void A_character_of_two_halves_stays_whole()
    {
        using var body = new MailBody(4);

        foreach (var half in "😀")
            body.Write(half);

        using var stream = body.ToStream();
        Assert.Equal("😀", Encoding.UTF8.GetString(stream.ToArray()));
    }
}
