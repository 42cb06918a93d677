using System.Diagnostics;
using System.Text.RegularExpressions;

namespace OneTimeJwt.Web.Tests.Tokens;

/// <summary>The folder Tokens in an application that has nothing else of ours, with the code that README shows for it.</summary>
public sealed partial class ElsewhereTests : IDisposable
{
    private const string Section = "## Tokens for your own application";

    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk.Web">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <NuGetAudit>false</NuGetAudit>
            <UseAppHost>false</UseAppHost>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="System.IdentityModel.Tokens.Jwt" />
            <PackageReference Include="Microsoft.AspNetCore.Identity.EntityFrameworkCore" />
            <PackageReference Include="Microsoft.EntityFrameworkCore.Sqlite" />
          </ItemGroup>
        </Project>
        """;

    private const string Program = """
        using Microsoft.AspNetCore.Identity;
        using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
        using Microsoft.EntityFrameworkCore;
        using OneTimeJwt.Web.Tokens;

        var builder = WebApplication.CreateBuilder(args);
        // registered
        // declared
        await using var app = builder.Build();
        await app.StartAsync();
        await using var scope = app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<Accounts>().Database.EnsureCreatedAsync();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<IdentityUser>>();
        var tokens = scope.ServiceProvider.GetRequiredService<OneTimeTokens>();
        var user = new IdentityUser("ada") { PhoneNumber = "555 0100" };
        Say("account", (await users.CreateAsync(user, "Seven wet umbrellas 1")).Succeeded);

        var reset = await users.GeneratePasswordResetTokenAsync(user);
        Say("reset", (await tokens.VerifyAsync(reset, TokenPurpose.Reset, users.FindByIdAsync)).Verdict);
        Say("changed", (await users.ResetPasswordAsync(user, reset, "A brass kettle 2")).Succeeded);
        Say("reset", (await tokens.VerifyAsync(reset, TokenPurpose.Reset, users.FindByIdAsync)).Verdict);
        Say("changed", (await users.ResetPasswordAsync(user, reset, "A quiet morning 3")).Succeeded);

        // used
        Say("phone", verification.Verdict);
        Say("phone", (await tokens.VerifyAsync(token, phone, users.FindByIdAsync)).Verdict);

        var name = OneTimeTokenProvider<IdentityUser>.Name;
        var second = await users.GenerateUserTokenAsync(user, name, "phone");
        Say("by Identity", await users.VerifyUserTokenAsync(user, name, "phone", second));
        Say("changed", (await users.SetPhoneNumberAsync(user, "555 0199")).Succeeded);
        Say("by Identity", await users.VerifyUserTokenAsync(user, name, "phone", second));

        static void Say(string what, object value) => Console.WriteLine($"> {what}: {value}");

        internal sealed class Accounts(DbContextOptions<Accounts> options) : IdentityDbContext<IdentityUser>(options);
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly string _folder = Directory.CreateTempSubdirectory("ott-elsewhere-").FullName;

    [Fact]
    public async Task What_README_shows_works_with_the_folder_and_nothing_else()
    {
        var shown = Shown();
        Assert.Equal(3, shown.Length);
        var steps = new[] { "// registered", "// declared", "// used" };
        await WriteAsync("Program.cs", steps.Zip(shown).Aggregate(Program, (code, step) => code.Replace(step.First, step.Second, StringComparison.Ordinal)));
        await WriteAsync("Elsewhere.csproj", Project);
        File.Copy(Path.Combine(Repository.Root, "Directory.Packages.props"), Path.Combine(_folder, "Directory.Packages.props"));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "OneTimeJwt.Web", "Tokens")))
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));

        // The packages are there already; no other place is asked.
        var built = await RunAsync("build", "--configuration", "Release", "-nodeReuse:false", "-p:UseSharedCompilation=false", $"-p:RestoreSources={_folder}");
        Assert.True(built.Code == 0, built.Said);
        var ran = await RunAsync(Path.Combine("bin", "Release", "net10.0", "Elsewhere.dll"), "--urls=http://127.0.0.1:0");

        Assert.True(ran.Code == 0, ran.Said);
        Assert.Equal(
            [
                "account: True", "reset: Valid", "changed: True", "reset: Spent", "changed: False",
                "phone: Valid", "phone: Spent", "by Identity: True", "changed: True", "by Identity: False",
            ],
            Told().Matches(ran.Said).Select(line => line.Groups[1].Value));
    }

    [Fact]
    public void What_README_shows_is_no_longer_than_it_says() =>
        Assert.Equal([5, 5], Shown().Take(2).Select(code => code.Trim().Split('\n').Length));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string[] Shown()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        var section = readme[(readme.IndexOf(Section, StringComparison.Ordinal) + Section.Length)..];
        return [.. Code().Matches(section[..section.IndexOf("\n## ", StringComparison.Ordinal)]).Select(block => block.Groups[1].Value)];
    }

    private Task WriteAsync(string file, string text) => File.WriteAllTextAsync(Path.Combine(_folder, file), text, TestContext.Current.CancellationToken);

    private async Task<(int Code, string Said)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = _folder, RedirectStandardError = true, RedirectStandardOutput = true };
        // Under dotnet test, the outer build's tools would be taken for ours.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience);
        var error = process.StandardError.ReadToEndAsync(patience.Token);
        var output = await process.StandardOutput.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, output + await error);
    }

    [GeneratedRegex(@"^```csharp\r?\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"^> (.+?)\r?$", RegexOptions.Multiline)]
    private static partial Regex Told();
}
