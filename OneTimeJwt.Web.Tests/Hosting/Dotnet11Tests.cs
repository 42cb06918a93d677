using System.Security.Cryptography;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.Web.Tests.Database;
using OneTimeJwt.Web.Tests.Delivery;
using OneTimeJwt.Web.Tests.Links;
using OneTimeJwt.Web.Tests.Profile;
using OneTimeJwt.Web.Tests.SignIn;

namespace OneTimeJwt.Web.Tests.Hosting;

/// <summary>The next .NET: over one database the app goes to it and comes back, and whatever is under way goes on.</summary>
[Trait("Category", "long")]
public sealed class Dotnet11Tests(Dotnet11 dotnet11) : IClassFixture<Dotnet11>
{
    private const string Owner = "owner@example.com";
    private const string Reader = "reader@example.com";

    // What depends most on the packages: mappings, migrations, queries, Identity, data protection, circuits and components.
    private static readonly string[] Classes =
    [
        "PasskeyRowTests", "MigrationsTests", "SecondFactorTests", "StepUpTests", "MailedCodeTests", "CircuitSessionMonitorTests",
        "RedemptionTests", "SessionTests", "DeliveryTests", "AccountsPageTests", "AdminActionTests", "KeyRingTests", "TenantTests",
        "SqliteShapeTests",
    ];

    private static readonly string OnTen = Path.Combine(AppContext.BaseDirectory, "OneTimeJwt.Web.dll");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider> Providers => [.. AppOnEach.Providers];

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task The_program_of_NET_10_goes_to_the_runtime_of_11_and_back_with_all_that_is_under_way(DatabaseProvider provider)
    {
        dotnet11.SkipIfMissing();
        await ThereAndBackAsync(provider, OnTen);
    }

    // On SQLite: Npgsql's provider 10.0.3 fails on Entity Framework 11, with a MissingMethodException.
    [Fact]
    public async Task The_program_built_against_the_packages_of_11_goes_on_over_the_same_data_and_back()
    {
        dotnet11.SkipIfMissing();
        await ThereAndBackAsync(DatabaseProvider.Sqlite, Path.Combine(await dotnet11.BuildAsync(), "OneTimeJwt.Web.dll"));
    }

    [Theory]
    [InlineData("runtime")]
    [InlineData("packages")]
    public async Task The_same_code_passes_its_tests_on_11(string part)
    {
        Assert.Empty(Classes.Except(typeof(Dotnet11Tests).Assembly.GetTypes().Select(type => type.Name)));
        dotnet11.SkipIfMissing();
        var folder = part == "packages" ? await dotnet11.BuildAsync() : AppContext.BaseDirectory;
        var program = Path.Combine(folder, "OneTimeJwt.Web.Tests.dll");
        var classes = Classes.SelectMany(name => new[] { "-class", $"*.{name}" });

        var (code, said) = await Dotnet11.RunAsync(
            dotnet11.Host, folder, [program, "-noLogo", "-noColor", "-maxThreads", "2", "-trait-", "Category=long", .. classes]);

        Assert.True(code == 0, said);
        Assert.Matches(@"Total: [1-9]\d\d, Errors: 0, Failed: 0", said);
    }

