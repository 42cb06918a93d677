using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Campaigns;
using OneTimeJwt.Web.Languages;
using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Site;
using OneTimeJwt.Web.Tests.Mail;

namespace OneTimeJwt.Web.Tests.Hosting;

/// <summary>The files in deploy/ say what is true of the app.</summary>
public sealed partial class DeployTests : IDisposable
{
    private const string Dummy = "CHANGE-ME";

    private static readonly Dictionary<string, Type> Sections = new()
    {
        ["Tokens"] = typeof(TokenSettings),
        ["Database"] = typeof(DatabaseSettings),
        ["Mail"] = typeof(MailSettings),
        ["Accounts"] = typeof(AccountsSettings),
        ["Recovery"] = typeof(RecoverySettings),
        ["Trail"] = typeof(TrailSettings),
        ["Security"] = typeof(SecuritySettings),
        ["Admin"] = typeof(AdminSettings),
        ["Branding"] = typeof(BrandingSettings),
        ["Languages"] = typeof(LanguageSettings),
    };

    private static readonly string[] Logged =
    [
        "time_iso8601",
        "remote_addr",
        "request_method",
        "onetimejwt_path",
        "status",
        "body_bytes_sent",
        "request_time",
        "upstream_addr",
        "upstream_status",
    ];

    private static readonly string[] TemporaryFolders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

    private static readonly string[] Framework = ["ASPNETCORE_", "OTEL_", "Logging__", "ConnectionStrings__Accounts"];

    private readonly string _folder = Directory.CreateTempSubdirectory("ott-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_key_of_the_example_is_one_that_the_app_reads() =>
        Assert.All(
            Example().Matches(Read("environment.example")).Select(line => line.Groups["key"].Value),
            key => Assert.True(IsKnown(key), key));

    [Fact]
    public async Task The_example_is_refused_until_what_has_to_be_changed_is_changed_and_starts_then()
    {
        var settings = Settings();
        Assert.Contains(Dummy, settings.Values);
        var (code, said) = await Executable.RunAsync(_folder, settings);
        Assert.Equal(1, code);
        Assert.Contains("(1 fault)", said, StringComparison.Ordinal);
        Assert.Contains("Tokens:Secrets:0:Value", said, StringComparison.Ordinal);

        foreach (var key in settings.Where(setting => setting.Value == Dummy).Select(setting => setting.Key).ToList())
            settings[key] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        await using var app = await TestApp.StartAsync(
            new(settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value))
            {
                ["environment"] = "Production",
                ["Database:MigrateOnStart"] = "true",
            });
        using var visitor = app.Open();
        Assert.Equal("Healthy", (await visitor.GetAsync("/health/ready")).Body);
    }

    [Fact]
    public async Task The_unit_gives_the_app_longer_to_stop_than_it_takes()
    {
        var seconds = int.Parse(
            Regex.Match(Read("onetimejwt.service"), @"^TimeoutStopSec=(\d+)$", RegexOptions.Multiline).Groups[1].Value,
            CultureInfo.InvariantCulture);
        await using var app = await TestApp.StartAsync();

        Assert.True(
            TimeSpan.FromSeconds(seconds) > app.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout,
            $"{seconds} seconds");
    }

    [Fact]
    public void The_proxy_writes_no_request_line_query_or_referrer_into_a_log()
    {
        var configuration = Comment().Replace(Read("nginx.conf"), "");
        var format = Assert.Single(Regex.Matches(configuration, @"log_format (\w+) (?<variables>[^;]*);")).Groups["variables"].Value;
        var logged = Regex.Matches(format, @"\$(\w+)").Select(variable => variable.Groups[1].Value);

        Assert.Equal(Logged, logged);
        Assert.All(
            Regex.Matches(configuration, @"access_log [^;]*;"),
            log => Assert.EndsWith(" onetimejwt;", log.Value, StringComparison.Ordinal));
        Assert.All(
            Regex.Matches(configuration, @"error_log [^;]*;"),
            log => Assert.EndsWith(" emerg;", log.Value, StringComparison.Ordinal));
        Assert.Equal((2, 2), (Regex.Count(configuration, "access_log "), Regex.Count(configuration, "error_log ")));
    }

    [Fact]
    public void The_proxy_lets_through_what_the_app_takes()
    {
        var sizes = Regex
            .Matches(Read("nginx.conf"), @"client_max_body_size (\d+)m;")
            .Select(size => long.Parse(size.Groups[1].Value, CultureInfo.InvariantCulture) * 1024 * 1024)
            .ToList();

        Assert.Equal(Constant(typeof(CampaignForm), "MaxBytes"), sizes.Max());
        Assert.True(sizes.Min() >= Constant(typeof(SecurityModule), "MaxBodyBytes"), $"{sizes.Min()} bytes");
    }

