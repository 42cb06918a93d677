using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Tests.Mail;

namespace OneTimeJwt.Web.Tests.Hosting;

/// <summary>The real executable, started with wrong settings.</summary>
public sealed class SettingsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ott-").FullName;

    [Fact]
    public async Task Missing_settings_are_refused_all_at_once_each_with_its_key()
    {
        var (code, error) = await StartAsync([]);

        Assert.Equal(1, code);
        foreach (var key in new[] { "Recovery:PublicOrigin", "Tokens:Secrets:0", "Mail:From", "Mail:Transport" })
            Assert.Single(error.Split('\n'), line => line.TrimStart().StartsWith(key, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_settings_are_refused_all_at_once_each_with_its_key()
    {
        var wrong = new Dictionary<string, string>
        {
            ["Recovery:PublicOrigin"] = "accounts.example.com/path",
            ["Recovery:MaxLinkLength"] = "many",
            ["Tokens:Secrets:0:Id"] = "much-too-long",
            ["Tokens:Secrets:0:Value"] = "c2hvcnQ=",
            ["Tokens:Lifetimes:Reset"] = "soon",
            ["Mail:Transport"] = "Pigeon",
            ["Database:Provider"] = "Access",
            ["RateLimits:PerClient:Window"] = "never",
            ["RateLimits:PerAccount:Permits"] = "0",
            ["Trail:Retention"] = "1.00:00:00",
            ["Security:KnownProxies:0"] = "nginx",
            ["Security:HealthNetworks:0"] = "prometheus",
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "collector",
            ["Security:RequireHttps"] = "perhaps",
            ["Accounts:SignInUrl"] = "login",
            ["Accounts:Passwords:MinimumLength"] = "3",
            ["Mail:Smtp:Port"] = "",
            ["Mail:Smtp:Security"] = "perhaps",
            ["Admin:Roles:Support"] = "",
            ["Admin:Roles:Auditor"] = "recovery.admin",
        };

        var (code, error) = await StartAsync(wrong);

        Assert.Equal(1, code);
        var told = new[]
        {
            "Recovery:MaxLinkLength",
            "Tokens:Lifetimes:Reset",
            "Mail:Transport",
            "Database:Provider",
            "RateLimits:PerClient:Window",
            "RateLimits:PerAccount:Permits",
            "Trail:Retention",
            "Security:RequireHttps",
            "Accounts:SignInUrl",
            "Accounts:Passwords:MinimumLength",
            "Mail:Smtp:Port",
            "Mail:Smtp:Security",
            "Mail:From",
            "Recovery:PublicOrigin",
            "Tokens:Secrets:0:Id",
            "Tokens:Secrets:0:Value",
            "Security:KnownProxies:0",
            "Security:HealthNetworks:0",
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "Admin:Roles:Support",
            "Admin:Roles:Auditor",
        };
        Assert.All(told, key => Assert.Contains(key, error, StringComparison.Ordinal));
        Assert.DoesNotContain("c2hvcnQ=", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_settings_class_is_checked_at_start()
    {
        var classes = new List<Type>();
        await using var app = Program.Build(
            ["--contentRoot", _folder],
            builder =>
            {
                classes.AddRange(
                    builder
                        .Services.Select(service => service.ServiceType)
                        .Where(type =>
                            type.IsGenericType
                            && (
                                type.Name.StartsWith("IConfigureOptions`", StringComparison.Ordinal)
                                || type.Name.StartsWith("IValidateOptions`", StringComparison.Ordinal)))
                        .Select(type => type.GetGenericArguments()[0])
                        .Where(type => type.Namespace!.StartsWith("OneTimeJwt", StringComparison.Ordinal))
                        .Distinct());
                foreach (var type in classes)
                    builder.Services.AddSingleton(
                        typeof(IValidateOptions<>).MakeGenericType(type),
                        typeof(Refusal<>).MakeGenericType(type));
            });

#pragma warning disable SYSLIB0066 // IAsyncStartupValidator comes with .NET 11 only; there this one goes on working.
        var refused = Assert.Throws<AggregateException>(app.Services.GetRequiredService<IStartupValidator>().Validate);
#pragma warning restore SYSLIB0066

        Assert.True(classes.Count > 10, "The classes were not found.");
        Assert.Superset(
            classes.Select(type => type.Name).ToHashSet(),
            refused.InnerExceptions.Cast<OptionsValidationException>().SelectMany(fault => fault.Failures).ToHashSet());
    }

    [Theory]
    [InlineData("Mail:Transport", "Inbox")]
    [InlineData("Seed:Accounts:0:Email", "a@example.com")]
    [InlineData("Tokens:Secrets:0:Value", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("Tokens:Secrets:0:Value", "")]
    [InlineData("Recovery:PublicOrigin", "http://accounts.example.com")]
    [InlineData("Recovery:MaxLinkLength", "250")]
    [InlineData("Branding:Accent", "#ffff00")]
    [InlineData("Branding:Logo", "gone.svg")]
    [InlineData("Languages:Default", "tlh")]
    public async Task What_must_not_be_in_production_is_refused_at_start(string key, string value)
    {
        var (code, error) = await StartAsync(new(Production) { [key] = value });
        Assert.Equal(1, code);
        Assert.Contains(key.StartsWith("Seed", StringComparison.Ordinal) ? "Seed:Accounts" : key, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_seeded_role_that_there_is_not_is_refused_in_a_line()
    {
        var development = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Seed:Accounts:0:Roles:0"] = "Owner",
            ["Admin:Roles:Support"] = "Desk",
            ["Seed:Accounts:4:Roles:0"] = "desk",
        };

        var (code, error) = await StartAsync(development);

        Assert.Equal(1, code);
        Assert.Equal(
            "The settings can't be used (1 fault):\n  Seed:Accounts:0:Roles: there is no role 'Owner': "
                + "write Recovery.Admin, Desk or Recovery.Auditor",
            error.Trim().ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task Production_starts_only_on_a_migrated_database_and_migrating_twice_is_harmless()
    {
        var (code, error) = await StartAsync(Production);
        Assert.Equal(1, code);
        Assert.Contains("database migrate", error, StringComparison.Ordinal);

        Assert.Equal(0, (await StartAsync(Production, "database", "migrate")).Code);
        Assert.Equal(0, (await StartAsync(Production, "database", "migrate")).Code);
    }

    [Fact]
    public async Task An_unknown_command_says_which_ones_there_are()
    {
        var (code, error) = await StartAsync(Production, "make", "coffee");
        Assert.Equal(2, code);
        Assert.Contains("database migrate", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_that_knows_no_languages_is_refused_at_start()
    {
        var (code, error) = await StartAsync(new(Production) { ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1" });

        Assert.Equal(1, code);
        Assert.Contains("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT is on", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("admins")]
    [InlineData("admins invite")]
    [InlineData("admins invite ada")]
    [InlineData("admins invite Ada<ada@example.com>")]
    [InlineData("admins invite a@b@c")]
    public async Task A_command_without_a_proper_address_is_refused_in_a_line(string command)
    {
        var (code, error) = await StartAsync([], command.Split(' '));
        Assert.Equal(2, code);
        Assert.Contains(
            command.Count(c => c == ' ') == 2 ? "is not an e-mail address" : "admins invite <email>",
            error,
            StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invitation_without_a_database_is_refused_and_without_a_mail_server_queued()
    {
        string[] invite = ["admins", "invite", "ada@example.com"];
        var production = new Dictionary<string, string>(Production) { ["Mail:Smtp:Host"] = "127.0.0.1", ["Mail:Smtp:Port"] = "9" };
        Assert.Equal(1, (await StartAsync(new(production) { ["Mail:From"] = "" }, invite)).Code);
        var (code, error) = await StartAsync(production, invite);
        Assert.Equal(1, code);
        Assert.Contains("database migrate", error, StringComparison.Ordinal);

        Assert.Equal(0, (await StartAsync(production, "database", "migrate")).Code);
        (code, var output) = await StartAsync(production, invite);
        Assert.Equal(0, code);
        Assert.Contains("queued and not sent yet (the mail server can't be reached)", output, StringComparison.Ordinal);
        Assert.DoesNotContain("token=", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invitation_where_accounts_have_no_rights_is_refused_in_a_line_that_says_what_to_do()
    {
        var production = new Dictionary<string, string>(Production)
        {
            ["Admin:Local"] = "false",
            ["Admin:Oidc:Authority"] = "https://login.example.com",
            ["Admin:Oidc:ClientId"] = "one-time-jwt",
            ["Admin:Oidc:ClientSecret"] = "0123456789abcdef0123456789abcdef",
            ["Admin:Oidc:Admins:0"] = "admins",
        };
        Assert.Equal(0, (await StartAsync(production, "database", "migrate")).Code);

        var (code, said) = await StartAsync(production, "admins", "invite", "ada@example.com");

        Assert.Equal(
            (1, "ada@example.com was not invited, and nothing was changed: Admin:Local is false, so that accounts have no rights in the "
                + "console. Make them an admin at the provider (Admin:Oidc:Admins), or set Admin:Local to true."),
            (code, said.Trim()));
        // As a local admin beside the provider's people it is one.
        production["Admin:Local"] = "true";
        production["Mail:Smtp:Host"] = "127.0.0.1";
        production["Mail:Smtp:Port"] = "9";
        (code, said) = await StartAsync(production, "admins", "invite", "ada@example.com");
        Assert.Equal(0, code);
        Assert.Contains("ada@example.com has a new account and is an admin.", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invitation_that_the_database_refuses_is_told_in_a_line_and_a_column_that_is_not_there_at_start()
    {
        await HostDatabase.MakeAsync(await TestDatabase.MakeAsync(DatabaseProvider.Sqlite, _folder), "AspNetUsers.FullName");
        string[] invite = ["admins", "invite", "new@example.com"];
        var production = new Dictionary<string, string>(Production) { ["Mail:Smtp:Host"] = "127.0.0.1", ["Mail:Smtp:Port"] = "9" };

        var (code, said) = await StartAsync(production, "database", "adopt");
        Assert.Equal(0, code);
        Assert.Contains("Set Accounts:New:Columns:FullName, or give the column a default.", said, StringComparison.Ordinal);
        (code, said) = await StartAsync(production, invite);
        Assert.Equal(1, code);
        Assert.Equal(
            "No account new@example.com can be made: AspNetUsers wants values that this app doesn't know. Set "
                + "Accounts:New:Columns:FullName, or give the columns defaults.",
            said.Trim());
        (code, said) = await StartAsync(
            new(production) { ["Accounts:New:Columns:Nowhere"] = "1", ["Accounts:New:Columns:PasswordHash"] = "x" },
            invite);
        Assert.Equal(1, code);
        Assert.Contains("(2 faults):", said, StringComparison.Ordinal);
        (code, said) = await StartAsync(new(production) { ["Accounts:New:Columns:FullName"] = "{mail}" }, invite);
        Assert.Equal(1, code);
        Assert.Contains(
            "Accounts:New:Columns:FullName can't be read: write a value, or one of {email}, {now}, {newguid}",
            said,
            StringComparison.Ordinal);
        Assert.Equal(0, (await StartAsync(new(production) { ["Accounts:New:Columns:FullName"] = "{email}" }, invite)).Code);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Dictionary<string, string> Production => new()
    {
        ["Recovery:PublicOrigin"] = "https://accounts.example.com",
        ["Tokens:Secrets:0:Id"] = "a",
        ["Tokens:Secrets:0:Value"] = Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)),
        ["Mail:From"] = "no-reply@example.com",
        ["Mail:Transport"] = "Smtp",
        ["Mail:Smtp:Host"] = "localhost",
        ["ConnectionStrings:Accounts"] = $"Data Source={Path.Combine(_folder, "accounts.db")}",
    };

    private Task<(int Code, string Said)> StartAsync(Dictionary<string, string> settings, params string[] command) =>
        Executable.RunAsync(_folder, settings, command);

    private sealed class Refusal<TSettings> : IValidateOptions<TSettings>
        where TSettings : class
    {
        public ValidateOptionsResult Validate(string? name, TSettings options) => ValidateOptionsResult.Fail(typeof(TSettings).Name);
    }
}
