using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Npgsql;

namespace OneTimeJwt.Benchmarks;

/// <summary>Publishes what is compared, our app and what the framework's template makes, in the same way.</summary>
/// <param name="scratch">Where to.</param>
/// <param name="mailPort">A mail server that takes whatever comes.</param>
internal sealed class Subjects(Scratch scratch, int mailPort)
{
    private static readonly string[] Template = ["new", "blazor", "-au", "Individual", "-int", "Server", "-n", "Template"];

    /// <summary>Our app, as OPERATIONS.md publishes it unless it is to be portable.</summary>
    /// <param name="secret">The server secret.</param>
    /// <param name="server">A database of PostgreSQL; null for an SQLite file.</param>
    /// <param name="portable">Without ready-to-run code.</param>
    public async Task<Subject> OursAsync(byte[] secret, string? server = null, bool portable = false)
    {
        var folder = await PublishAsync("ours", Path.Combine(Repository(), "OneTimeJwt.Web"), portable);
        var database = server ?? $"Data Source={scratch.File($"ours-{portable}.db")}";
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__Accounts"] = database,
            ["Database__Provider"] = server is null ? "Sqlite" : "PostgreSql",
            ["Recovery__PublicOrigin"] = TokenBenchmarks.Origin,
            ["Tokens__Secrets__0__Id"] = "bench",
            ["Tokens__Secrets__0__Value"] = Convert.ToBase64String(secret),
            ["Mail__From"] = "no-reply@example.com",
            ["Mail__Transport"] = "Smtp",
            ["Mail__Smtp__Host"] = "127.0.0.1",
            ["Mail__Smtp__Port"] = mailPort.ToString(CultureInfo.InvariantCulture),
            ["Mail__Smtp__Security"] = "None",
            ["Security__RequireHttps"] = "false",
            // One load generator is one client.
            ["RateLimits__PerClient__Permits"] = "1000000000",
        };
        var assembly = Path.Combine(folder, "OneTimeJwt.Web.dll");
        await Tools.RunAsync(
            "dotnet",
            [assembly, "database", "migrate"],
            new(settings) { ["ASPNETCORE_ENVIRONMENT"] = "Production" },
            folder);
        var subject = new Subject("ours", folder, assembly, database, settings);
        await subject.SeedAsync();
        return subject;
    }

    /// <summary>What <c>dotnet new</c> makes of the framework's template on this machine: nothing is mailed.</summary>
    public Task<Subject> TemplateAsync(bool portable = false) => TemplateAsync("template", _ => Task.CompletedTask, server: null, portable);

    /// <summary>The same, with a sender that mails by MailKit and is awaited, as its documentation has it.</summary>
    public Task<Subject> MailingTemplateAsync() => TemplateAsync("mailing", AddMailAsync, server: null, portable: false);

    /// <summary>The same on PostgreSQL.</summary>
    /// <param name="server">A database that has Identity's tables.</param>
    public Task<Subject> PostgreSqlTemplateAsync(string server) => TemplateAsync("postgresql", UsePostgreSqlAsync, server, portable: false);

    private async Task<Subject> TemplateAsync(string name, Func<string, Task> change, string? server, bool portable)
    {
        var source = scratch.File($"{name}-source");
        if (!Directory.Exists(source))
        {
            await Tools.RunAsync("dotnet", [.. Template, "-o", source]);
            await change(source);
        }

        var folder = await PublishAsync(name, source, portable);
        var file = Path.Combine(folder, "Data", "app.db");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.Copy(Path.Combine(source, "Data", "app.db"), file, overwrite: true);
        var settings = server is null ? [] : new Dictionary<string, string> { ["ConnectionStrings__DefaultConnection"] = server };
        var subject = new Subject("template", folder, Path.Combine(folder, "Template.dll"), server ?? $"Data Source={file}", settings)
        {
            ForgotPassword = "/Account/ForgotPassword",
        };
        if (server is null)
            await subject.SeedAsync();
        return subject;
    }

    private async Task<string> PublishAsync(string name, string project, bool portable)
    {
        var folder = scratch.File($"{name}-{(portable ? "portable" : "ready")}");
        if (Directory.Exists(folder))
            return folder;

        // The lock file stays as it is.
        string[] kind = portable
            ? []
            : ["-r", RuntimeInformation.RuntimeIdentifier, "--self-contained", "false", "-p:PublishReadyToRun=true"];
        await Tools.RunAsync(
            "dotnet", ["publish", project, "-c", "Release", .. kind, $"-p:NuGetLockFilePath={folder}.lock.json", "-o", folder]);
        return folder;
    }

    private async Task AddMailAsync(string source)
    {
        await AddPackageAsync(source, "MailKit");
        await ReplaceAsync(
            Path.Combine(source, "Program.cs"),
            "AddSingleton<IEmailSender<ApplicationUser>, IdentityNoOpEmailSender>",
            "AddSingleton<IEmailSender<ApplicationUser>, SmtpSender>");
        await File.WriteAllTextAsync(Path.Combine(source, "SmtpSender.cs"), $$"""
            using MailKit.Net.Smtp;
            using MailKit.Security;
            using Microsoft.AspNetCore.Identity;
            using MimeKit;
            using Template.Data;

            internal sealed class SmtpSender : IEmailSender<ApplicationUser>
            {
                public Task SendConfirmationLinkAsync(ApplicationUser user, string email, string link) => SendAsync(email, link);

                public Task SendPasswordResetLinkAsync(ApplicationUser user, string email, string link) => SendAsync(email, link);

                public Task SendPasswordResetCodeAsync(ApplicationUser user, string email, string code) => SendAsync(email, code);

                private static async Task SendAsync(string email, string link)
                {
                    using var message = new MimeMessage { Subject = "Reset your password" };
                    message.From.Add(MailboxAddress.Parse("no-reply@example.com"));
                    message.To.Add(MailboxAddress.Parse(email));
                    message.Body = new TextPart("html") { Text = $"Please reset your password by <a href='{link}'>clicking here</a>." };
                    using var client = new SmtpClient();
                    await client.ConnectAsync("127.0.0.1", {{mailPort.ToString(CultureInfo.InvariantCulture)}}, SecureSocketOptions.None);
                    await client.SendAsync(message);
                    await client.DisconnectAsync(quit: true);
                }
            }
            """);
    }

    private static async Task UsePostgreSqlAsync(string source)
    {
        await AddPackageAsync(source, "Npgsql.EntityFrameworkCore.PostgreSQL");
        await ReplaceAsync(Path.Combine(source, "Program.cs"), "options.UseSqlite(", "options.UseNpgsql(");
    }

    private static async Task AddPackageAsync(string source, string package)
    {
        var versions = await File.ReadAllTextAsync(Path.Combine(Repository(), "Directory.Packages.props"));
        var version = Regex.Match(versions, $"Include=\"{Regex.Escape(package)}\" Version=\"([^\"]+)\"").Groups[1].Value;
        await ReplaceAsync(
            Path.Combine(source, "Template.csproj"),
            "</Project>",
            $"<ItemGroup><PackageReference Include=\"{package}\" Version=\"{version}\" /></ItemGroup></Project>");
    }

    private static async Task ReplaceAsync(string file, string old, string text)
    {
        var before = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(
            file,
            before.Contains(old, StringComparison.Ordinal)
                ? before.Replace(old, text, StringComparison.Ordinal)
                : throw new InvalidOperationException($"The template has changed: {old} is not in {Path.GetFileName(file)}."));
    }

    /// <summary>A new, empty database.</summary>
    public static async Task<string> DatabaseAsync(PostgreSqlServer server, string name)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // A name of ours.
        command.CommandText = $"DROP DATABASE IF EXISTS {name}; ";
        await command.ExecuteNonQueryAsync();
        command.CommandText = $"CREATE DATABASE {name}";
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name }.ToString();
    }

    public static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "OneTimeJwt.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("Run this from within the repository.");
    }

    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(32);
}
