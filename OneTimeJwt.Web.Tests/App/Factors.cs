using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using MimeKit;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Tests.App;

/// <summary>Accounts with second factors, of this site and of another application, and the codes that are mailed to them.</summary>
internal static partial class Factors
{
    public const string Key = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

    /// <summary>An account whose row another application wrote.</summary>
    /// <param name="app">Where it is made.</param>
    /// <param name="shape">What it has: parts separated by a comma, of <c>on</c>, <c>phone</c>, <c>key=…</c>,
    /// <c>codes</c>, <c>passkey</c>.</param>
    public static async Task<Account> AddWithFactorAsync(this TestApp app, string shape)
    {
        var parts = shape.Split(',');
        var account = await app.AddAccountAsync(shape: row =>
        {
            row.TwoFactorEnabled = parts.Contains("on");
            (row.PhoneNumber, row.PhoneNumberConfirmed) = parts.Contains("phone") ? ("+1 555 0100", true) : (null, false);
        });
        await app.WithAsync<UserManager<Account>, int>(async users =>
        {
            var row = (await users.FindByIdAsync(account.Id))!;
            if (parts.FirstOrDefault(part => part.StartsWith("key=", StringComparison.Ordinal)) is { } key)
                await users.SetAuthenticationTokenAsync(row, Account.TokenStore, "AuthenticatorKey", key[4..]);
            if (parts.Contains("codes"))
                await users.SetAuthenticationTokenAsync(row, Account.TokenStore, "RecoveryCodes", "KQ7RM-3WFTC;X2HDN-8VJPB");
            if (parts.Contains("passkey"))
                await users.AddOrUpdatePasskeyAsync(row, NewPasskey());
            return 0;
        });
        return account;
    }

    public static UserPasskeyInfo NewPasskey() => new(
        Guid.NewGuid().ToByteArray(),
        publicKey: [1],
        DateTimeOffset.UtcNow,
        signCount: 0,
        transports: null,
        isUserVerified: true,
        isBackupEligible: true,
        isBackedUp: true,
        attestationObject: [1],
        clientDataJson: [1])
    {
        Name = "Phone",
    };

    public static Task<IList<UserPasskeyInfo>> PasskeysAsync(this TestApp app, string accountId) =>
        app.WithAsync<UserManager<Account>, IList<UserPasskeyInfo>>(async users =>
            await users.GetPasskeysAsync((await users.FindByIdAsync(accountId))!));