    [Fact]
    public void The_maintenance_page_needs_nothing_else_and_speaks_every_language()
    {
        var html = Read("maintenance.html");
        var page = new AngleSharp.Html.Parser.HtmlParser().ParseDocument(html);
        var style = Assert.Single(page.QuerySelectorAll("style")).TextContent;
        var hash = Convert.ToBase64String(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(style)));

        Assert.Empty(page.QuerySelectorAll("[style], [src], script, link, form"));
        Assert.All(page.QuerySelectorAll("a"), link => Assert.Equal("", link.GetAttribute("href")));
        Assert.Equal(
            Language.All.Select(language => language.Code),
            page.QuerySelectorAll("main p").Select(p => p.GetAttribute("lang") ?? page.DocumentElement.GetAttribute("lang")));
        Assert.Contains($"style-src 'sha256-{hash}'", Read("nginx.conf"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nginx_takes_its_configuration()
    {
        var nginx = Environment
            .GetEnvironmentVariable("PATH")!
            .Split(Path.PathSeparator)
            .Append("/usr/sbin")
            .Select(folder => Path.Combine(folder, "nginx"))
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(nginx is null, "nginx is not on PATH.");
        using var certificate = SelfSignedCertificate.Certificate("127.0.0.1");
        var (pem, key) = (Path.Combine(_folder, "site.pem"), Path.Combine(_folder, "site.key"));
        await File.WriteAllTextAsync(pem, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            key,
            certificate.GetRSAPrivateKey()?.ExportPkcs8PrivateKeyPem() ?? certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(),
            TestContext.Current.CancellationToken);
        var site = Read("nginx.conf")
            .Replace("/etc/nginx/tls/accounts.example.com.", Path.Combine(_folder, "site."), StringComparison.Ordinal)
            .Replace("/var/log/nginx", _folder, StringComparison.Ordinal);
        var whole = Path.Combine(_folder, "nginx.conf");
        var temporary = string.Join(' ', TemporaryFolders.Select(kind => $"{kind}_temp_path {_folder}/{kind};"));
        await File.WriteAllTextAsync(
            whole,
            $$"""error_log stderr; pid {{_folder}}/pid; events {} http { {{temporary}} {{site}} }""",
            TestContext.Current.CancellationToken);

        using var process = Process.Start(
            new ProcessStartInfo(nginx!, ["-t", "-q", "-p", _folder, "-c", whole]) { RedirectStandardError = true }
        )!;
        var said = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(process.ExitCode == 0, said);
    }

    private Dictionary<string, string> Settings() =>
        new(
            Example()
                .Matches(Read("environment.example"))
                .Where(line =>
                    line.Groups["off"].Length == 0 && !line.Groups["key"].Value.StartsWith("ASPNETCORE_", StringComparison.Ordinal))
                .Select(line =>
                    KeyValuePair.Create(line.Groups["key"].Value.Replace("__", ":", StringComparison.Ordinal), line.Groups["value"].Value)))
        {
            ["ConnectionStrings:Accounts"] = $"Data Source={Path.Combine(_folder, "accounts.db")}",
        };

    private static bool IsKnown(string key)
    {
        if (Framework.Any(start => key.StartsWith(start, StringComparison.Ordinal)))
            return true;

        var parts = key.Split("__");
        Sections.TryGetValue(parts[0], out var type);
        foreach (var part in parts.Skip(1))
        {
            type = type is { IsGenericType: true } && int.TryParse(part, CultureInfo.InvariantCulture, out _)
                ? type.GetGenericArguments()[0]
                : type?.GetProperty(part)?.PropertyType;
        }

        return type is not null;
    }

    private static long Constant(Type type, string name) =>
        Convert.ToInt64(
            type.GetField(name, BindingFlags.NonPublic | BindingFlags.Static)!.GetRawConstantValue(),
            CultureInfo.InvariantCulture);

    private static string Read(string file) => File.ReadAllText(Path.Combine(Repository.Root, "deploy", file));

    [GeneratedRegex(@"^(?<off>#?)(?<key>[A-Za-z]\w+)=(?<value>.*?)\r?$", RegexOptions.Multiline)]
    private static partial Regex Example();

    [GeneratedRegex("#.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();
}
