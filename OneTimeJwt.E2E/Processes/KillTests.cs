using System.Diagnostics;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E.Processes;

/// <summary>SIGKILL at any moment of a redemption: it happened wholly or not at all.</summary>
[Guarantee(1, 9)]
[Purpose("reset")]
[Role("operator")]
public sealed class KillTests
{
    private const string Intact = "PRAGMA integrity_check";
    private const string Redemptions =
        "SELECT count(*) FROM RecoveryTrail JOIN AspNetUsers ON AspNetUsers.Id = AccountId WHERE Kind = 'Redeemed' AND Email = $email";

    // One statement, since the worker may be sending it: it is queued, or it is mailed.
    private const string Notices = """
        SELECT (SELECT count(*) FROM RecoveryOutbox JOIN AspNetUsers ON AspNetUsers.Id = AccountId
        WHERE Kind = 'PasswordChangedNotice' AND Email = $email)
             + (SELECT count(*) FROM RecoveryTrail JOIN AspNetUsers ON AspNetUsers.Id = AccountId
             WHERE Kind = 'NoticeMailed' AND Email = $email)
        """;

    [Fact]
    public Task Three_kills_leave_the_old_password_or_the_new_one_and_all_else_to_match() => RunAsync(3);

    [Fact]
    [Trait("Category", "long")]
    public Task Two_hundred_kills_leave_the_old_password_or_the_new_one_and_all_else_to_match() => RunAsync(200);

    private static async Task RunAsync(int rounds)
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        await using var site = await Site.StartAsync([]);
        var length = await MeasureAsync(site);
        var changed = 0;
        foreach (var batch in Enumerable.Range(0, rounds).Chunk(10))
        {
            var links = await Task.WhenAll(batch.Select(_ => LinkAsync(site)));
            foreach (var (i, link) in batch.Zip(links))
            {
                // The first at once, the last when it is answered; every other one towards the end, where it is written.
                var delay = i == 0 ? TimeSpan.Zero : length * (i % 2 == 0 ? random.NextDouble() : 0.6 + (0.6 * random.NextDouble()));
                var isNew = await KillAsync(site, link, i == rounds - 1 ? null : delay);
                changed += isNew ? 1 : 0;
            }
        }

        TestContext.Current.TestOutputHelper!.WriteLine(
            $"Seed {seed}: a redemption took {length.TotalMilliseconds:0} ms; of {rounds} that were killed, {changed} had happened.");
        Assert.InRange(changed, 1, rounds - 1);
    }

    private static async Task<bool> KillAsync(Site site, (TestAccount Account, string Token) link, TimeSpan? delay)
    {
        var password = link.Account.NewPassword();
        using var visitor = new Visitor(site.Address);
        var send = await ResetForm.FillInAsync(visitor, link.Token, password);
        var answer = IsAnsweredAsync(send);
        await (delay is { } some ? Task.Delay(some) : answer);
        await site.App.KillAsync();
        var promised = await answer;
        await site.App.StartAgainAsync();

        var signIns = await Task.WhenAll(
            ResetForm.SignsInAsync(site.Address, link.Account, password),
            ResetForm.SignsInAsync(site.Address, link.Account, link.Account.Password));
        Assert.Single(signIns, works => works);
        var isNew = signIns[0];
        Assert.True(isNew || !promised, "The success that was answered is gone.");
        using var later = new Visitor(site.Address);
        var opened = await later.GetAsync($"/reset-password?token={link.Token}");
        Assert.Equal(isNew ? 410 : 200, (int)opened.Status);
        Assert.Equal(isNew ? 1 : 0, await DatabaseFile.AskAsync<long>(site.App, Redemptions, link.Account));
        Assert.Equal(isNew ? 1 : 0, await DatabaseFile.AskAsync<long>(site.App, Notices, link.Account));
        Assert.Equal("ok", await DatabaseFile.AskAsync<string>(site.App, Intact));
        return isNew;
    }

    private static async Task<bool> IsAnsweredAsync(Func<Task<Answer>> send)
    {
        try
        {
            var answer = await send();
            Assert.True(answer.IsSuccess(), $"The redemption was answered with {(int)answer.Status}.");
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    // In a process that was just started, as in every round: what it calls is still to be compiled.
    private static async Task<TimeSpan> MeasureAsync(Site site)
    {
        var (account, token) = await LinkAsync(site);
        await site.App.KillAsync();
        await site.App.StartAgainAsync();
        using var visitor = new Visitor(site.Address);
        var send = await ResetForm.FillInAsync(visitor, token, account.NewPassword());
        var since = Stopwatch.StartNew();
        Assert.True(await IsAnsweredAsync(send));
        return since.Elapsed;
    }

    private static async Task<(TestAccount Account, string Token)> LinkAsync(Site site)
    {
        var account = await site.Accounts.TakeAsync(AccountKind.Ordinary);
        return (account, ResetForm.Token(await site.MailLinkAsync(account)));
    }
}
