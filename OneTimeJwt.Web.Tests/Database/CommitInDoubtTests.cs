using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Campaigns;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Database;

/// <summary>What somebody does is carried out once, and told right, where the connection breaks around its commit.</summary>
public sealed class CommitInDoubtTests(CommitInDoubtTests.Apps apps) : IClassFixture<CommitInDoubtTests.Apps>
{
    private readonly CommitBreaker _written = apps.Written;
    private readonly CommitBreaker _notWritten = apps.NotWritten;

    public static TheoryData<DatabaseProvider, AdminAction> Acts => new(
        from provider in AppOnEach.Providers
        from act in Enum.GetValues<AdminAction>()
        where act is not (AdminAction.TryMailAgain or AdminAction.ResetTwoFactor)
        select (provider, act));

    public static TheoryData<DatabaseProvider> Providers => [.. AppOnEach.Providers];

    [Theory]
    [MemberData(nameof(Acts))]
    public async Task An_act_whose_commit_was_done_all_the_same_is_told_as_done_and_not_repeated(DatabaseProvider provider, AdminAction act)
    {
        var app = await apps.OnAsync(provider);
        var (admin, account) = (await app.AddAdminAsync(ConsoleRole.Admin), await AccountForAsync(app, act));
        _written.Arm(admin.Id);

        var outcome = await app.ActAsync(admin, act, account.Id);

        Assert.True(_written.IsOver);
        Assert.True(outcome.Done, outcome.Message);
        var lines = (await app.TrailAsync(account.Id)).Where(line => line.Actor == admin.Id && line.Reason is not null).ToList();
        Assert.Equal(act == AdminAction.RemoveRole ? Enum.GetValues<ConsoleRole>().Length : 1, lines.Count);
        if (act is AdminAction.SendLink or AdminAction.ConfirmAddress or AdminAction.RequireReset)
        {
            await app.Mails.WaitAsync(account.Email!);
            Assert.Equal(0, await Eventually.Async(app.OutboxAsync, count => count == 0));
            Assert.Single(app.Mails.To(account.Email!));
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task An_act_whose_commit_was_not_done_is_tried_again_or_told_as_not_done(DatabaseProvider provider)
    {
        var app = await apps.OnAsync(provider);
        var (admin, account) = (await app.AddAdminAsync(ConsoleRole.Admin), await app.AddAccountAsync());
        _notWritten.Arm(admin.Id);

        var act = app.ActAsync(admin, AdminAction.Lock, account.Id);
        // SQLite is on this machine: a commit that fails there is not tried again.
        if (provider == DatabaseProvider.Sqlite)
            Assert.IsNotType<CommitInDoubtException>(await Record.ExceptionAsync(() => act));
        else
            Assert.True((await act).Done);

        Assert.True(_notWritten.IsOver);
        Assert.Equal(
            provider == DatabaseProvider.Sqlite ? 0 : 1,
            (await app.TrailAsync(account.Id)).Count(line => line.Kind == RecoveryEventKind.Locked));
        Assert.Equal(provider != DatabaseProvider.Sqlite, (await app.ReadAsync(account.Id)).LockoutEnd is not null);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_campaign_whose_start_was_written_all_the_same_is_started(DatabaseProvider provider)
    {
        var app = await apps.OnAsync(provider);
        var (admin, account) = (await app.AddAdminAsync(ConsoleRole.Admin), await app.AddAccountAsync());
        var campaigns = app.Services.GetRequiredService<CampaignActions>();
        var draft = await campaigns.DraftAsync(
            admin.User,
            new CampaignSelection(account.Email!, AccountFilters.None, List: null),
            requiresReset: false,
            client: null,
            key: null,
            TestContext.Current.CancellationToken);
        _written.Arm(admin.Id);

        var start = new CampaignStart("a breach", 60, "1", Client: null);
        Assert.Null((await campaigns.StartAsync(admin.User, draft.EventId!.Value, start)).Problem);

        Assert.True(_written.IsOver);
        Assert.Single(await app.TrailAsync(), line => line.CampaignId == draft.EventId && line.Kind == RecoveryEventKind.CampaignStarted);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_role_that_the_command_line_gives_is_told_as_given(DatabaseProvider provider)
    {
        var app = await apps.OnAsync(provider);
        var account = await app.AddAccountAsync();
        _written.Arm(account.Id);

        Assert.Equal(RoleOutcome.Done, await app.Roles().GrantAsync(account.Id, ConsoleRole.Support));

        Assert.True(_written.IsOver);
        Assert.Single(await app.TrailAsync(account.Id), line => line.Kind == RecoveryEventKind.RoleGranted);
    }

    [Fact]
    public async Task A_password_that_was_changed_all_the_same_is_told_as_changed()
    {
        var app = await apps.OnAsync(DatabaseProvider.PostgreSql);
        var account = await app.AddAccountAsync();
        using var visitor = app.Open();
        await visitor.SignInAsync(account.Email!, Passwords.Old);
        _written.Arm(account.Id);

        (await visitor.ChangePasswordAsync(Passwords.Old, Passwords.New)).LeadsTo("/account?changed");

        Assert.True(_written.IsOver);
        Assert.Single(await app.TrailAsync(account.Id), line => line.Kind == RecoveryEventKind.PasswordChanged);
    }

    private static async Task<Account> AccountForAsync(TestApp app, AdminAction act)
    {
        var account = await app.AddAccountAsync(shape: row =>
        {
            row.EmailConfirmed = act != AdminAction.ConfirmAddress;
            row.LockoutEnd = act == AdminAction.Unlock ? DateTimeOffset.MaxValue : null;
        });
        foreach (var role in act == AdminAction.RemoveRole ? Enum.GetValues<ConsoleRole>() : [])
            await app.Roles().GrantAsync(account.Id, role);
        return account;
    }

    /// <summary>One app for each kind of database.</summary>
    public sealed class Apps : IAsyncDisposable
    {
        private readonly Dictionary<DatabaseProvider, TestApp> _apps = [];

        internal CommitBreaker Written { get; } = new(isWritten: true);

        internal CommitBreaker NotWritten { get; } = new(isWritten: false);

        public async Task<TestApp> OnAsync(DatabaseProvider provider) =>
            _apps.TryGetValue(provider, out var app)
                ? app
                : _apps[provider] = await TestApp.StartAsync(
                    provider: provider,
                    replace: services =>
                        services.ConfigureDbContext<AccountsContext>(options => options.AddInterceptors(Written, NotWritten)));

        public async ValueTask DisposeAsync()
        {
            foreach (var app in _apps.Values)
                await app.DisposeAsync();
        }
    }
}
