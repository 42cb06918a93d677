using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Processes;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>The suite against a site that it did not start: behind nginx under another origin, its mails in an IMAP mailbox.</summary>
[Trait("Category", "long")]
[Role("operator")]
public sealed class DeployedTests
{
    [Fact]
    public async Task A_deployed_site_is_tried_with_invited_accounts_and_left_as_it_was()
    {
        Assert.SkipWhen(Site.IsDeployed, "Needs an app of its own.");
        await using var dovecot = await Dovecot.StartAsync();
        await using var relay = new SmtpDouble { Taken = dovecot.AppendAsync };
        await using var nginx = new Nginx();
        await using var app = await RunningApp.StartAsync(new(RunningApp.AsShipped.Concat(RunningApp.MailingTo(relay.Port)))
        {
            ["Recovery__PublicOrigin"] = nginx.Address.GetLeftPart(UriPartial.Authority),
            ["Security__KnownProxies__0"] = "127.0.0.1",
        });
        await nginx.StartAsync(app);

        using var run = await SuiteRun.StartAsync(
            new()
            {
                ["E2E_BASE_URL"] = nginx.Address.ToString(),
                ["E2E_MAILBOX"] = "imap",
                ["E2E_IMAP_URL"] = dovecot.Url,
                ["E2E_INVITE_ADDRESS"] = "guest-*@example.org",
            },
            "-class", "*.ReplayRejectionTests", "-class", "*.SessionRevocationTests");

        Assert.Empty(run.Tests.Where(test => test.Failed).Select(test => $"{test.Words}: {test.Reason}"));
        Assert.Contains(run.Tests, test => test.Result == "Pass" && test.Guarantees.Contains("G1"));
        Assert.Contains(run.Tests, test => test.Result == "Pass" && test.Guarantees.Contains("G10"));
        Assert.All(run.Tests.Where(test => test.Result == "Skip"), test => Assert.NotEqual("", test.Reason));
        Assert.Contains(
            run.Tests,
            test => test.Result == "Skip" && test.Reason.Contains("E2E_BASE_URL names a deployed one", StringComparison.Ordinal));

        foreach (var account in Seeds.Read().Where(account => account.Kind is AccountKind.Ordinary or AccountKind.Admin))
            Assert.True(await ResetForm.SignsInAsync(app.Address, account, account.Password), account.Email);
        Assert.Contains("locked, no page deletes it", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("could not be", run.Output, StringComparison.Ordinal);
        Assert.Equal(
            0L,
            await DatabaseFile.AskAsync<long>(
                app,
                "SELECT count(*) FROM AspNetUsers WHERE Email LIKE 'guest-%' AND (LockoutEnd IS NULL OR LockoutEnd < '9999')"));
    }
}
