using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>A real proxy in front of an app, with its file in deploy/ as it stands but for ports, host name and paths.</summary>
internal sealed partial class ReverseProxy : IAsyncDisposable
{
    private const string Certificate = "site";

    private const UnixFileMode ReadableByAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const UnixFileMode WritableByAll = ReadableByAll | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    // What Debian enables beside what the file says.
    private static readonly string[] ApacheModules =
        ["mpm_event", "authz_core", "alias", "deflate", "env", "filter", "mime", "reqtimeout", "setenvif"];

    private static readonly string[] NginxFolders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

    private static readonly Dictionary<string, Func<ReverseProxy, Task>> Starts = new()
    {
        ["haproxy.cfg"] = proxy => proxy.StartHAProxyAsync(),
        ["apache.conf"] = proxy => proxy.StartApacheAsync(),
        ["Caddyfile"] = proxy => proxy.StartCaddyAsync(),
        ["varnish.vcl"] = proxy => proxy.StartVarnishAsync(),
        ["lighttpd.conf"] = proxy => proxy.StartLighttpdAsync(),
        ["nginx.conf"] = proxy => proxy.StartNginxAsync(),
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("onetimejwt-proxy-").FullName;
    private readonly Xunit.Sdk.ITest? _test = TestContext.Current.Test;
    private readonly List<ServerProcess> _processes = [];
    private readonly string _file;
    private readonly int _tls = LocalPort.Free();
    private readonly int _plain = LocalPort.Free();
    private readonly int _inner = LocalPort.Free();
    private int _node;

    public ReverseProxy(string file) => _file = file;

    /// <summary>The files of deploy/ that configure a proxy.</summary>
    public static IEnumerable<string> Files => Starts.Keys;

    public Uri Address => new($"https://localhost:{_tls}");

    public Uri PlainAddress => new($"http://localhost:{_plain}");

    /// <summary>What the app has to know of the proxy: it believes nobody else, and is reached over https alone.</summary>
    public Dictionary<string, string> Settings => new()
    {
        ["Recovery__PublicOrigin"] = Address.GetLeftPart(UriPartial.Authority),
        ["Security__KnownProxies__0"] = "127.0.0.1",
        ["Security__RequireHttps"] = "true",
    };

    /// <summary>What all its processes wrote to standard output and standard error.</summary>
    public string Output => string.Join('\n', _processes.Select(process => process.Output));

    public async Task StartAsync(RunningApp node)
    {
        _node = node.Address.Port;
        var logs = Directory.CreateDirectory(Path.Combine(_folder, "log"));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_folder, ReadableByAll);
            // lighttpd opens its logs as the user that it serves as.
            File.SetUnixFileMode(logs.FullName, WritableByAll);
        }

        using (var certificate = MakeCertificate(out var key))
        {
            var pem = certificate.ExportCertificatePem() + "\n" + key;
            await File.WriteAllTextAsync(Path.Combine(_folder, $"{Certificate}.pem"), pem);
            await File.WriteAllTextAsync(Path.Combine(_folder, $"{Certificate}.key"), key);
        }

