using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace OneTimeJwt.Web.Tests.Tokens;

public sealed partial class TokenSettingsTests
{
    private static readonly string Good = Random();
    private static readonly string Better = Random();

    [Fact]
    public void Good_settings_have_no_faults() => Assert.Empty(Faults(Good));

    [Fact]
    public void A_missing_secret_is_named_with_its_key_and_a_way_to_make_one()
    {
        var fault = Assert.Single(Faults());

        Assert.StartsWith("Tokens:Secrets:0 is missing", fault, StringComparison.Ordinal);
        Assert.Contains("openssl rand -base64 32", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "is missing")]
    [InlineData("", "is missing")]
    [InlineData("   ", "is missing")]
    [InlineData("not base64!", "is not base64")]
    [InlineData("c2hvcnQ=", "has 5 bytes and needs at least 32")]
    [InlineData("qL0m1Tz9yQ3cVf8Xr5Wn2Kb7Jh4Gd6Sa0Pe1Ui8Oyw==", "has 31 bytes and needs at least 32")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "is not random")]
    [InlineData("AAECAwQFBgABAgMEBQYAAQIDBAUGAAECAwQFBgABAgM=", "is not random")]
    [InlineData("AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=", "is not random")]
    [InlineData("d5ab328c6e04325fa5047b39e34ac941d6e2c0977af0d9f70f512805eb20c28f", "is hexadecimal and not base64")]
    public void An_unusable_secret_is_named_and_never_quoted(string? value, string words)
    {
        var fault = Assert.Single(Faults(value));

        Assert.StartsWith($"Tokens:Secrets:0:Value {words}", fault, StringComparison.Ordinal);
        Assert.True(string.IsNullOrWhiteSpace(value) || !fault.Contains(value, StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_that_stands_in_the_repository_is_taken_for_a_secret()
    {
        // "eyJ" starts the segments of an example token, which nobody takes for a secret.
        var samples = Repository.Texts().SelectMany(text => Base64().Matches(text)).Select(match => match.Value)
            .Where(sample => !sample.StartsWith("eyJ", StringComparison.Ordinal)).Distinct().ToList();

        Assert.Contains("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", samples);
        Assert.All(samples, sample => Assert.NotEmpty(Faults(sample)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ninechars")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("ä")]
    [InlineData("a\"b")]
    public void An_unusable_id_is_named(string? id) =>
        Assert.StartsWith(
            "Tokens:Secrets:0:Id has to be",
            Assert.Single(Faults(new TokenSettings { Secrets = [new() { Id = id, Value = Good }] })),
            StringComparison.Ordinal);

    [Fact]
    public void A_repeated_id_and_a_repeated_value_are_named() =>
        Assert.Equal(
            ["Tokens:Secrets:1:Id repeats", "Tokens:Secrets:2:Value repeats"],
            Faults(
                    new TokenSettings
                    {
                        Secrets =
                        [
                            new() { Id = "a", Value = Good },
                            new() { Id = "a", Value = Better },
                            new() { Id = "b", Value = Good },
                        ],
                    })
                .Select(fault => fault[..(fault.IndexOf("repeats", StringComparison.Ordinal) + 7)]));

    [Theory]
    [InlineData(0, false)]
    [InlineData(59, false)]
    [InlineData(60, true)]
    [InlineData(7 * 24 * 3600, true)]
    [InlineData((7 * 24 * 3600) + 1, false)]
    [InlineData(-60, false)]
    public void A_lifetime_lies_between_a_minute_and_a_week(int seconds, bool good)
    {
        var lifetime = TimeSpan.FromSeconds(seconds);
        var faults = Faults(
            new TokenSettings
            {
                Secrets = [new() { Id = "a", Value = Good }],
                Lifetimes = new() { Reset = lifetime, ResetByAdmin = lifetime },
            });

        Assert.Equal(good ? [] : ["Tokens:Lifetimes:Reset", "Tokens:Lifetimes:ResetByAdmin"], faults.Select(fault => fault.Split(' ')[0]));
    }

    [Fact]
    public void All_faults_are_listed_at_once() =>
        Assert.Equal(3, Faults(new TokenSettings { Secrets = [new()], Lifetimes = new() { Reset = TimeSpan.Zero } }).Count);

    [Fact]
    public void Defaults_are_half_an_hour_and_half_a_day()
    {
        Assert.Equal(TimeSpan.FromMinutes(30), new TokenLifetimes().Reset);
        Assert.Equal(TimeSpan.FromHours(12), new TokenLifetimes().ResetByAdmin);
    }

    private static string Random() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private static IReadOnlyCollection<string> Faults(params string?[] values) =>
        Faults(new TokenSettings { Secrets = [.. values.Select((value, i) => new ServerSecretSettings { Id = $"id{i}", Value = value })] });

    private static IReadOnlyCollection<string> Faults(TokenSettings settings) =>
        [.. new TokenSettingsValidator().Validate(null, settings).Failures ?? []];

    [GeneratedRegex("[A-Za-z0-9+/]{43,}={0,2}")]
    private static partial Regex Base64();
}
