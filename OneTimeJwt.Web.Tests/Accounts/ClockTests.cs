using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Tests.Accounts;

/// <summary>The clock is set back two hours.</summary>
public sealed class ClockTests
{
    private static readonly TimeSpan Back = -TimeSpan.FromHours(2);

    [Fact]
    public async Task Mail_that_waits_for_another_try_or_was_leased_goes_out()
    {
        await using var app = await TestApp.StartAsync();
        var (waiting, leased) = (await app.AddAccountAsync(), await app.AddAccountAsync());
        var now = app.Clock.GetUtcNow();
        await app.WithAsync<AccountsContext, int>(database =>
        {
            database.AddRange(
                Mail(waiting, now, dueAt: now.AddMinutes(10)),
                Mail(leased, now, dueAt: now, leasedUntil: now.AddSeconds(15)));
            return database.SaveChangesAsync();
        });

        app.Clock.Move(Back);

        await app.Mails.WaitAsync(waiting.Email!);
        await app.Mails.WaitAsync(leased.Email!);
    }

    [Fact]
    public async Task A_client_that_was_turned_away_is_let_in_again()
    {
        await using var app = await TestApp.StartAsync(
            new() { ["RateLimits:PerClient:Permits"] = "2", ["RateLimits:PerClient:Window"] = "00:00:05" });
        using var visitor = app.Open();
        while ((await visitor.AskAsync("nobody@example.com")).Status != HttpStatusCode.TooManyRequests)
        {
        }

        app.Clock.Move(Back);

        Assert.Equal(
            HttpStatusCode.SeeOther,
            (
                await Eventually.Async(() => visitor.AskAsync("nobody@example.com"), answer => answer.Status == HttpStatusCode.SeeOther)
            ).Status);
    }

    private static OutboxMail Mail(Account account, DateTimeOffset now, DateTimeOffset dueAt, DateTimeOffset? leasedUntil = null) => new()
    {
        Kind = OutboxKind.ResetLink,
        AccountId = account.Id,
        RequestedAt = now,
        DueAt = dueAt,
        LeasedUntil = leasedUntil,
    };
}
