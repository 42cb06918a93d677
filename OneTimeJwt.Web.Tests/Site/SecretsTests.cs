using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using OneTimeJwt.Web.Oidc;
using OneTimeJwt.Web.Tests.Oidc;

namespace OneTimeJwt.Web.Tests.Site;

public sealed class SecretsTests
{
    [Fact]
    public async Task No_token_password_or_secret_reaches_a_log_at_any_level_a_trace_a_metric_or_a_file()
    {
        using var signals = new TelemetryRecorder();
        await using var app = await TestApp.StartAsync();
        var account = await app.AddAccountAsync();
        using var visitor = app.Open();
        var link = await app.LinkForAsync(account);
        var token = link.Split("token=")[1];

        await visitor.RedeemAsync(link, "short one");
        Assert.True((await visitor.RedeemAsync(link, Passwords.New)).PasswordChanged);
        await visitor.GetAsync(link);
        await visitor.GetAsync($"/?token={token}&x=1");
        await visitor.GetAsync($"/sign-in?returnUrl={Uri.EscapeDataString("/reset-password?token=" + token)}");
        await visitor.GetAsync($"/reset-password/{token}");
        await visitor.GetAsync($"/reset-password?{token}");
        await visitor.GetAsync($"/reset-password?token%3D{token}");
        await visitor.GetAsync($"/reset-password/{token}?{new string('a', 9000)}");
        await visitor.GetAsync($"/reset-password?TOKEN={token}&token={token}");
        await visitor.SignInAsync(account.Email!, Passwords.Other);
        await visitor.SignInAsync(account.Email!, Passwords.New);
        await app.Mails.WaitAsync(account.Email!, 2);

        var log = app.Log.All;
        Assert.True(app.Log.Count("Request starting") > 5, "The log has no requests; this test proves nothing.");
        var signature = token.Split('.')[2];
        string[] secrets =
        [
            token,
            signature,
            token.Split('.')[1],
            Passwords.Old,
            Passwords.New,
            Passwords.Other,
            Passwords.New.Replace(' ', '+'),
            "short one",
        ];
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, log, StringComparison.Ordinal));
        Assert.All(
            [
                "activity Microsoft.AspNetCore.Hosting.HttpRequestIn",
                "meter http.server.request.duration",
                "activity redeem",
                "activity deliver",
                "meter onetimejwt.links.redeemed",
                "meter onetimejwt.sign_ins",
                "event Microsoft.AspNetCore.Hosting",
            ],
            sign => Assert.Contains(sign, signals.All, StringComparison.Ordinal));
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, signals.All, StringComparison.Ordinal));
        FileSearch.HoldNone(app.Folder, [token, signature, Passwords.Old, Passwords.New, Passwords.Other, "short one"]);
    }

    [Fact]
    public async Task No_code_token_or_secret_of_the_OpenID_provider_reaches_a_log_at_any_level_or_a_file()
    {
        await using var oidc = await OidcApp.StartAsync();
        using var visitor = oidc.App.Open();
        var asked = await visitor.GetAsync(OidcModule.Path);
        var answered = (await visitor.GetAsync(asked.Location!)).Location!;
        var cookies = visitor.Cookies.ToList();
        oidc.Ends(await OidcApp.FollowAsync(visitor, answered), HttpStatusCode.OK);
        await OidcApp.FollowAsync(visitor, answered);
        cookies.AddRange(visitor.Cookies);
        oidc.Provider.Forged["aud"] = "\"another\"";
        await OidcApp.EnterAsync(visitor);
        oidc.Provider.Forged.Clear();
        await OidcApp.EnterAsync(visitor);
        await OidcApp.SignOutAsync(visitor);
        var logout = oidc.Provider.LogoutToken();
        await visitor.PostAsync(OidcModule.LogoutPath, ("logout_token", logout));
        await visitor.PostAsync(OidcModule.LogoutPath, ("logout_token", oidc.Provider.LogoutToken(key: OpenProvider.NewKey())));

        Assert.True(oidc.App.Log.Count(OidcModule.CallbackPath) > 3, "The log has no requests; this test proves nothing.");
        Assert.Equal(9, oidc.Provider.Secrets.Count);
        var query = QueryHelpers.ParseQuery(new Uri(answered).Query);
        string[] secrets =
        [
            OpenProvider.ClientSecret,
            logout,
            logout.Split('.')[2],
            query["state"]!,
            .. oidc.Provider.Secrets,
            .. oidc.Provider.Secrets.Select(secret => secret.Split('.')[^1]),
            .. cookies.Where(cookie => cookie.Length > 20),
        ];
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, oidc.App.Log.All, StringComparison.Ordinal));
        FileSearch.HoldNone(oidc.App.Folder, secrets);
    }

    [Fact]
    public async Task Half_a_link_in_a_request_that_cannot_be_read_is_not_logged()
    {
        await using var app = await TestApp.StartAsync();
        using var socket = new System.Net.Sockets.TcpClient("localhost", new Uri(app.Origin).Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(
            "GET /reset-password?token=eyJhbGciOi eyJzdWIiOiJhZGEifQ.AAAA HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(),
            TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        Assert.StartsWith("HTTP/1.1 ", await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        Assert.DoesNotContain("eyJzdWIiOiJhZGEifQ", app.Log.All, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher")]
    [InlineData("Microsoft.AspNetCore.Components.Server.Circuits.RemoteRenderer")]
    [InlineData("Microsoft.AspNetCore.Server.Kestrel.BadRequests")]
    public async Task What_people_type_into_open_pages_is_not_logged_whatever_the_settings_say(string category)
    {
        await using var app = await TestApp.StartAsync();
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(category);
        Assert.False(logger.IsEnabled(LogLevel.Debug));
        Assert.True(logger.IsEnabled(LogLevel.Information));
        Assert.True(app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Any").IsEnabled(LogLevel.Trace));
    }

    [Fact]
    public async Task No_row_of_any_table_holds_a_token()
    {
        await using var app = await TestApp.StartAsync();
        var link = await app.LinkForAsync(await app.AddAccountAsync());
        var parts = link.Split("token=")[1].Split('.');

        var dump = await app.WithAsync<AccountsContext, string>(DumpAsync);

        Assert.Contains("RecoveryTrail", dump, StringComparison.Ordinal);
        Assert.DoesNotContain(parts[1], dump, StringComparison.Ordinal);
        Assert.DoesNotContain(parts[2], dump, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copied_database_with_another_server_secret_opens_no_session_and_no_link()
    {
        await using var app = await TestApp.StartAsync();
        var account = await app.AddAccountAsync();
        var link = new Uri(await app.LinkForAsync(account)).PathAndQuery;
        var mark = app.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("any").Protect("mark");

        await using var thief = await TestApp.StartAsync(
            new()
            {
                ["Recovery:PublicOrigin"] = app.Origin,
                ["Tokens:Secrets:0:Value"] = Convert.ToBase64String(Encoding.UTF8.GetBytes("a guess of the thief, long enough")),
            },
            beside: app);

        var theirs = thief.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("any");
        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(() => theirs.Unprotect(mark));
        using var visitor = thief.Open();
        (await visitor.GetAsync(link)).IsRefusedAs("invalid");

        var minted = thief.Services.GetRequiredService<OneTimeTokens>().Mint(TokenPurpose.Reset, await app.ReadAsync(account.Id));
        using var victim = app.Open();
        (await victim.GetAsync($"/reset-password?token={minted.Value}")).IsRefusedAs("invalid");
    }

    private static async Task<string> DumpAsync(AccountsContext database)
    {
        var dump = new StringBuilder();
        var connection = database.Database.GetDbConnection();
        await connection.OpenAsync();
        var tables = new List<string>();
        await using var names = connection.CreateCommand();
        names.CommandText = "SELECT name FROM sqlite_master WHERE type = 'table'";
        await using (var reader = await names.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
                tables.Add(reader.GetString(0));
        }

        foreach (var table in tables)
        {
            await using var rows = connection.CreateCommand();
#pragma warning disable CA2100 // The names come from the schema.
            rows.CommandText = $"SELECT * FROM \"{table}\"";
#pragma warning restore CA2100
            await using var reader = await rows.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                dump.AppendJoin(" | ", Enumerable.Range(0, reader.FieldCount).Select(reader.GetValue).Prepend(table)).AppendLine();
        }

        return dump.ToString();
    }
}