    private async Task ThereAndBackAsync(DatabaseProvider provider, string programOnEleven)
    {
        await using var data = await UnstartedApp.OnAsync(provider);
        var origin = $"http://localhost:{LocalPort.Free()}";
        var mails = new MailFolder(Path.Combine(data.Folder, "inbox"));
        using var reader = new Visitor(origin);
        using var owner = new Visitor(origin);
        using var later = new Visitor(origin);
        (string First, string Second) links;
        Answer form;

        await using (var ten = await StartAsync(data, origin, "dotnet", OnTen))
        {
            Assert.False(ten.RunsOn(Dotnet11.Version));
            (await reader.SignInAsync(Reader, Passwords.Old)).LeadsTo("/account");
            await AddPasskeyAsync(data);
            links.First = await MailedAsync(owner, mails, count: 1);
            form = await owner.GetAsync(links.First);
            Assert.Equal(HttpStatusCode.OK, form.Status);
            await ten.StopAsync();
        }

        await using (var eleven = await StartAsync(data, origin, dotnet11.Host, programOnEleven))
        {
            Assert.True(eleven.RunsOn(Dotnet11.Version));
            await ShowsPasskeyAsync(reader);
            Assert.True((await owner.SubmitAsync(form, ("password", Passwords.New))).PasswordChanged);
            (await owner.GetAsync(links.First)).IsRefusedAs("spent");
            await mails.WaitAsync(Owner, 2);
            (await later.SignInAsync(Owner, Passwords.New)).LeadsTo("/account");
            links.Second = await MailedAsync(owner, mails, count: 3);
            form = await owner.GetAsync(links.Second);
            Assert.Equal(HttpStatusCode.OK, form.Status);
            await eleven.StopAsync();
        }

        await using (var ten = await StartAsync(data, origin, "dotnet", OnTen))
        {
            Assert.False(ten.RunsOn(Dotnet11.Version));
            await ShowsPasskeyAsync(reader);
            Assert.Equal(HttpStatusCode.OK, (await later.GetAsync("/account")).Status);
            Assert.True((await owner.SubmitAsync(form, ("password", Passwords.Other))).PasswordChanged);
            foreach (var link in new[] { links.First, links.Second })
                (await owner.GetAsync(link)).IsRefusedAs("spent");
            Assert.Equal("/sign-in?returnUrl=%2Faccount", (await later.GetAsync("/account")).Location);
            (await owner.SignInAsync(Owner, Passwords.Other)).LeadsTo("/account");
            await ten.StopAsync();
        }

        await using var database = data.Open();
        Assert.Equal(1, await database.DataProtectionKeys.CountAsync(Cancellation));
        Assert.Equal(2, await database.Trail.CountAsync(line => line.Kind == RecoveryEventKind.Redeemed, Cancellation));
    }

    private static Task<AppProcess> StartAsync(UnstartedApp data, string origin, string dotnet, string program) =>
        AppProcess.StartAsync(dotnet, program, data.Folder, origin, Settings(data, origin, dotnet));

    private static Dictionary<string, string> Settings(UnstartedApp data, string origin, string dotnet) => new()
    {
        // Asked for by whoever starts the program of one version on the runtime of the next.
        ["DOTNET_ROLL_FORWARD"] = dotnet == "dotnet" ? "Minor" : "Major",
        ["ASPNETCORE_ENVIRONMENT"] = "Development",
        ["Database:Provider"] = data.Database.Provider.ToString(),
        ["ConnectionStrings:Accounts"] = data.Database.ConnectionString,
        ["Mail:Inbox:Directory"] = Path.Combine(data.Folder, "inbox"),
        ["Recovery:PublicOrigin"] = origin,
        ["Tokens:Secrets:0:Id"] = "test",
        ["Tokens:Secrets:0:Value"] = Convert.ToBase64String(SHA256.HashData("one secret for all three"u8)),
        ["Seed:Accounts:0:Email"] = Owner,
        ["Seed:Accounts:0:Password"] = Passwords.Old,
        ["Seed:Accounts:2:Email"] = Reader,
        ["Seed:Accounts:2:Password"] = Passwords.Old,
        ["Seed:Accounts:2:Confirmed"] = "true",
    };

    private static async Task<string> MailedAsync(Visitor visitor, MailFolder mails, int count)
    {
        (await visitor.AskAsync(Owner)).LeadsTo("/forgot-password/sent");
        return MailFolder.Link((await mails.WaitAsync(Owner, count))[count - 1]);
    }

    private static async Task ShowsPasskeyAsync(Visitor reader)
    {
        var page = await reader.GetAsync("/account/two-factor");
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains("Phone under .NET 10", page.Body, StringComparison.Ordinal);
    }

    private static async Task AddPasskeyAsync(UnstartedApp data)
    {
        await using var database = data.Open();
        var account = await database.Users.SingleAsync(row => row.Email == Reader, Cancellation);
        var passkey = new UserPasskeyInfo(
            [1, 2, 3], [4], DateTimeOffset.UtcNow, 5, ["internal"],
            isUserVerified: true, isBackupEligible: true, isBackedUp: true, [6], [7])
        {
            Name = "Phone under .NET 10",
        };
        database.Add(new StoredPasskey(account.Id, passkey));
        await database.SaveChangesAsync(Cancellation);
    }
}
