using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E.Processes;

/// <summary>SIGKILL between an act and the end of its webhook: the event arrives at least once, with one id.</summary>
[Guarantee(9)]
[Role("operator")]
public sealed class EventKillTests
{
    private const string Type = "recovery.redeemed";
    private const string Waiting = "SELECT count(*) FROM RecoveryEventDeliveries";
    private const string Recorded = "SELECT lower(Id) FROM RecoveryTrail WHERE Kind = 'Redeemed' AND AccountId = ";
    private const int Rounds = 3;

    [Theory]
    [Trait("Category", "long")]
    [InlineData("once it is done", 1)]
    [InlineData("while the receiver has it", 2)]
    [InlineData("when the receiver has answered", 2)]
    public async Task An_event_outlives_kills_between_the_act_and_the_answer_with_one_id(string moment, int atMost)
    {
        await using var receiver = await EventReceiver.StartAsync();
        await using var site = await Site.StartAsync(receiver.Settings);
        for (var round = 0; round < Rounds; round++)
        {
            var account = await site.Accounts.TakeAsync(AccountKind.Ordinary);
            var id = await DatabaseFile.AskAsync<string>(site.App, "SELECT Id FROM AspNetUsers WHERE Email = $email", account);
            var killed = new TaskCompletionSource();
            Func<SentEvent, Task> kill = async sent =>
            {
                if (sent.Type != Type || sent.AccountId != id || killed.Task.IsCompleted)
                    return;

                await site.App.KillAsync();
                killed.TrySetResult();
            };
            (receiver.Before, receiver.After) = moment switch
            {
                "while the receiver has it" => (kill, null),
                "when the receiver has answered" => ((Func<SentEvent, Task>?)null, kill),
                _ => (null, null),
            };

            await RedeemAsync(site, account);
            if (receiver.Before is null && receiver.After is null)
                await site.App.KillAsync();
            else
                await killed.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            await site.App.StartAgainAsync();

            await receiver.WaitAsync(Type, id, moment == "while the receiver has it" ? 2 : 1);
            var end = DateTime.UtcNow.AddSeconds(60);
            while (await DatabaseFile.AskAsync<long>(site.App, Waiting) > 0)
            {
                Assert.True(DateTime.UtcNow < end, "Events still wait.");
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }

            var came = receiver.Events.Where(sent => sent.Type == Type && sent.AccountId == id).Select(sent => sent.Id).ToList();
            Assert.Equal([await DatabaseFile.AskAsync<string>(site.App, $"{Recorded}'{id}'")], came.Distinct());
            Assert.InRange(came.Count, 1, atMost);
        }
    }

    private static async Task RedeemAsync(Site site, TestAccount account)
    {
        var token = ResetForm.Token(await site.MailLinkAsync(account));
        using var visitor = new Visitor(site.Address);
        var send = await ResetForm.FillInAsync(visitor, token, account.NewPassword());
        try
        {
            Assert.True((await send()).IsSuccess());
        }
        catch (HttpRequestException)
        {
            // The event was quicker than the answer, and the kill as well.
        }
    }
}
