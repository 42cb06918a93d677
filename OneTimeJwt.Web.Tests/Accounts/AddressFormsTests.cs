using OneTimeJwt.Web.Accounts;

namespace OneTimeJwt.Web.Tests.Accounts;

/// <summary>Which addresses are one.</summary>
public sealed class AddressFormsTests
{
    private static readonly UpperInvariantLookupNormalizer Normalizer = new();
    private static readonly AccountLookup Lookup = new(Normalizer);

    public static TheoryData<string> AnyText =>
        [
            "",
            "@",
            "@@",
            "a@",
            "@b",
            "ada",
            "ada@",
            "ada@.",
            "ada@..",
            "ada@a..b",
            "ada@xn--",
            "ada@xn--.example",
            "ada@xn--a",
            "ada@xn--a.example",
            "ada@xn--\u00fc.example",
            "ada@xn--xn--bcher-kva-.example",
            "ada@-b\u00fccher.example",
            "ada@b_\u00fccher.example",
            "ada@[127.0.0.1]",
            "ada@[\u00fc]",
            "ada@\u00ad",
            "ada@\u200d",
            "ada@ab\u200dc.example",
            "ada@\u2100.example",
            "ada@evil\uff20example.com",
            "ada@\u00fc\r\nBcc: eve@example.com",
            "ada@\u00fc\0",
            "ada@\ud83d\ude00.example",
            "ada@\u0641a.example",
            $"ada@{new string('\u00fc', 64)}.example",
            $"ada@{new string('\u00fc', 10_000)}",
            $"ada@xn--{new string('a', 10_000)}",
            string.Join("@", Enumerable.Repeat("\u00fc", 100)),
        ];

    /// <summary>No test case of xUnit's can carry these.</summary>
    private static readonly string[] NoUnicode = ["ada@\ud800.example", "ada@b\u00fc\udc00cher.example", "ada@xn--\ud83d.example"];

    [Theory]
    [InlineData("ada@example.com", "ADA@Example.COM")]
    [InlineData("ada@bücher.example", "ada@xn--bcher-kva.example")]
    [InlineData("Ada@BÜCHER.example", "ada@XN--BCHER-KVA.EXAMPLE")]
    [InlineData("ada@xn--bcher-kva.example", "ada@Xn--Bcher-Kva.example")]
    [InlineData("ada@bu\u0308cher.example", "ada@xn--bcher-kva.example")]
    [InlineData("ada@b\u00fc\u00adcher.example", "ada@xn--bcher-kva.example")]
    [InlineData("ada@mail.bücher.example", "ada@mail.xn--bcher-kva.example")]
    [InlineData("ada@bücher.xn--fiqs8s", "ada@xn--bcher-kva.中国")]
    [InlineData("ada@bücher.example.", "ada@xn--bcher-kva.example.")]
    [InlineData("用户@bücher.example", "用户@xn--bcher-kva.example")]
    [InlineData("ada@straße.example", "ada@xn--strae-oqa.example")]
    [InlineData("ada@STRA\u1e9eE.example", "ada@straße.example")]
    [InlineData("ada@\u0915\u094d\u200d\u0937.example", "ada@xn--11b2ezcw70k.example")]
    [InlineData("ada@σίγμας.example", "ada@xn--kxaef0b5ab.example")]
    [InlineData("ada@日本語。jp", "ada@xn--wgv71a119e.jp")]
    [InlineData("ada@ｅｘａｍｐｌｅ.com", "ada@example.com")]
    [InlineData("ada@\u212aelvin.example", "ada@kelvin.example")]
    [InlineData("ada@😀.example", "ada@xn--e28h.example")]
    [InlineData("ada@xn--a.example", "ADA@xn--A.example")]
    public void These_are_one_address(string address, string other)
    {
        Assert.True(Lookup.HasAddress(address, other));
        Assert.True(Lookup.HasAddress(other, address));
        Assert.Equal(Lookup.KeyOf(address), Lookup.KeyOf(other));
    }

    [Theory]
    [InlineData("ada@example.com", "ida@example.com")]
    [InlineData("ada@bücher.example", "ada@bucher.example")]
    [InlineData("ada@bücher.example", "ada@buecher.example")]
    [InlineData("ada@straße.example", "ada@strasse.example")]
    [InlineData("ada@bücher.example", "ada@bücher.example.")]
    [InlineData("ada@example.com", "ada@example.com.")]
    [InlineData("ada@xn--a.example", "ada@a.example")]
    [InlineData("ada@ab\u200dc.example", "ada@abc.example")]
    [InlineData("ada@xn--bücher.example", "ada@bücher.example")]
    [InlineData("ada@İ.example", "ada@i.example")]
    [InlineData("ada@ı.example", "ada@i.example")]
    [InlineData("ada@xn--4xaaobd6cb.example", "ada@σίγμας.example")]
    [InlineData("bücher@example.com", "xn--bcher-kva@example.com")]
    [InlineData("ada@evil\uff20example.com", "ada@evil@example.com")]
    [InlineData("ada@a\uff0fb.example", "ada@a/b.example")]
    [InlineData("ada", "ada@example.com")]
    public void These_are_two_addresses(string address, string other)
    {
        Assert.False(Lookup.HasAddress(address, other));
        Assert.False(Lookup.HasAddress(other, address));
        Assert.NotEqual(Lookup.KeyOf(address), Lookup.KeyOf(other));
    }

    [Theory]
    [InlineData("ada@bücher.example")]
    [InlineData("ada@xn--bcher-kva.example")]
    [InlineData("ADA@XN--BCHER-KVA.EXAMPLE")]
    public void An_address_is_looked_up_in_both_forms_and_in_every_spelling_of_each(string typed)
    {
        string[] stored = ["ADA@BÜCHER.EXAMPLE", "ada@bücher.example", "ADA@XN--BCHER-KVA.EXAMPLE", "ada@xn--bcher-kva.example"];

        Assert.Superset(stored.ToHashSet(), Lookup.Spellings(typed).ToHashSet());
    }

    [Theory]
    [InlineData("iris@example.com", "IRIS@EXAMPLE.COM", "iris@example.com", "İRİS@EXAMPLE.COM")]
    [InlineData("Ada", "ADA", "ada")]
    [InlineData("ada@xn--a.example", "ADA@XN--A.EXAMPLE", "ada@xn--a.example")]
    public void An_address_without_another_form_is_looked_up_and_hashed_as_ever(string typed, params string[] spellings)
    {
        Assert.Equal(spellings, Lookup.Spellings(typed));
        Assert.Equal(Normalizer.NormalizeEmail(typed), Lookup.KeyOf(typed));
    }

    [Theory]
    [MemberData(nameof(AnyText))]
    public void Any_text_is_compared_without_a_fault(string text)
    {
        Assert.Contains(text, AddressForms.Of(text));
        Assert.True(Lookup.HasAddress($"x{text}", $"x{text}"));
        Assert.Contains(Lookup.KeyOf(text), Lookup.Spellings(text));
        _ = Addresses.CanBeMailed(text);
    }

    [Fact]
    public void Text_that_is_no_Unicode_has_no_other_form() => Assert.All(NoUnicode, text =>
    {
        Assert.Equal([text], AddressForms.Of(text));
        Assert.Equal(text, AddressForms.InAscii(text));
        Assert.False(Addresses.CanBeMailed(text));
    });
}
