using OneTimeJwt.Web.Links;

namespace OneTimeJwt.Web.Tests.Links;

public sealed class RecoverySettingsTests : IDisposable
{
    private readonly TestHostEnvironment _place = new("Production");

    [Theory]
    [InlineData("https://accounts.example.com")]
    [InlineData("https://accounts.example.com:8443/")]
    [InlineData("http://localhost:5000")]
    [InlineData("http://127.0.0.1:5000")]
    [InlineData("http://[::1]:5000")]
    [InlineData("https://www.example.com/recover")]
    [InlineData("https://www.example.com/recover/")]
    [InlineData("https://www.example.com/accounts/~ada/v1.0_x-y")]
    public void A_public_origin_is_a_scheme_and_a_host_with_or_without_a_path(string origin) => Assert.Empty(Faults(origin));

    [Theory]
    [InlineData(null, "Recovery:PublicOrigin is missing")]
    [InlineData(" ", "Recovery:PublicOrigin is missing")]
    [InlineData("accounts.example.com", "Recovery:PublicOrigin is not a scheme and a host")]
    [InlineData("https://accounts.example.com/app?", "Recovery:PublicOrigin has a query")]
    [InlineData("https://accounts.example.com/app?x=1", "Recovery:PublicOrigin has a query")]
    [InlineData("https://accounts.example.com?x", "Recovery:PublicOrigin has a query")]
    [InlineData("https://accounts.example.com/app#", "Recovery:PublicOrigin has a fragment")]
    [InlineData("https://accounts.example.com/app#top", "Recovery:PublicOrigin has a fragment")]
    [InlineData("https://ada@accounts.example.com/app", "Recovery:PublicOrigin names a user")]
    [InlineData("https://ada:secret@accounts.example.com", "Recovery:PublicOrigin names a user")]
    [InlineData("https://accounts.example.com//", "Recovery:PublicOrigin has an empty part in its path")]
    [InlineData("https://accounts.example.com//app", "Recovery:PublicOrigin has an empty part in its path")]
    [InlineData("https://accounts.example.com/app//", "Recovery:PublicOrigin has an empty part in its path")]
    [InlineData("https://accounts.example.com/app//x", "Recovery:PublicOrigin has an empty part in its path")]
    [InlineData("https://accounts.example.com/..", "Recovery:PublicOrigin has dots for a part of its path")]
    [InlineData("https://accounts.example.com/app/..", "Recovery:PublicOrigin has dots for a part of its path")]
    [InlineData("https://accounts.example.com/app/../x", "Recovery:PublicOrigin has dots for a part of its path")]
    [InlineData("https://accounts.example.com/./app", "Recovery:PublicOrigin has dots for a part of its path")]
    [InlineData("https://accounts.example.com/app/.", "Recovery:PublicOrigin has dots for a part of its path")]
    [InlineData("https://accounts.example.com/a%2Fb", "Recovery:PublicOrigin has a path with more in it than letters")]
    [InlineData("https://accounts.example.com/a%2fb", "Recovery:PublicOrigin has a path with more in it than letters")]
    [InlineData("https://accounts.example.com/%2e%2e/b", "Recovery:PublicOrigin has a path with more in it than letters")]
    [InlineData("https://accounts.example.com/%7Eada", "Recovery:PublicOrigin has a path with more in it than letters")]
    [InlineData("https://accounts.example.com/a b", "Recovery:PublicOrigin has a path with more in it than letters")]
    [InlineData("https://accounts.example.com/a;b", "Recovery:PublicOrigin has a path with more in it than letters")]
    [InlineData("https://accounts.example.com/zurück", "Recovery:PublicOrigin has a path with more in it than letters")]
    [InlineData("https://accounts.example.com/a\\b", "Recovery:PublicOrigin has a backslash in its path")]
    [InlineData(
        "https://accounts.example.com/account",
        "Recovery:PublicOrigin has the path /account, which begins like a page of this app")]
    [InlineData(
        "https://accounts.example.com/Admin/recover",
        "Recovery:PublicOrigin has the path /Admin/recover, which begins like a page of this app")]
    [InlineData(
        "https://accounts.example.com/_blazor",
        "Recovery:PublicOrigin has the path /_blazor, which begins like a page of this app")]
    [InlineData("http://accounts.example.com", "Recovery:PublicOrigin starts with http")]
    [InlineData("http://10.0.0.5", "Recovery:PublicOrigin starts with http")]
    public void Anything_else_is_named(string? origin, string words) =>
        Assert.StartsWith(words, Assert.Single(Faults(origin)), StringComparison.Ordinal);

    [Fact]
    public void Plain_http_is_fine_in_Development()
    {
        _place.EnvironmentName = "Development";

        Assert.Empty(Faults("http://accounts.example.com"));
    }

    [Fact]
    public void A_guard_that_would_hold_every_mail_back_is_refused_at_start()
    {
        const string Origin = "https://accounts.example.com";
        Assert.True(PublicOrigin.TryParse(Origin, out var origin));
        var longest = LinkBuilder.MaxTypicalLength(origin);

        Assert.Empty(Faults(Origin, longest));
        Assert.Contains($"raise it", Assert.Single(Faults(Origin, longest - 1)), StringComparison.Ordinal);
    }

    [Fact]
    public void Defaults_are_a_guard_of_2000_and_five_mails_an_hour()
    {
        Assert.Equal(2000, new RecoverySettings().MaxLinkLength);
        Assert.False(new RecoverySettings().AllowExternalOnly);
        Assert.Equal((5, TimeSpan.FromHours(1)), (new MailRateLimit().Permits, new MailRateLimit().Window));
    }

    [Theory]
    [InlineData(1, 60, "")]
    [InlineData(0, 60, "RateLimits:PerAccount:Permits")]
    [InlineData(-1, 60, "RateLimits:PerAccount:Permits")]
    [InlineData(5, 59, "RateLimits:PerAccount:Window")]
    [InlineData(5, 7 * 86400, "")]
    [InlineData(5, (7 * 86400) + 1, "RateLimits:PerAccount:Window")]
    [InlineData(0, 0, "RateLimits:PerAccount:Permits RateLimits:PerAccount:Window")]
    public void A_budget_for_mails_is_one_that_can_be_kept(int permits, int seconds, string keys)
    {
        var faults =
            new MailRateLimitValidator()
                .Validate(null, new MailRateLimit { Permits = permits, Window = TimeSpan.FromSeconds(seconds) })
                .Failures
            ?? [];

        Assert.Equal(keys, string.Join(' ', faults.Select(fault => fault.Split(' ')[0])));
    }

    public void Dispose() => _place.Dispose();

    private List<string> Faults(string? origin, int limit = 2000) =>
        [
            .. new RecoverySettingsValidator(_place)
                .Validate(null, new RecoverySettings { PublicOrigin = origin, MaxLinkLength = limit })
                .Failures
                ?? [],
        ];
}
