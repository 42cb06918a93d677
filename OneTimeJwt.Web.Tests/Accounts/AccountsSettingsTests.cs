using System.Globalization;
using OneTimeJwt.Web.Accounts;

namespace OneTimeJwt.Web.Tests.Accounts;

public sealed class AccountsSettingsTests
{
    [Fact]
    public void Defaults_are_15_characters_and_8_with_two_factor()
    {
        var settings = new AccountsSettings();

        Assert.Equal((15, 8), (settings.Passwords.MinimumLength, settings.Passwords.MinimumLengthWithTwoFactor));
        Assert.Equal("", Keys(settings));
    }

    [Theory]
    [InlineData(7, "Accounts:Passwords:MinimumLength Accounts:Passwords:MinimumLengthWithTwoFactor")]
    [InlineData(8, "")]
    [InlineData(64, "")]
    [InlineData(65, "Accounts:Passwords:MinimumLength Accounts:Passwords:MinimumLengthWithTwoFactor")]
    public void A_least_length_lies_between_8_and_64(int length, string keys) =>
        Assert.Equal(
            keys,
            Keys(
                new AccountsSettings
                {
                    Passwords = new() { MinimumLength = length, MinimumLengthWithTwoFactor = length },
                }));

    [Theory]
    [InlineData("https://www.example.com/login", "")]
    [InlineData("http://localhost/login", "")]
    [InlineData("/login", "Accounts:SignInUrl")]
    [InlineData("www.example.com", "Accounts:SignInUrl")]
    [InlineData("javascript:alert(1)", "Accounts:SignInUrl")]
    [InlineData("", "Accounts:SignInUrl")]
    public void A_sign_in_page_elsewhere_is_a_web_address(string url, string keys) =>
        Assert.Equal(keys, Keys(new AccountsSettings { SignInUrl = url }));

    [Theory]
    [InlineData("00:59:59", "Accounts:LongestGuessingLockout")]
    [InlineData("01:00:00", "")]
    [InlineData("30.00:00:00", "")]
    [InlineData("30.00:00:01", "Accounts:LongestGuessingLockout")]
    public void The_longest_lock_out_that_guessing_causes_lies_between_an_hour_and_30_days(string longest, string keys) =>
        Assert.Equal(keys, Keys(new AccountsSettings { LongestGuessingLockout = TimeSpan.Parse(longest, CultureInfo.InvariantCulture) }));

    private static string Keys(AccountsSettings settings) =>
        string.Join(' ', (new AccountsSettingsValidator().Validate(null, settings).Failures ?? []).Select(fault => fault.Split(' ')[0]));
}
