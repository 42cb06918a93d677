using System.Text;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>The real process, told to log all it can.</summary>
[Guarantee(5)]
[Purpose("reset")]
[Role("operator")]
public sealed class SecretsTests
{
    private static readonly Dictionary<string, string> CappedCategories = new()
    {
        ["Logging__LogLevel__Default"] = "Trace",
        ["Logging__LogLevel__Microsoft.AspNetCore"] = "Trace",
        ["Logging__LogLevel__Microsoft.EntityFrameworkCore"] = "Trace",
        ["Logging__Console__LogLevel__Default"] = "Trace",
        ["Logging__Console__LogLevel__Microsoft.AspNetCore.SignalR"] = "Trace",
        ["Logging__Console__IncludeScopes"] = "true",
        ["Logging__EventSource__LogLevel__Default"] = "Trace",
        ["DetailedErrors"] = "true",
    };

    [Fact]
    [Guarantee(1)]
    public async Task The_whole_flow_at_Trace_leaves_no_secret_in_the_log_or_on_disk()
    {
        await using var site = await Site.StartAsync(CappedCategories);
        var account = await site.Accounts.TakeAsync(AccountKind.Ordinary);
        var link = await site.MailLinkAsync(account);
        var password = account.NewPassword();
        using var visitor = new Visitor(site.Address);
        var token = link.Split("token=")[1];
        var page = new Uri(link).PathAndQuery;

        var weak = await visitor.SubmitAsync(page, "/reset-password", ("token", token), ("password", "hopeless"));
        Assert.Equal(422, (int)weak.Status);
        var changed = await visitor.SubmitAsync(page, "/reset-password", ("token", token), ("password", password));
        Assert.Equal(303, (int)changed.Status);
        var replay = await visitor.GetAsync(page);
        Assert.Equal(410, (int)replay.Status);
        var entered = await visitor.SubmitAsync("/sign-in", "/sign-in", ("email", account.Email), ("password", password));
        Assert.Equal(303, (int)entered.Status);
        var own = await visitor.GetAsync("/account");
        Assert.Equal(200, (int)own.Status);
        await site.Inbox.NextAsync(account.Email, InboxFolder.NoticeSubject);

        Assert.Contains("trce:", site.Log, StringComparison.Ordinal);
        Assert.Contains("Request starting", site.Log, StringComparison.Ordinal);
        Assert.Equal(2, visitor.Cookies.Count());
        string[] secrets =
        [
            token,
            token.Split('.')[1],
            token.Split('.')[2],
            password,
            Uri.EscapeDataString(password),
            account.Password,
            "hopeless",
            site.App.ServerSecret,
            .. visitor.Cookies,
        ];
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, site.Log, StringComparison.Ordinal));
        foreach (var file in site.App.Files)
        {
            var bytes = await ReadAsync(file);
            Assert.All(
                secrets,
                secret =>
                    Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) < 0, $"{Path.GetFileName(file)} holds a secret."));
        }
    }

    private static async Task<byte[]> ReadAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }
}
