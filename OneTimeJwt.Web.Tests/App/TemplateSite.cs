using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.Web.Tests.Mail;

namespace OneTimeJwt.Web.Tests.App;

/// <summary>The site that the framework's own template makes, generated, built and started afresh, with its own database.</summary>
internal sealed partial class TemplateSite : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(3);

    private const string Build = "var app = builder.Build();";

    // Sessions there are checked as often as its settings say; half an hour is too long for a test.
    private const string StampInterval =
        "builder.Services.Configure<SecurityStampValidatorOptions>(check => check.ValidationInterval = TimeSpan.FromSeconds(1));\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("ott-template-").FullName;
    private readonly StringBuilder _log = new();
    private Process? _process;

    private TemplateSite()
    {
    }

    public string Origin { get; } = $"http://localhost:{LocalPort.Free()}";

    public string Database => Path.Combine(_folder, "Data", "app.db");

    /// <summary>What it wrote to its console since it was launched.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <summary>Skips the test where the template's packages can't be had.</summary>
    public static async Task<TemplateSite> StartAsync()
    {
        var site = await MakeAsync();
        await site.ChangeAsync("Program.cs", Build, StampInterval + Build);
        await site.LaunchAsync();
        return site;
    }

    /// <summary>As the template makes it, neither built nor started.</summary>
    public static async Task<TemplateSite> MakeAsync()
    {
        var site = new TemplateSite();
        await site.RunAsync("new", "blazor", "-au", "Individual", "-int", "Server", "-n", "Site", "-o", site._folder, "--no-restore");
        return site;
    }

    public string PathOf(string file) => Path.Combine(_folder, file);

    public async Task ChangeAsync(string file, string from, string to)
    {
        var text = await File.ReadAllTextAsync(PathOf(file));
        Assert.Contains(from, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(PathOf(file), text.Replace(from, to, StringComparison.Ordinal));
    }

    public Visitor Open() => new(Origin);

    /// <summary>As somebody would on its pages: registers, and follows the link that confirms the address.</summary>
    public async Task RegisterAsync(string address, string password)
    {
        using var visitor = Open();
        var answer = await PostAsync(
            visitor,
            "/Account/Register",
            "register",
            ("Input.Email", address),
            ("Input.Password", password),
            ("Input.ConfirmPassword", password));
        Assert.Equal(HttpStatusCode.Found, answer.Status);
        var page = await visitor.GetAsync(answer.Location!);
        var link = WebUtility.HtmlDecode(Confirmation().Match(page.Body).Groups[1].Value);
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync(link)).Status);
    }

    public static async Task<bool> SignInAsync(Visitor visitor, string address, string password) =>
        (await PostAsync(visitor, "/Account/Login", "login", ("Input.Email", address), ("Input.Password", password))).Status
        == HttpStatusCode.Found;

    public static async Task<bool> IsSignedInAsync(Visitor visitor) =>
        (await visitor.GetAsync("/Account/Manage")).Status == HttpStatusCode.OK;

    /// <summary>What is in its tables, definitions and rows.</summary>
    public async Task<string> DumpAsync()
    {
        var parts = new List<string>();
        await using var connection = new SqliteConnection($"Data Source={Database};Mode=ReadOnly;Pooling=False");
        await connection.OpenAsync();
        var tables = await ReadAsync(
            connection,
            "SELECT name || ' ' || coalesce(sql, '') FROM sqlite_master WHERE tbl_name LIKE 'AspNet%' OR tbl_name = "
                + "'__EFMigrationsHistory' ORDER BY name");
        parts.AddRange(tables);
        foreach (
            var table in new[]
            {
                "AspNetUsers",
                "AspNetRoles",
                "AspNetUserRoles",
                "AspNetRoleClaims",
                "AspNetUserTokens",
                "AspNetUserPasskeys",
                "__EFMigrationsHistory",
            })
            parts.AddRange(await ReadAsync(connection, $"SELECT * FROM {table}"));
        return string.Join('\n', parts);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task KillAsync()
    {
        if (_process is null)
            return;

        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        lock (_log)
            _log.AppendLine(line);
    }

    /// <summary>Fills in the form of that name on a page.</summary>
    public static async Task<Answer> PostAsync(Visitor visitor, string path, string form, params (string Name, string Value)[] fields)
    {
        var page = await visitor.GetAsync(path);
        var proof = WebUtility.HtmlDecode(Antiforgery().Match(page.Body).Groups[1].Value);
        return await visitor.PostAsync(path, [("_handler", form), ("__RequestVerificationToken", proof), .. fields]);
    }

    private static async Task<List<string>> ReadAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(reader.GetValue)));
        return rows;
    }

    /// <summary>Restores, builds and starts it.</summary>
    public async Task LaunchAsync(params (string Name, string Value)[] settings)
    {
        if (await RunAsync("restore") is var (restored, said) && restored != 0)
            Assert.Skip(
                $"The template's packages can't be had here: "
                    + $"{said.Split('\n').FirstOrDefault(line => line.Contains("error", StringComparison.Ordinal))}");
        var built = await RunAsync("build", "-c", "Release", "--no-restore");
        Assert.True(built.Code == 0, built.Said);
        await RelaunchAsync(settings);
    }

    // Into a file: what a build leaves running behind it holds a pipe open.
    public async Task<(int Code, string Said)> RunAsync(params string[] arguments)
    {
        var said = Path.Combine(_folder, "said.log");
        using var process = Process.Start(
            new ProcessStartInfo("sh", ["-c", "exec dotnet \"$@\" > \"$0\" 2>&1", said, .. arguments]) { WorkingDirectory = _folder }
        )!;
        using var timeout = new CancellationTokenSource(Timeout);
        await process.WaitForExitAsync(timeout.Token);
        return (process.ExitCode, await File.ReadAllTextAsync(said, timeout.Token));
    }

    /// <summary>Starts it as it was built, after what runs of it was killed.</summary>
    public async Task RelaunchAsync(params (string Name, string Value)[] settings)
    {
        await KillAsync();
        var start = new ProcessStartInfo("dotnet", [Path.Combine("bin", "Release", "net10.0", "Site.dll"), "--urls", Origin])
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        lock (_log)
            _log.Clear();
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        using var http = new HttpClient();
        for (var end = DateTime.UtcNow + Timeout; ; await Task.Delay(100))
        {
            try
            {
                using var _ = await http.GetAsync(Origin);
                return;
            }
            catch (HttpRequestException) when (DateTime.UtcNow < end && !_process.HasExited)
            {
            }
        }
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Antiforgery();

    [GeneratedRegex("href=\"([^\"]*ConfirmEmail[^\"]*)\"")]
    private static partial Regex Confirmation();
}
