using System.Security.Cryptography;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Processes;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>The promises that no page shows.</summary>
[Role("operator")]
public sealed class PromiseTests(Suite suite)
{
    public static TheoryData<string> HostilePaths =>
        [
            "/reset-password?token=%00",
            $"/reset-password?token={new string('a', 5_000)}",
            "/reset-password?token=a.b.c",
            "/reset-password?token=eyJ.eyJ.eyJ",
            "/reset-password?token=a&token=b",
            "/confirm-email?token=%F0%9F",
            "/secure-account?token='%20OR%201=1--",
            "/no-such-page/%2e%2e/%2e%2e/etc/passwd",
            "/admin/accounts/%00",
        ];

    [Fact]
    [Guarantee(3)]
    [Purpose("reset")]
    public async Task Whoever_has_a_copy_of_the_database_and_not_the_server_secret_makes_no_link_that_opens()
    {
        await using var site = await Site.StartAsync([]);
        var account = await site.Accounts.TakeAsync(AccountKind.Ordinary);
        await site.App.KillAsync();
        string forged;
        await using (
            var thief = await RunningApp.StartAsync(
                new() { ["Tokens__Secrets__0__Value"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) },
                beside: site.App))
        {
            using var visitor = new Visitor(thief.Address);
            var asked = await visitor.SubmitAsync("/forgot-password", "/forgot-password", ("email", account.Email));
            forged = (await site.Inbox.NextAsync(account.Email, InboxFolder.ResetSubject)).Link;
            var works = await visitor.GetAsync(new Uri(forged).PathAndQuery);
            Assert.Equal(200, (int)works.Status);
        }

        await site.App.StartAgainAsync();
        using var victim = new Visitor(site.Address);
        var refused = await victim.GetAsync(new Uri(forged).PathAndQuery);
        Assert.Equal(400, (int)refused.Status);
        Assert.Contains("data-verdict=\"invalid\"", refused.Body, StringComparison.Ordinal);
        Assert.True(await ResetForm.SignsInAsync(site.Address, account, account.Password));
    }

    [Fact]
    [Guarantee(7, 8)]
    [Purpose("reset")]
    public async Task A_request_with_another_host_gets_a_link_to_the_public_origin_and_no_longer_than_allowed()
    {
        Assert.SkipWhen(suite.Browsers.Missing is not null, suite.Browsers.Missing ?? "");
        var origin = suite.Site.App.Address;
        var account = await suite.Site.Accounts.TakeAsync(AccountKind.Ordinary);
        using var visitor = new Visitor(origin, host: "evil.example");
        var asked = await visitor.SubmitAsync("/forgot-password", "/forgot-password", ("email", account.Email));
        Assert.Equal("/forgot-password/sent", asked.Location);

        var link = (await suite.Site.Inbox.NextAsync(account.Email, InboxFolder.ResetSubject)).Link;
        Assert.StartsWith(new Uri(origin, "/reset-password?token=").ToString(), link, StringComparison.Ordinal);
        Assert.InRange(link.Length, 1, 2000);
    }

    [Fact]
    [Guarantee(8)]
    public Task A_guard_that_no_link_can_pass_is_refused_at_start() =>
        IsRefusedAsync("Recovery__MaxLinkLength", "100", "Recovery:MaxLinkLength is 100");

    [Fact]
    [Guarantee(12)]
    public Task An_inbox_folder_outside_Development_is_refused_at_start() =>
        IsRefusedAsync("ASPNETCORE_ENVIRONMENT", "Production", "Mail:Transport Inbox exists in Development only");

    [Theory]
    [MemberData(nameof(HostilePaths))]
    [Guarantee(11)]
    public async Task Hostile_input_is_refused_in_words(string path)
    {
        Assert.SkipWhen(suite.Browsers.Missing is not null, suite.Browsers.Missing ?? "");
        using var visitor = new Visitor(suite.Site.Address);
        var answer = await visitor.GetAsync(path);
        var page = answer.Body;

        Assert.InRange((int)answer.Status, 300, 499);
        Assert.DoesNotContain("Exception", page, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", page, StringComparison.Ordinal);
    }

    private static async Task IsRefusedAsync(string setting, string value, string words)
    {
        Assert.SkipWhen(Site.IsDeployed, "Needs an app of its own.");
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => RunningApp.StartAsync(new() { [setting] = value }));
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
    }
}