        File.Copy(Path.Combine(Repository.Root, "deploy", "maintenance.html"), Path.Combine(_folder, "maintenance.html"));
        await Starts[_file](this);
    }

    /// <summary>Whether a text stands in anything that was written: to a log, to any other file, or to standard output.</summary>
    public async Task<bool> HasWrittenAsync(string text)
    {
        if (Output.Contains(text, StringComparison.Ordinal))
            return true;

        var bytes = Encoding.UTF8.GetBytes(text);
        foreach (var file in Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories))
        {
            // Locked by its writer.
            if (Path.GetExtension(file) == ".pid")
                continue;

            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            await stream.CopyToAsync(copy);
            if (copy.GetBuffer().AsSpan(0, (int)copy.Length).IndexOf(bytes) >= 0)
                return true;
        }

        return false;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_processes))
            await process.DisposeAsync();
        KeptArtifacts.Note(_test, "proxy.log", Output);
        foreach (var log in Directory.EnumerateFiles(_folder, "*.log", SearchOption.AllDirectories))
            KeptArtifacts.Note(_test, Path.GetFileName(log), await File.ReadAllTextAsync(log));
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartHAProxyAsync()
    {
        var program = Find("haproxy");
        var main = await WriteAsync("global.cfg", "global\n  log stdout format raw local0\n");
        await LaunchAsync(program, ["-db", "-f", main, "-f", await WriteAsync(_file, Shipped())], _tls);
    }

    // Debian's own settings, without what has nothing to do with it: a server-wide log with whole request lines among them.
    private async Task StartApacheAsync()
    {
        var program = Find("apache2");
        var modules = ApacheModules.Concat(Regex.Match(Shipped(), "a2enmod (.*)").Groups[1].Value.Split(' '));
        var main = await WriteAsync("apache2.conf", $"""
            ServerName localhost
            PidFile {_folder}/apache.pid
            DefaultRuntimeDir {_folder}
            {(Environment.IsPrivilegedProcess ? "User www-data\nGroup www-data" : "")}
            {string.Join('\n', modules.Select(name => $"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so"))}
            ErrorLog {_folder}/error.log
            LogLevel warn
            LogFormat "%v:%p %h %l %u %t \"%r\" %>s %O \"%{"{Referer}"}i\" \"%{"{User-Agent}"}i\"" vhost_combined
            CustomLog {_folder}/other_vhosts_access.log vhost_combined
            TypesConfig /dev/null
            AddType text/html .html
            AddOutputFilterByType DEFLATE text/html
            <Directory />
              Require all denied
            </Directory>
            Listen {_plain}
            Listen {_tls}
            Include {await WriteAsync(_file, Shipped())}
            """);
        await LaunchAsync(program, ["-DFOREGROUND", "-f", main], _tls);
    }

    private async Task StartCaddyAsync()
    {
        var program = Find("caddy");
        var configuration = Shipped()
            .Replace("\nlocalhost {", $"\nlocalhost:{_tls} {{", StringComparison.Ordinal)
            .Replace("\n{\n", $"\n{{\n  http_port {_plain}\n", StringComparison.Ordinal);
        var environment = new Dictionary<string, string>
        {
            ["XDG_DATA_HOME"] = _folder,
            ["XDG_CONFIG_HOME"] = _folder,
            ["CADDY_ADMIN"] = "off",
        };
        var file = await WriteAsync(_file, configuration);
        await LaunchAsync(program, ["run", "--adapter", "caddyfile", "--config", file], _tls, environment);
    }

    // Its file says in a comment how it is started, how it logs, and what ends TLS before it.
    private async Task StartVarnishAsync()
    {
        var (program, log, tls) = (Find("varnishd"), Find("varnishncsa"), Find("haproxy"));
        var shipped = Shipped();
        await WriteAsync("onetimejwt.vcl", shipped);
        var commands = shipped.Replace("\\\n#", "", StringComparison.Ordinal);
        var name = Path.Combine(_folder, "varnish");
        await LaunchAsync(program, ["-n", name, .. Words(Regex.Match(commands, "#   varnishd (.*)").Groups[1].Value)], _inner);
        _processes.Add(ServerProcess.Start(log, ["-n", name, .. Words(Regex.Match(commands, "#   varnishncsa (.*)").Groups[1].Value)]));

        var listen = Regex.Match(shipped, @"^#   listen (?:.*\n#  )*.*", RegexOptions.Multiline).Value;
        listen = listen.Replace("#   ", "", StringComparison.Ordinal);
        await LaunchAsync(tls, ["-db", "-f", await WriteAsync("tls.cfg", listen + "\n")], _tls);
    }

    private async Task StartLighttpdAsync()
    {
        var program = Find("lighttpd");
        Assert.SkipUnless(File.Exists("/usr/lib/lighttpd/mod_openssl.so"), "lighttpd-mod-openssl is not installed.");
        await LaunchAsync(program, ["-D", "-f", await WriteAsync(_file, Shipped())], _tls);
    }

    // Debian's own settings around it: logs of the whole server, with request lines, among them.
    private async Task StartNginxAsync()
    {
        var program = Find("nginx");
        var main = await WriteAsync("main.conf", $$"""
            pid {{_folder}}/nginx.pid;
            error_log {{_folder}}/main-error.log;
            events { }
            http {
              access_log {{_folder}}/main-access.log;
              {{string.Join('\n', NginxFolders.Select(kind => $"{kind}_temp_path {_folder}/{kind};"))}}
              include {{await WriteAsync(_file, Shipped())}};
            }
            """);
        await LaunchAsync(program, ["-p", _folder, "-c", main, "-g", "daemon off;"], _tls);
    }

    private static string Find(string program)
    {
        var path = ServerProcess.Find(program);
        Assert.SkipWhen(path is null, $"{program} is not on PATH.");
        return path!;
    }

    private async Task LaunchAsync(
        string program, IEnumerable<string> arguments, int port, Dictionary<string, string>? environment = null) =>
        _processes.Add(await ServerProcess.StartAsync(program, arguments, port, environment));

    private async Task<string> WriteAsync(string file, string text)
    {
        var path = Path.Combine(_folder, file);
        await File.WriteAllTextAsync(path, text);
        return path;
    }

    // The file, with what an operator is told to change and what only one server of a machine can have.
    private string Shipped()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "deploy", _file));
        text = Tls().Replace(text, Path.Combine(_folder, Certificate));
        text = Logs().Replace(text, Path.Combine(_folder, "log"));
        text = Folder().Replace(text, _folder);
        text = text.Replace("https://accounts.example.com", Address.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal);
        text = text.Replace("accounts.example.com", Address.Host, StringComparison.Ordinal);
        text = Nodes().Replace(text, "127.0.0.1:");
        foreach (var (shipped, own) in new[] { (8080, _node), (6086, _inner), (443, _tls), (80, _plain) })
            text = Regex.Replace(text, $@"\b{shipped}\b", own.ToString(CultureInfo.InvariantCulture));
        return text;
    }

    private static IEnumerable<string> Words(string line) =>
        Regex.Matches(line, @"'([^']*)'|\S+").Select(word => word.Groups[1].Success ? word.Groups[1].Value : word.Value);

    private static X509Certificate2 MakeCertificate(out string key)
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        key = pair.ExportPkcs8PrivateKeyPem();
        var request = new CertificateRequest("CN=localhost", pair, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    [GeneratedRegex(@"/etc/\w+/tls/accounts\.example\.com")]
    private static partial Regex Tls();

    [GeneratedRegex(@"/var/log/\w+")]
    private static partial Regex Logs();

    [GeneratedRegex(@"/usr/share/onetimejwt|/etc/varnish")]
    private static partial Regex Folder();

    [GeneratedRegex(@"10\.0\.0\.1[12]:")]
    private static partial Regex Nodes();
}
