namespace OneTimeJwt.Web.Tests.Tokens;

public sealed class DevelopmentSecretTests : IDisposable
{
    private readonly TestHostEnvironment _place = new();

    [Fact]
    public void It_is_made_once_and_kept()
    {
        var (first, second) = (Configured(new()), Configured(new()));

        Assert.Equal("dev", first.Id);
        Assert.Equal(first.Value, second.Value);
        Assert.Null(new TokenSettingsValidator().Validate(null, new TokenSettings { Secrets = [first] }).Failures);
    }

    [Fact]
    public void Another_checkout_has_another_one()
    {
        using var elsewhere = new TestHostEnvironment();
        var settings = new TokenSettings();
        new DevelopmentSecret(elsewhere).PostConfigure(null, settings);

        Assert.NotEqual(Configured(new()).Value, settings.Secrets[0].Value);
    }

    [Fact]
    public void A_configured_secret_is_left_alone_and_none_is_made()
    {
        var own = new ServerSecretSettings { Id = "own", Value = "own" };

        Assert.Same(own, Configured(new TokenSettings { Secrets = [own] }));
        Assert.Empty(Directory.GetFileSystemEntries(_place.ContentRootPath));
    }

    [Fact]
    public void None_is_made_outside_Development()
    {
        using var place = new TestHostEnvironment("Production");
        var settings = new TokenSettings();
        new DevelopmentSecret(place).PostConfigure(null, settings);

        Assert.Empty(settings.Secrets);
        Assert.Empty(Directory.GetFileSystemEntries(place.ContentRootPath));
    }

    [Fact]
    public void Many_starts_at_once_agree_on_one()
    {
        var values = new string?[16];
        Parallel.For(0, values.Length, i => values[i] = Configured(new()).Value);

        Assert.Single(values.Distinct());
        Assert.Single(Directory.GetFiles(Path.Combine(_place.ContentRootPath, "App_Data")));
    }

    public void Dispose() => _place.Dispose();

    private ServerSecretSettings Configured(TokenSettings settings)
    {
        new DevelopmentSecret(_place).PostConfigure(null, settings);
        return Assert.Single(settings.Secrets);
    }
}
