using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Events;
using OneTimeJwt.Web.Hosting;

namespace OneTimeJwt.Web.Tests.Events;

/// <summary>Wrong settings are told at start, all at once, each with its key and without a secret.</summary>
public sealed class WebhookSettingsTests
{
    private const string Good = "https://siem.example.com/events";

    public static TheoryData<string, string> Urls => new()
    {
        { "", "is missing" },
        { "siem.example.com/events", "is not a web address" },
        { "ftp://siem.example.com/events", "is not a web address" },
        { "https://siem.example.com/events#part", "is not a web address" },
        { "https://ada:pass@siem.example.com/events", "has a user or a password in it" },
        { "http://siem.example.com/events", "starts with http" },
        { "https://localhost/events", "is in a private network" },
        { "https://127.0.0.1:8443/", "is in a private network" },
        { "https://10.1.2.3/", "is in a private network" },
        { "https://169.254.169.254/latest", "is in a private network" },
        { "https://[::1]/", "is in a private network" },
        { "https://[fc00::1]/", "is in a private network" },
        { "https://[::ffff:10.0.0.1]/", "is in a private network" },
    };

    [Theory]
    [MemberData(nameof(Urls))]
    public void An_address_that_cannot_be_used_is_told(string url, string fault)
    {
        var told = Assert.Single(Faults(new WebhookEndpointSettings { Url = url, Secrets = [WebhookReceiver.Secret] }));

        Assert.StartsWith($"Webhooks:Endpoints:0:Url {fault}", told, StringComparison.Ordinal);
        Assert.DoesNotContain("pass@", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://siem.internal/events")]
    [InlineData("http://127.0.0.1:9/")]
    [InlineData("https://10.1.2.3/")]
    public void In_a_network_of_ones_own_it_is_taken_where_that_is_allowed(string url) => Assert.Empty(
        Faults(new WebhookEndpointSettings { Url = url, Secrets = [WebhookReceiver.Secret], AllowPrivateNetworks = true }));

    [Theory]
    [InlineData("")]
    [InlineData("whsec_")]
    [InlineData("whsec_c2hvcnQ=")]
    [InlineData("whsec_not base64 at all, however long it is")]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData(TooLong)]
    public void A_secret_of_another_form_is_told_and_not_quoted(string secret)
    {
        var told = Assert.Single(Faults(new WebhookEndpointSettings { Url = Good, Secrets = [WebhookReceiver.Secret, secret] }));

        Assert.StartsWith("Webhooks:Endpoints:0:Secrets:1 is not whsec_", told, StringComparison.Ordinal);
        if (secret.Length > "whsec_".Length)
            Assert.DoesNotContain(secret, told, StringComparison.Ordinal);
    }

    // 65 bytes.
    private const string TooLong = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    [Fact]
    public void Whatever_else_is_wrong_is_told_in_one_go()
    {
        var faults = Faults(
            new WebhookEndpointSettings { Url = Good },
            new WebhookEndpointSettings { Url = Good, Secrets = [WebhookReceiver.Secret], Types = ["recovery.redeemed", "redeemed"] },
            new WebhookEndpointSettings { Url = $"{Good}/2", Secrets = [WebhookReceiver.Secret], Name = "json-lines" },
            new WebhookEndpointSettings { Url = $"{Good}/3", Secrets = [WebhookReceiver.Secret], Name = "Desk 1" });

        string[] keys =
        [
            "Webhooks:Endpoints:0:Secrets:0", "Webhooks:Endpoints:1:Types:1", "Webhooks:Endpoints:2:Name", "Webhooks:Endpoints:3:Name",
            "Webhooks:Endpoints:1 is Webhooks:Endpoints:0 again",
        ];
        Assert.Equal(keys.Length, faults.Count);
        Assert.All(keys, key => Assert.Contains(faults, fault => fault.StartsWith(key, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_app_does_not_start_with_them()
    {
        var file = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString(), "trail.jsonl");
        await using var app = Program.Build(
        [
            "--environment", "Development", "--Webhooks:Endpoints:0:Url=http://siem.example.com", "--Webhooks:Endpoints:0:Secrets:0=x",
            "--Webhooks:Endpoints:0:IncludeAddresses=perhaps", $"--Trail:JsonLines={file}",
        ]);

#pragma warning disable SYSLIB0066 // IAsyncStartupValidator comes with .NET 11 only; there this one goes on working.
        var refused = Assert.ThrowsAny<Exception>(app.Services.GetRequiredService<IStartupValidator>().Validate);
#pragma warning restore SYSLIB0066

        var told = refused is AggregateException all
            ? all.InnerExceptions.Cast<OptionsValidationException>().SelectMany(fault => fault.Failures).ToList()
            : [.. ((OptionsValidationException)refused).Failures];
        Assert.All(
            [
                "Webhooks:Endpoints:0:Url starts with http", "Webhooks:Endpoints:0:Secrets:0 is not",
                "Webhooks:Endpoints:0:IncludeAddresses", $"Trail:JsonLines is '{file}', which can't be written",
            ],
            key => Assert.Single(told, fault => fault.StartsWith(key, StringComparison.Ordinal)));
        Assert.False(await Startup.CheckAsync(app));
    }

    [Fact]
    public void A_name_is_made_of_the_address_and_stays_in_whatever_order_endpoints_are_listed()
    {
        var one = WebhookDestination.NameOf(new WebhookEndpointSettings { Url = $"{Good}?key=secret" });

        Assert.Equal(one, WebhookDestination.NameOf(new WebhookEndpointSettings { Url = $"{Good}?key=secret", IncludeAddresses = true }));
        Assert.Matches("^siem\\.example\\.com-[0-9a-f]{8}$", one);
        Assert.NotEqual(one, WebhookDestination.NameOf(new WebhookEndpointSettings { Url = Good }));
        Assert.Equal("desk", WebhookDestination.NameOf(new WebhookEndpointSettings { Url = Good, Name = "desk" }));
        var host = string.Join('.', Enumerable.Repeat("a-very-long-name", 8));
        Assert.Equal(
            EventDelivery.MaxDestinationLength, WebhookDestination.NameOf(new WebhookEndpointSettings { Url = $"https://{host}/" }).Length);
    }

    private static List<string> Faults(params List<WebhookEndpointSettings> endpoints) =>
        [.. new WebhookSettingsValidator().Validate(null, new WebhookSettings { Endpoints = endpoints }).Failures ?? []];
}
