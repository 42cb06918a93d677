using System.IO.Compression;
using System.Text.RegularExpressions;

namespace OneTimeJwt.Web.Tests.Tokens;

/// <summary>The package in an application that has nothing else of ours, with the code that its README shows.</summary>
public sealed partial class PackageTests(LocalFeed feed) : IClassFixture<LocalFeed>, IDisposable
{
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
            <PackageReference Include="OneTimeJwt.Tokens" />
            <PackageReference Include="Microsoft.AspNetCore.Identity.EntityFrameworkCore" />
            <PackageReference Include="Microsoft.EntityFrameworkCore.Sqlite" />
          </ItemGroup>
        </Project>
        """;

    private const string Program = """
        using Microsoft.AspNetCore.Identity;
        using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
        using Microsoft.EntityFrameworkCore;
        using OneTimeJwt.Tokens;

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
        Say("reset", (await tokens.VerifyAsync(reset, TokenPurpose.Reset, FindAsync)).Verdict);
        Say("changed", (await users.ResetPasswordAsync(user, reset, "A brass kettle 2")).Succeeded);
        Say("reset", (await tokens.VerifyAsync(reset, TokenPurpose.Reset, FindAsync)).Verdict);
        Say("changed", (await users.ResetPasswordAsync(user, reset, "A quiet morning 3")).Succeeded);

        // used
        Say("phone", verification.Verdict);
        Say("phone", (await tokens.VerifyAsync(token, phone, FindAsync)).Verdict);

        const string name = OneTimeTokens.ProviderName;
        var second = await users.GenerateUserTokenAsync(user, name, "phone");
        Say("by Identity", await users.VerifyUserTokenAsync(user, name, "phone", second));
        Say("changed", (await users.SetPhoneNumberAsync(user, "555 0199")).Succeeded);
        Say("by Identity", await users.VerifyUserTokenAsync(user, name, "phone", second));

        async Task<TokenAccount?> FindAsync(string id) => TokenAccount.Of(await users.FindByIdAsync(id));

        static void Say(string what, object value) => Console.WriteLine($"> {what}: {value}");

        internal sealed class Accounts(DbContextOptions<Accounts> options) : IdentityDbContext<IdentityUser>(options);
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("ott-package-").FullName;

    [Fact]
    public async Task What_its_README_shows_works_with_the_package_and_nothing_else()
    {
        var shown = Shown();
        Assert.Equal(3, shown.Length);
        var steps = new[] { "// registered", "// declared", "// used" };
        await WriteAsync(
            "Program.cs",
            steps.Zip(shown).Aggregate(Program, (code, step) => code.Replace(step.First, step.Second, StringComparison.Ordinal)));
        await WriteAsync("Elsewhere.csproj", Project);
        var versions = await File.ReadAllTextAsync(
            Path.Combine(Repository.Root, "Directory.Packages.props"),
            TestContext.Current.CancellationToken);
        await WriteAsync(
            "Directory.Packages.props",
            versions.Replace(
                "</Project>",
                $"""<ItemGroup><PackageVersion Include="OneTimeJwt.Tokens" Version="{feed.Version}" /></ItemGroup></Project>""",
                StringComparison.Ordinal));

        // The packages are there already; no other place is asked.
        var built = await LocalFeed.RunAsync(
            _folder,
            "build",
            "--configuration",
            "Release",
            "-nodeReuse:false",
            "-p:UseSharedCompilation=false",
            $"-p:RestoreSources={feed.Folder}");
        Assert.True(built.Code == 0, built.Said);
        var ran = await LocalFeed.RunAsync(
            _folder,
            Path.Combine("bin", "Release", "net10.0", "Elsewhere.dll"),
            "--urls=http://127.0.0.1:0");

        Assert.True(ran.Code == 0, ran.Said);
        Assert.Equal(
            [
                "account: True", "reset: Valid", "changed: True", "reset: Spent", "changed: False",
                "phone: Valid", "phone: Spent", "by Identity: True", "changed: True", "by Identity: False",
            ],
            Told().Matches(ran.Said).Select(line => line.Groups[1].Value));
    }

    [Fact]
    public void It_has_its_README_its_documentation_and_its_symbols_and_claims_no_licence()
    {
        using var package = ZipFile.OpenRead(Assert.Single(Directory.GetFiles(feed.Folder, "*.nupkg")));
        using var symbols = ZipFile.OpenRead(Assert.Single(Directory.GetFiles(feed.Folder, "*.snupkg")));
        using var nuspec = new StreamReader(package.GetEntry("OneTimeJwt.Tokens.nuspec")!.Open());
        var manifest = nuspec.ReadToEnd();

        Assert.Superset(
            new HashSet<string> { "README.md", "lib/net10.0/OneTimeJwt.Tokens.dll", "lib/net10.0/OneTimeJwt.Tokens.xml" },
            package.Entries.Select(entry => entry.FullName).ToHashSet());
        Assert.Contains("lib/net10.0/OneTimeJwt.Tokens.pdb", symbols.Entries.Select(entry => entry.FullName));
        Assert.Equal(["System.IdentityModel.Tokens.Jwt"], Dependency().Matches(manifest).Select(dependency => dependency.Groups[1].Value));
        Assert.Contains("<frameworkReference name=\"Microsoft.AspNetCore.App\" />", manifest, StringComparison.Ordinal);
        Assert.DoesNotContain("<license", manifest, StringComparison.Ordinal);
    }

    [Fact]
    public void A_purpose_of_ones_own_takes_no_more_lines_than_its_README_says() =>
        Assert.Equal([5, 5], Shown().Take(2).Select(code => code.Trim().Split('\n').Length));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string[] Shown() =>
        [
            .. Code()
                .Matches(File.ReadAllText(Path.Combine(Repository.Root, "OneTimeJwt.Tokens", "README.md")))
                .Select(block => block.Groups[1].Value),
        ];

    private Task WriteAsync(string file, string text) =>
        File.WriteAllTextAsync(Path.Combine(_folder, file), text, TestContext.Current.CancellationToken);

    [GeneratedRegex(@"^```csharp\r?\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"^> (.+?)\r?$", RegexOptions.Multiline)]
    private static partial Regex Told();

    [GeneratedRegex("<dependency id=\"([^\"]+)\"")]
    private static partial Regex Dependency();
}
