using OneTimeJwt.Web.Tests.Hosting;
using OneTimeJwt.Web.Tests.Mail;

namespace OneTimeJwt.Web.Tests.Accounts;

/// <summary>An Identity database that another site made and goes on using.</summary>
public sealed class AdoptionTests
{
    private const string Old = "Their-old-password-1";

    [Fact]
    public async Task A_password_that_is_reset_here_signs_in_at_the_site_whose_database_was_adopted_and_old_sessions_end_there()
    {
        await using var site = await TemplateSite.StartAsync();
        var address = $"ada-{Guid.NewGuid():N}@example.com";
        await site.RegisterAsync(address, Old);
        using var session = site.Open();
        Assert.True(await TemplateSite.SignInAsync(session, address, Old));
        Assert.True(await TemplateSite.IsSignedInAsync(session));
        var before = await site.DumpAsync();

        var folder = Path.GetDirectoryName(site.Database)!;
        var settings = new Dictionary<string, string> { ["ConnectionStrings:Accounts"] = $"Data Source={site.Database}" };
        var refused = await Executable.RunAsync(folder, settings, "database", "migrate");
        Assert.Equal(1, refused.Code);
        Assert.Contains("database adopt", refused.Said, StringComparison.Ordinal);
        var check = await Executable.RunAsync(folder, settings, "database", "adopt", "--check");
        Assert.Equal(0, check.Code);
        Assert.Contains("1 account.", check.Said, StringComparison.Ordinal);
        Assert.Contains("Nothing was changed", check.Said, StringComparison.Ordinal);
        var adopted = await Executable.RunAsync(folder, settings, "database", "adopt");
        Assert.Equal(0, adopted.Code);
        Assert.Contains("Adopted.", adopted.Said, StringComparison.Ordinal);
        var again = await Executable.RunAsync(folder, settings, "database", "adopt");
        Assert.Equal(0, again.Code);
        Assert.Contains("up to date", again.Said, StringComparison.Ordinal);
        Assert.Equal(before, await site.DumpAsync());

        await using var app = await TestApp.StartAsync(
            new() { ["ConnectionStrings:Accounts"] = settings["ConnectionStrings:Accounts"] },
            provider: DatabaseProvider.Sqlite);
        using var visitor = app.Open();
        await visitor.AskAsync(address);
        Assert.True((await visitor.RedeemAsync(MailFolder.Link((await app.Mails.WaitAsync(address))[0]), Passwords.New)).PasswordChanged);

        using var later = site.Open();
        Assert.False(await TemplateSite.SignInAsync(later, address, Old));
        Assert.True(await TemplateSite.SignInAsync(later, address, Passwords.New));
        Assert.True(await TemplateSite.IsSignedInAsync(later));
        Assert.False(await Eventually.Async(() => TemplateSite.IsSignedInAsync(session), signedIn => !signedIn));
        Assert.Equal("/account", (await visitor.SignInAsync(address, Passwords.New)).Location);
    }
}
