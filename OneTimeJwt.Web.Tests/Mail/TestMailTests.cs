using OneTimeJwt.Web.Tests.Hosting;

namespace OneTimeJwt.Web.Tests.Mail;

/// <summary>The command <c>mail test</c> of the real executable.</summary>
public sealed class TestMailTests : IAsyncDisposable
{
    private readonly SmtpDouble _server = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("ott-").FullName;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Over_TLS_it_arrives_where_the_certificate_is_trusted_and_only_there(bool trusted)
    {
        using var own = SelfSignedCertificate.Certificate("127.0.0.1");
        _server.Certificate = own;
        _server.Extensions.AddRange(["STARTTLS", "AUTH PLAIN"]);
        var file = Path.Combine(_folder, "trusted.pem");
        await File.WriteAllTextAsync(file, own.ExportCertificatePem(), TestContext.Current.CancellationToken);

        var (code, said) = await RunAsync(
            new()
            {
                ["Mail:Smtp:Security"] = "StartTls",
                ["Mail:Smtp:User"] = "user",
                ["Mail:Smtp:Password"] = "correct horse",
                ["SSL_CERT_FILE"] = trusted ? file : Path.Combine(_folder, "none.pem"),
            },
            "mail",
            "test",
            "ada@example.com");

        Assert.Equal(trusted ? 0 : 1, code);
        Assert.Contains(
            trusted ? "was accepted" : "no trusted TLS connection to the mail server. Check Mail:Smtp:Security",
            said,
            StringComparison.Ordinal);
        Assert.Equal(trusted ? 1 : 0, _server.Mails.Count);
        Assert.Equal(trusted, _server.Commands.Any(command => command.StartsWith("AUTH", StringComparison.Ordinal)));
        Assert.DoesNotContain("correct horse", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Source.None, "Check", true)]
    [InlineData(Source.Answers, "Check", true)]
    [InlineData(Source.Revokes, "Check", false)]
    [InlineData(Source.Silent, "Check", false)]
    [InlineData(Source.Answers, "IfReachable", true)]
    [InlineData(Source.Revokes, "IfReachable", false)]
    [InlineData(Source.Silent, "IfReachable", true)]
    [InlineData(Source.Revokes, "Off", true)]
    [InlineData(Source.Silent, "Off", true)]
    public async Task A_certificate_of_a_private_authority_is_good_unless_it_was_revoked_or_names_somebody_who_is_silent(
        Source source,
        string revocation,
        bool accepted)
    {
        await using var authority = await PrivateAuthority.StartAsync(source);
        using var certificate = authority.Issue("127.0.0.1");
        _server.Certificate = certificate;
        var file = Path.Combine(_folder, "trusted.pem");
        await File.WriteAllTextAsync(file, authority.Pem, TestContext.Current.CancellationToken);

        var (code, said) = await RunAsync(
            new()
            {
                ["Mail:Smtp:Security"] = "Tls",
                ["Mail:Smtp:Revocation"] = revocation,
                ["SSL_CERT_FILE"] = file,
                ["HOME"] = _folder,
            },
            "mail",
            "test",
            "ada@example.com");

        Assert.Equal(accepted ? 0 : 1, code);
        Assert.Equal(accepted ? 1 : 0, _server.Mails.Count);
        Assert.Contains(
            accepted ? "was accepted" : "can be asked whether it was revoked (else Mail:Smtp:Revocation)",
            said,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.2", 1)]
    [InlineData("127.0.0.1", -1)]
    public async Task A_certificate_for_another_name_or_of_another_day_is_refused_whatever_is_said_of_revocation(
        string address,
        int daysLeft)
    {
        await using var authority = await PrivateAuthority.StartAsync(Source.None);
        using var certificate = authority.Issue(address, daysLeft);
        _server.Certificate = certificate;
        var file = Path.Combine(_folder, "trusted.pem");
        await File.WriteAllTextAsync(file, authority.Pem, TestContext.Current.CancellationToken);

        var (code, said) = await RunAsync(
            new()
            {
                ["Mail:Smtp:Security"] = "Tls",
                ["Mail:Smtp:Revocation"] = "IfReachable",
                ["SSL_CERT_FILE"] = file,
            },
            "mail",
            "test",
            "ada@example.com");

        Assert.Equal(1, code);
        Assert.Contains("no trusted TLS connection", said, StringComparison.Ordinal);
        Assert.Empty(_server.Commands);
    }

    [Fact]
    public async Task A_refusal_is_told_in_words_with_what_to_do()
    {
        _server.Answers["RCPT"] = "550 no such user";

        var (code, said) = await RunAsync([], "mail", "test", "ada@example.com");

        Assert.Equal(1, code);
        Assert.Contains(
            "The test mail to ada@example.com was not sent: the mail server refused it with 550. Check the address",
            said,
            StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_settings_are_refused_as_when_serving()
    {
        var (code, said) = await RunAsync(
            new() { ["Mail:From"] = "nobody", ["Mail:GiveUpAfter"] = "never" },
            "mail",
            "test",
            "ada@example.com");

        Assert.Equal(1, code);
        Assert.Contains("Mail:From is not an address", said, StringComparison.Ordinal);
        Assert.Contains("Mail:GiveUpAfter can't be read", said, StringComparison.Ordinal);
        Assert.Equal(0, _server.Conversations);
    }

    [Theory]
    [InlineData("mail")]
    [InlineData("mail", "test")]
    [InlineData("mail", "test", "ada@example.com", "grace@example.com")]
    public async Task Wrong_usage_says_how(params string[] command)
    {
        var (code, said) = await RunAsync([], command);

        Assert.Equal(2, code);
        Assert.Contains("mail test <email>", said, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private Task<(int Code, string Said)> RunAsync(Dictionary<string, string> settings, params string[] command)
    {
        var all = new Dictionary<string, string>
        {
            ["Recovery:PublicOrigin"] = "https://accounts.example.com",
            ["Tokens:Secrets:0:Id"] = "a",
            ["Tokens:Secrets:0:Value"] = Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)),
            ["Mail:From"] = "no-reply@example.com",
            ["Mail:Transport"] = "Smtp",
            ["Mail:Smtp:Host"] = "127.0.0.1",
            ["Mail:Smtp:Port"] = $"{_server.Port}",
            ["Mail:Smtp:Security"] = "None",
        };
        foreach (var (key, value) in settings)
            all[key] = value;
        return Executable.RunAsync(_folder, all, command);
    }
}
