using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E.Processes;

/// <summary>SIGKILL at any moment of a button's press: it happened wholly or not at all.</summary>
[Guarantee(9)]
[Role("operator")]
public sealed class KillEveryLinkTests
{
    private const string Uses = "SELECT count(*) FROM RecoveryTrail WHERE Kind IN ('AddressConfirmed', 'AddressChanged', 'Secured')";

    private static readonly TimeSpan[] Delays = [TimeSpan.Zero, TimeSpan.FromMilliseconds(15), TimeSpan.FromMilliseconds(60)];

    [Theory]
    [Trait("Category", "long")]
    [InlineData("confirm", "EmailConfirmed = 1")]
    [InlineData("change", "Email LIKE 'moved-%'")]
    [InlineData("secure", "LockoutEnd = (SELECT SecuredLock FROM RecoveryAccounts WHERE AccountId = AspNetUsers.Id)")]
    public async Task A_kill_leaves_a_link_used_or_not_and_all_else_to_match(string purpose, string changed)
    {
        await using var site = await Site.StartAsync([]);
        foreach (var delay in Delays)
        {
            var account = await site.Accounts.TakeAsync(purpose == "confirm" ? AccountKind.Unconfirmed : AccountKind.Ordinary);
            var link = new Uri(await site.MailLinkAsync(purpose, account));
            var id = await DatabaseFile.AskAsync<string>(site.App, "SELECT Id FROM AspNetUsers WHERE Email = $email", account);
            var before = await DatabaseFile.AskAsync<long>(site.App, $"{Uses} AND AccountId = '{id}'");
            using var visitor = new Visitor(site.Address);
            var send = await visitor.FillInAsync(
                "/forgot-password", link.AbsolutePath, ("token", ResetForm.Token(link.ToString())), ("email", account.Email));
            var answer = TryAsync(send);
            await Task.Delay(delay, TestContext.Current.CancellationToken);
            await site.App.KillAsync();
            var promised = await answer;
            await site.App.StartAgainAsync();

            Assert.Equal(0, before);
            var uses = await DatabaseFile.AskAsync<long>(site.App, $"{Uses} AND AccountId = '{id}'");
            Assert.InRange(uses, promised ? 1 : 0, 1);
            Assert.Equal(
                uses,
                await DatabaseFile.AskAsync<long>(site.App, $"SELECT count(*) FROM AspNetUsers WHERE Id = '{id}' AND {changed}"));
            using var later = new Visitor(site.Address);
            var opened = await later.GetAsync(link.PathAndQuery);
            Assert.Equal(uses == 1 ? 410 : 200, (int)opened.Status);
            Assert.Equal("ok", await DatabaseFile.AskAsync<string>(site.App, "PRAGMA integrity_check"));
        }
    }

    private static async Task<bool> TryAsync(Func<Task<Answer>> send)
    {
        try
        {
            var answer = await send();
            Assert.Equal(303, (int)answer.Status);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
