namespace OneTimeJwt.Web.Tests.Tokens;

public sealed class OneTimeTokensExtensionsTests
{
    private readonly ServiceCollection _services = [];

    [Theory]
    [InlineData("")]
    [InlineData("accounts.example.com")]
    [InlineData("https://accounts.example.com/app?")]
    public void An_origin_that_is_none_is_refused(string origin) =>
        Assert.Equal(
            "origin",
            Assert.Throws<ArgumentException>(() => _services.AddIdentityCore<IdentityUser>().AddOneTimeTokens(origin)).ParamName);

    [Theory]
    [InlineData("reset")]
    [InlineData("phone")]
    public void A_purpose_whose_name_is_taken_is_refused(string name)
    {
        _services.AddTokenPurpose(Named("phone"));

        Assert.Throws<ArgumentException>(() => _services.AddTokenPurpose(Named(name)));
        _services.AddTokenPurpose(Named("post"));
        Assert.Equal(["phone", "post"], _services.BuildServiceProvider().GetServices<TokenPurpose>().Select(purpose => purpose.Name));
    }

    private static TokenPurpose Named(string name) => new(name, "/", _ => TimeSpan.FromHours(1), account => [account.SecurityStamp]);
}
