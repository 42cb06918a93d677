using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.SignIn;
using OneTimeJwt.Web.Site;

namespace OneTimeJwt.Web.Tests.SignIn;

public sealed class PasswordPolicyTests
{
    private const string Usual = "seven wet umbrellas in a hallway";

    private static readonly string Longest = string.Concat(Enumerable.Range(0, 256).Select(i => (char)('!' + (i * 37 % 90))));

    private readonly Account _account = new()
    {
        UserName = "ada.lovelace@babbage-works.example",
        Email = "ada.lovelace@babbage-works.example",
    };

    public static TheoryData<string> Good =>
    [
        Usual,
        "mQ7!vTz2#kLp9xW",
        "  leading and trailing blanks count  ",
        "zwölf Äpfel für übermütige Öfen",
        "седем мокри чадъра в коридора",
        "七本の濡れた傘が廊下に静かに並んでいる",
        "🦊🌧️🎻🧲🪁🛶🧵🪐🥁🧊🔭🪗🧶🛰️🪴",
        "no digits no capitals no symbols whatever",
        "<script>alert('xkcd')</script> drop table",
        Longest,
    ];

    [Theory]
    [MemberData(nameof(Good))]
    public async Task This_will_do(string password) => Assert.Null(await ReasonAsync(password));

    [Theory]
    [InlineData("", "Use at least 15 characters; this has 0.")]
    [InlineData("mQ7!vTz2#kLp9x", "Use at least 15 characters; this has 14.")]
    [InlineData("🦊🌧️🎻🧲🪁🛶🧵🪐🥁🧊🔭🪗🧶🛰️", "Use at least 15 characters; this has 14.")]
    [InlineData("e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301", "Use at least 15 characters; this has 8.")]
    public async Task Too_short_is_told_with_both_numbers(string password, string reason) =>
        Assert.StartsWith(reason, await ReasonAsync(password), StringComparison.Ordinal);

    [Theory]
    [InlineData("passwordpassword", "common passwords")]
    [InlineData("password1234567", "common passwords")]
    [InlineData("Passw0rd!Passw0rd!", "common passwords")]
    [InlineData("ada.lovelace@babbage-works.example", "your address")]
    [InlineData("lovelacelovelace1", "your address")]
    [InlineData("babbageworks2026", "your address")]
    [InlineData("onetimejwt123456", "the name of this site")]
    [InlineData("qwertyuiopasdfghjkl", "common passwords")]
    [InlineData("rtyuiop[]=-0987", "keyboard")]
    [InlineData("aaaaaaaaaaaaaaaaaaaa", "repeats the same few characters")]
    [InlineData("abcdefghijklmnopqrst", "alphabet")]
    [InlineData("123456789012345678", "")]
    [InlineData("               ", "")]
    public async Task What_is_guessed_first_is_refused_with_its_reason(string password, string words)
    {
        var reason = await ReasonAsync(password);

        Assert.NotNull(reason);
        Assert.Contains(words, reason, StringComparison.Ordinal);
        Assert.EndsWith("Add a few unrelated words.", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_accounts_words_are_nobodys_business()
    {
        const string Password = "lovelace paints babbage";
        Assert.Contains("your address", await ReasonAsync(Password), StringComparison.Ordinal);

        _account.UserName = _account.Email = "grace@example.com";
        Assert.Null(await ReasonAsync(Password));
    }

    [Fact]
    public async Task The_least_length_is_a_setting()
    {
        var settings = new AccountsSettings { Passwords = new() { MinimumLength = 20 } };

        Assert.StartsWith("Use at least 20", await ReasonAsync("mQ7!vTz2#kLp9xW", settings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_hundred_and_fifty_six_characters_are_taken_and_one_more_is_not()
    {
        Assert.Equal(256, Longest.Length);

        Assert.Null(await ReasonAsync(Longest));
        Assert.Equal("Use at most 256 characters; this has 257.", await ReasonAsync(Longest + "x"));
    }

    [Fact]
    public async Task A_letter_that_is_cut_in_half_by_the_estimate_does_no_harm() =>
        Assert.Null(await ReasonAsync(Usual + new string('x', 31) + "🦊 and the rest of it"));

    [Fact]
    public async Task Only_the_first_64_characters_are_estimated_for_more_would_take_long() =>
        Assert.NotNull(
            await ReasonAsync(
                string.Concat(Enumerable.Repeat("password", 8))
                    + "vK3 quiet ferry leaves before breakfast while eleven geese count thunder"));

    [Fact]
    public async Task An_account_without_name_and_address_is_judged_all_the_same()
    {
        _account.UserName = _account.Email = null;

        Assert.Null(await ReasonAsync(Usual));
        Assert.NotNull(await ReasonAsync("passwordpassword"));
    }

    private async Task<string?> ReasonAsync(string password, AccountsSettings? settings = null)
    {
        var result = await new PasswordPolicy(
            new PasswordLength(Options.Create(settings ?? new AccountsSettings()), new HttpContextAccessor()),
            new Brand(new BrandingSettings())
        ).ValidateAsync(null!, _account, password);
        return result.Succeeded ? null : Assert.Single(result.Errors).Description;
    }
}
