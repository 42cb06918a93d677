using OneTimeJwt.Web.Delivery;

namespace OneTimeJwt.Web.Tests.Delivery;

/// <summary>Mails give way to requests for a moment, and no longer.</summary>
public sealed class RequestLoadTests
{
    [Fact]
    public async Task While_requests_are_answered_only_mails_that_have_waited_are_sent()
    {
        await using var app = await TestApp.StartAsync();
        var owner = await app.AddAccountAsync();
        using var visitor = app.Open();
        var answered = new TaskCompletionSource();
        var load = app.Services.GetRequiredService<RequestLoad>();
        var other = load.CountAsync(() => answered.Task);
        var asked = app.Clock.GetUtcNow();

        await visitor.AskAsync(owner.Email!);
        await app.Mails.WaitAsync(owner.Email!, 1);
        Assert.True(load.IsBusy);
        answered.SetResult();
        await other;

        Assert.False(load.IsBusy);
        var mailed = (await app.TrailAsync(owner.Id, RecoveryEventKind.Mailed)).Single(line => line.Kind == RecoveryEventKind.Mailed);
        Assert.InRange(mailed.At - asked, RequestLoad.Patience, TimeSpan.MaxValue);
    }

    [Fact]
    public async Task A_request_that_fails_is_over()
    {
        var load = new RequestLoad();

        await Assert.ThrowsAsync<InvalidOperationException>(() => load.CountAsync(() => throw new InvalidOperationException()));

        Assert.False(load.IsBusy);
    }
}
