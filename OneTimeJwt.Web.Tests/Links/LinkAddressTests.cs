using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Tests.Links;

public sealed class LinkAddressTests
{
    private readonly TypedAddress _typed = new(new EphemeralDataProtectionProvider());

    public static TheoryData<string> Longest => [$"{new string('a', 244)}@example.com"];

    [Theory]
    [InlineData("ada@example.com")]
    [InlineData("a@b")]
    [InlineData("ADA@EXAMPLE.COM")]
    [InlineData("ada+reset@example.com")]
    [InlineData("o'brien@example.com")]
    [InlineData("jürgen@bücher.example")]
    [InlineData("用户@例子.中国")]
    [InlineData("\u212Aelvin@example.com")]
    [InlineData("<script>@example.com")]
    [MemberData(nameof(Longest))]
    public void This_could_be_an_address(string text) => Assert.True(Addresses.IsAddress(text));

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("@")]
    [InlineData("@@")]
    [InlineData("@b")]
    [InlineData("a@")]
    [InlineData("ada")]
    [InlineData("ada.example.com")]
    [InlineData("ada@@example.com")]
    [InlineData("ada@example@com")]
    [InlineData("a@b@")]
    [InlineData("ada @example.com")]
    [InlineData("ada@example.com ")]
    [InlineData("ada@example.com\n")]
    [InlineData("ada@example.com\r\nBcc: eve@example.com")]
    [InlineData("ada\0@example.com")]
    [InlineData("ada\u00a0@example.com")]
    [InlineData("ada\u0085@example.com")]
    public void This_could_not(string text) => Assert.False(Addresses.IsAddress(text));

    [Fact]
    public void An_address_has_at_most_256_characters()
    {
        Assert.True(Addresses.IsAddress(new string('a', 244) + "@example.com"));
        Assert.False(Addresses.IsAddress(new string('a', 245) + "@example.com"));
        Assert.False(Addresses.IsAddress(new string('a', 1_000_000) + "@example.com"));
    }

    [Fact]
    public void What_was_typed_waits_unreadable_and_comes_back_as_it_was()
    {
        var cipher = _typed.Protect("my password by mistake");

        Assert.DoesNotContain("mistake", cipher, StringComparison.Ordinal);
        Assert.NotEqual(cipher, _typed.Protect("my password by mistake"));
        Assert.Equal("my password by mistake", _typed.TryUnprotect(cipher));
    }

    [Fact]
    public void Another_key_ring_cannot_read_it() =>
        Assert.Null(new TypedAddress(new EphemeralDataProtectionProvider()).TryUnprotect(_typed.Protect("ada@example.com")));

    [Fact]
    public void The_longest_address_fits_into_its_column_when_it_is_encrypted() =>
        Assert.True(_typed.Protect(new string('用', 254) + "@a").Length <= 2000);
}
