using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Campaigns;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Database;

/// <summary>PostgreSQL whose commits wait for a standby that stops to answer: its server ends the wait with a warning
/// and a plain success.</summary>
[Trait("Category", "long")]
public sealed class SynchronousStandbyTests : IAsyncLifetime
{
    private PostgreSqlCluster _primary = null!;
    private PostgreSqlCluster _standby = null!;
    private TestApp _app = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _primary = await PostgreSqlCluster.StartAsync();
        _standby = await _primary.AddStandbyAsync();
        _app = await TestApp.StartAsync(
            on: TestDatabase.On(
                DatabaseProvider.PostgreSql,
                PostgreSqlCluster.ConnectionStringOf(_primary, _standby) + ";Command Timeout=2"));
    }

    [Fact]
    public async Task What_no_standby_confirmed_is_never_told_as_done()
    {
        var (owner, member) = (await _app.AddAccountAsync(), await _app.AddAccountAsync());
        var link = await _app.LinkForAsync(owner);
        var secure = await _app.MintAsync("secure", owner.Id);
        var admin = await _app.AddAdminAsync(ConsoleRole.Admin);
        using var visitor = _app.Open();
        using var signedIn = _app.Open();
        var (form, request, button) = (
            await visitor.GetAsync(link),
            await visitor.GetAsync("/forgot-password"),
            await visitor.GetAsync(secure));
        (await signedIn.SignInAsync(member.Email!, Passwords.Old)).LeadsTo("/account");

        await _standby.FreezeAsync();

        await IsOutOfOrderAsync(visitor.SubmitAsync(form, ("password", Passwords.New)));
        // What the server shows by now is no more certain.
        await IsOutOfOrderAsync(visitor.SubmitAsync(form, ("password", Passwords.New)));
        await IsOutOfOrderAsync(visitor.GetAsync(link));
        await IsOutOfOrderAsync(visitor.SubmitAsync(request, ("email", owner.Email!)));
        await IsOutOfOrderAsync(visitor.SubmitAsync(button, ("email", owner.Email!)));
        await IsOutOfOrderAsync(signedIn.ChangePasswordAsync(Passwords.Old, Passwords.Other));
        await Assert.ThrowsAsync<CommitInDoubtException>(() => _app.ActAsync(admin, AdminAction.RevokeLinks, member.Id));
        await Assert.ThrowsAsync<CommitInDoubtException>(() => _app.ActAsync(admin, AdminAction.MakeSupport, member.Id));
        var invited = await _app.WithAsync<InvitationSender, InvitationOutcome>(invitations =>
            invitations.SendAsync(admin.User, [new InputRow(1, MailedLinks.NewAddress())], "they start on Monday", client: null));
        Assert.Equal((0, true), (invited.Invited, invited.BrokeOff));

        await _standby.ThawAsync();
        (await visitor.GetAsync(link)).IsRefusedAs("spent");
    }

    [Fact]
    public async Task A_redemption_that_is_lost_with_the_server_was_not_told_as_done_and_the_link_works_on()
    {
        using var visitor = _app.Open();
        var (account, link, form) = await OpenAsync(visitor);

        await _standby.FreezeAsync();
        await IsOutOfOrderAsync(visitor.SubmitAsync(form, ("password", Passwords.New)));
        await _primary.KillAsync();
        // What it had been sent and not read is lost with its processes.
        await _standby.RestartAsync();
        await _standby.PromoteAsync();

        Assert.True((await visitor.RedeemAsync(link, Passwords.Other)).PasswordChanged);
        await SignsInAsync(account, Passwords.Other);
    }

    [Fact]
    public async Task A_wait_that_an_operator_ends_makes_a_redemption_no_more_certain_and_one_that_is_confirmed_later_is_told()
    {
        using var visitor = _app.Open();
        var (account, link, form) = await OpenAsync(visitor);
        await _standby.FreezeAsync();

        // Its commit is on the server and visible; the app finds it by its own event.
        var answer = visitor.SubmitAsync(form, ("password", Passwords.New));
        await Eventually.Async(
            () =>
                _primary.TellAsync(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query LIKE 'COMMIT%'"),
            count => count > 0);
        await IsOutOfOrderAsync(answer);

        await _standby.ThawAsync();
        (await visitor.GetAsync(link)).IsRefusedAs("spent");
        await FailOverAsync();
        await SignsInAsync(account, Passwords.New);
    }

    [Fact]
    public async Task A_standby_that_answers_again_in_time_makes_it_a_success()
    {
        using var visitor = _app.Open();
        var (account, link, form) = await OpenAsync(visitor);
        await _standby.FreezeAsync();

        var answer = visitor.SubmitAsync(form, ("password", Passwords.New));
        await Eventually.Async(
            () =>
                _primary.TellAsync(
                    "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query LIKE '%pg_logical_emit_message%'"),
            count => count > 0);
        await _standby.ThawAsync();

        Assert.True((await answer).PasswordChanged);
        await FailOverAsync();
        await SignsInAsync(account, Passwords.New);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        if (_standby is not null)
            await _standby.DisposeAsync();
        if (_primary is not null)
            await _primary.DisposeAsync();
    }

    private async Task<(Account Account, string Link, Answer Form)> OpenAsync(Visitor visitor)
    {
        var account = await _app.AddAccountAsync();
        var link = await _app.LinkForAsync(account);
        return (account, link, await visitor.GetAsync(link));
    }

    private async Task SignsInAsync(Account account, string password)
    {
        using var visitor = _app.Open();
        (await visitor.SignInAsync(account.Email!, password)).LeadsTo("/account");
    }

    private async Task FailOverAsync()
    {
        await _primary.KillAsync();
        await _standby.ThawAsync();
        await _standby.PromoteAsync();
    }

    private static async Task IsOutOfOrderAsync(Task<Answer> asked)
    {
        var answer = await asked;
        Assert.True(answer.Status == HttpStatusCode.ServiceUnavailable, $"{(int)answer.Status} {answer.Location} {answer.Body}");
        Assert.Contains("We can&#x2019;t say yet whether what you sent was carried out.", answer.Body, StringComparison.Ordinal);
    }
}
