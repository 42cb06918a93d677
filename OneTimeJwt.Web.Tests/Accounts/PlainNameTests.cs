using OneTimeJwt.Web.Accounts;

namespace OneTimeJwt.Web.Tests.Accounts;

public sealed class PlainNameTests
{
    [Theory]
    [InlineData("ada", "ada")]
    [InlineData("  Ada \t Lovelace ", "Ada Lovelace")]
    [InlineData("Ada\r\nBcc: eve@example.com", "Ada Bcc: eve@example.com")]
    [InlineData("Ada\u2028Lovelace\u0000", "Ada Lovelace")]
    [InlineData("\u202Eadevol\u2069 \u200Fada\uFEFF", "adevol ada")]
    [InlineData("👩\u200D💻 می\u200Cخواهم", "👩\u200D💻 می\u200Cخواهم")]
    [InlineData("<b>Ada</b> & {0}", "<b>Ada</b> & {0}")]
    [InlineData("http://evil.example/", null)]
    [InlineData("WWW.evil.example", null)]
    [InlineData(" \u200B\u202E ", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_name_is_one_plain_line(string? name, string? plain) => Assert.Equal(plain, PlainName.Of(name));

    [Fact]
    public void Half_a_character_is_shown_as_one_that_is_missing() => Assert.Equal("half\uFFFD", PlainName.Of("half\uD800"));

    [Fact]
    public void A_long_name_is_cut_between_characters_as_people_see_them()
    {
        var whole = string.Concat(Enumerable.Repeat("e\u0301", 100));
        Assert.Equal(whole, PlainName.Of(whole));
        Assert.Equal($"{whole[..198]}…", PlainName.Of(whole + "e\u0301"));
    }
}