    /// <summary>Signs in with a passkey's proof.</summary>
    /// <param name="app">Where.</param>
    /// <param name="accountId">Whose it is.</param>
    /// <param name="passkey">As the proof has it.</param>
    /// <param name="challenge">What it answers.</param>
    /// <param name="meanwhile">Happens after the proof was verified.</param>
    public static async Task<bool> EnterWithPasskeyAsync(
        this TestApp app, string accountId, UserPasskeyInfo passkey, Guid challenge, Func<Task>? meanwhile = null)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var services = scope.ServiceProvider;
        services.GetRequiredService<IHttpContextAccessor>().HttpContext = new DefaultHttpContext { RequestServices = services };
        var account = await services.GetRequiredService<AccountsContext>().Users.SingleAsync(row => row.Id == accountId);
        if (meanwhile is not null)
            await meanwhile();
        return await services.GetRequiredService<PasskeyEntry>().EnterAsync(new PasskeyProof(account, passkey, challenge));
    }

    /// <summary>What another application writes past Identity: no stamp is changed.</summary>
    public static Task<int> SetAsync(
        this TestApp app,
        string accountId,
        bool? twoFactor = null,
        string? address = null,
        string? stamp = null,
        DateTimeOffset? lockoutEnd = null) =>
        app.WithAsync<AccountsContext, int>(async database =>
        {
            var row = await database.Users.SingleAsync(account => account.Id == accountId);
            row.TwoFactorEnabled = twoFactor ?? row.TwoFactorEnabled;
            (row.Email, row.NormalizedEmail) = address is null ? (row.Email, row.NormalizedEmail) : (address, address.ToUpperInvariant());
            row.SecurityStamp = stamp ?? row.SecurityStamp;
            row.LockoutEnd = lockoutEnd ?? row.LockoutEnd;
            return await database.SaveChangesAsync();
        });

    public static Task<int> GiveKeyAsync(this TestApp app, string accountId) =>
        app.WithAsync<UserManager<Account>, int>(async users =>
        {
            await users.SetAuthenticationTokenAsync((await users.FindByIdAsync(accountId))!, Account.TokenStore, "AuthenticatorKey", Key);
            return 0;
        });

    /// <summary>Waits until so many codes were mailed, and takes the last one out of its mail.</summary>
    public static async Task<string> MailedCodeAsync(this TestApp app, Account account, int count = 1)
    {
        await Eventually.Async(
            async () => (await app.TrailAsync(account.Id)).Count(line => line.Kind == RecoveryEventKind.CodeMailed),
            mailed => mailed >= count);
        return Code((await app.Mails.WaitAsync(account.Email!, count)).Last(mail => MailFolder.Subject(mail) == "Your one-time code"));
    }

    public static string Code(MimeMessage mail) => Assert.Single(Digits().Matches(mail.TextBody!)).Groups[1].Value;

    /// <summary>Another one than this.</summary>
    public static string Wrong(string code, int by = 1) =>
        ((int.Parse(code, CultureInfo.InvariantCulture) + by) % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);

    public static async Task<Answer> EnterCodeAsync(this Visitor visitor, string code) =>
        await visitor.SubmitAsync(await visitor.GetAsync("/sign-in/two-factor"), ("code", code));

    /// <summary>Signs in with the password and the code that is mailed.</summary>
    public static async Task<Visitor> EnterByMailAsync(this TestApp app, Account account)
    {
        var visitor = app.Open();
        var before = app.Mails.To(account.Email!).Count(mail => MailFolder.Subject(mail) == "Your one-time code");
        Assert.StartsWith(
            "/sign-in/two-factor",
            (await visitor.SignInAsync(account.Email!, Passwords.Old)).Location,
            StringComparison.Ordinal);
        Assert.Equal("/account", (await visitor.EnterCodeAsync(await app.MailedCodeAsync(account, before + 1))).Location);
        return visitor;
    }

    public static string AppCode() => Totp.Code(Key, DateTimeOffset.UtcNow);

    /// <summary>The app as operators run it, but that its mails can be read.</summary>
    public static Task<TestApp> StartInProductionAsync()
    {
        var folder = new FolderTransport();
        return TestApp.StartAsync(
            new()
            {
                ["environment"] = "Production",
                ["Recovery:PublicOrigin"] = "http://localhost",
                ["Database:MigrateOnStart"] = "true",
                ["Security:RequireHttps"] = "false",
                ["Mail:Transport"] = "Smtp",
                ["Mail:From"] = "no-reply@example.com",
                ["Mail:Smtp:Host"] = "localhost",
            },
            replace: services => services.AddSingleton<IMailTransport>(provider => folder.In(provider)));
    }

    [GeneratedRegex(@"^(\d{6})\r?$", RegexOptions.Multiline)]
    private static partial Regex Digits();

    private sealed class FolderTransport : IMailTransport
    {
        private string _folder = "";

        public FolderTransport In(IServiceProvider services)
        {
            _folder = Path.Combine(services.GetRequiredService<Microsoft.Extensions.Hosting.IHostEnvironment>().ContentRootPath, "inbox");
            return this;
        }

        public async Task SendAsync(MimeMessage message, CancellationToken cancellationToken)
        {
            Directory.CreateDirectory(_folder);
            var file = Path.Combine(_folder, $"{DateTime.UtcNow.Ticks}-{Guid.NewGuid():N}.eml");
            await message.WriteToAsync(file + ".part", cancellationToken);
            File.Move(file + ".part", file);
        }
    }
}
