using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Campaigns;
using static OneTimeJwt.Web.Tests.App.HostWrites;

namespace OneTimeJwt.Web.Tests.Admin;

/// <summary>Whatever another application leaves in a row, the console and the check show it.</summary>
public sealed class OddRowConsoleTests(UnlimitedApps apps) : IClassFixture<UnlimitedApps>
{
    public static TheoryData<DatabaseProvider, string> ShapesOnEach => AppOnEach.Cases(Shapes.Keys);

    [Theory]
    [MemberData(nameof(ShapesOnEach))]
    public async Task Whatever_the_row_the_console_shows_it_and_the_check_ends(DatabaseProvider provider, string shape)
    {
        var app = await apps.OnAsync(provider);
        var admin = await app.AddAdminAsync(ConsoleRole.Admin);
        var account = await app.AddAccountAsync();
        await Shapes[shape](app, account);
        using var visitor = app.Open();
        Assert.Equal("/account", (await visitor.SignInAsync(admin.Account.Email!, Passwords.Old)).Location);

        foreach (var path in new[] { "/admin", $"/admin?q={account.Email}", $"/admin/accounts/{account.Id}", "/admin/glance" })
            Assert.Equal((path, HttpStatusCode.OK), (path, (await visitor.GetAsync(path)).Status));
        await app.WithAsync<AdoptionCheck, AdoptionReport>(adoption => adoption.CheckAsync());
    }

    [Fact]
    public async Task Support_can_do_nothing_to_admins_and_nothing_to_itself_whoever_gave_the_role()
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var (support, admin) = (await app.AddAdminAsync(ConsoleRole.Support), await app.AddAdminAsync(ConsoleRole.Admin));
        // Written by hand.
        var byHand = await app.AddAccountAsync();
        await HostWrites.AddAsync(app, new RecoveryRoleMember(byHand.Id, ConsoleRole.Admin));

        foreach (var act in Enum.GetValues<AdminAction>())
        {
            foreach (var target in new[] { admin.Id, byHand.Id, support.Id })
                Assert.False((await app.ActAsync(support, act, target)).Done, $"{act}");
        }

        var account = await app.AddAccountAsync(shape: row => row.LockoutEnd = DateTimeOffset.MaxValue);
        foreach (
            var act in new[]
            {
                AdminAction.Unlock,
                AdminAction.Lock,
                AdminAction.RequireReset,
                AdminAction.ResetTwoFactor,
                AdminAction.MakeSupport,
                AdminAction.MakeAdmin,
                AdminAction.RemoveRole,
                AdminAction.SendLink,
            })
            Assert.False((await app.ActAsync(support, act, account.Id)).Done, $"{act}");
        Assert.Equal(LockState.Banned, await app.LockOfAsync(account.Id));
    }

    [Theory]
    [InlineData("ban")]
    [InlineData("this was not me")]
    [InlineData("delete")]
    public async Task A_campaign_of_an_admin_who_is_out_rests(string end)
    {
        await using var app = await TestApp.StartAsync();
        var admin = await app.AddAdminAsync(ConsoleRole.Admin);
        await app.AddAdminAsync(ConsoleRole.Admin);
        var accounts = new List<Account>();
        for (var i = 0; i < 30; i++)
            accounts.Add(await app.AddAccountAsync());
        var now = app.Clock.GetUtcNow();
        var campaign = new Campaign
        {
            State = CampaignState.Running,
            Accounts = accounts.Count,
            Rate = 30,
            Chosen = "all",
            StartedBy = admin.Id,
            CreatedAt = now,
            RequiresReset = true,
            Reason = "why",
            Version = Guid.NewGuid(),
        };
        await AddAsync(
            app,
            [
                campaign,
                .. accounts.Select(
                    (account, i) =>
                        new CampaignAccount
                        {
                            CampaignId = campaign.Id,
                            Position = i,
                            AccountId = account.Id,
                        }),
            ]);
        await Eventually.Async(() => ReleasedAsync(app, campaign.Id), done => done.Released > 0);

        if (end == "ban")
            await BanAsync(app, admin.Account);
        else if (end == "delete")
            await DeleteAsync(app, admin.Id);
        else
            await PressAsync(app, await app.MintAsync("secure", admin.Id), admin.Account.Email);

        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        var (state, released) = await ReleasedAsync(app, campaign.Id);
        Assert.True(state == CampaignState.Paused, $"{state} after {released} of {accounts.Count}");
    }

    [Fact]
    public async Task A_row_that_takes_no_change_holds_no_campaign_up()
    {
        await using var app = await TestApp.StartAsync();
        var admin = await app.AddAdminAsync(ConsoleRole.Admin);
        var (stuck, free) = (await app.AddAccountAsync(shape: row => row.UserName = "stuck"), await app.AddAccountAsync());
        await app.WithAsync<AccountsContext, int>(database =>
            database.Database.ExecuteSqlAsync(
                $"""
                CREATE TRIGGER refuse BEFORE UPDATE OF "PasswordHash" ON "AspNetUsers" WHEN OLD."UserName" = 'stuck'
                BEGIN SELECT RAISE(ABORT, 'not this one'); END
                """));
        var campaign = new Campaign
        {
            State = CampaignState.Running,
            Accounts = 2,
            Rate = 6000,
            Chosen = "all",
            StartedBy = admin.Id,
            CreatedAt = app.Clock.GetUtcNow(),
            RequiresReset = true,
            Reason = "why",
            Version = Guid.NewGuid(),
        };
        await AddAsync(
            app,
            [
                campaign,
                new CampaignAccount
                {
                    CampaignId = campaign.Id,
                    Position = 0,
                    AccountId = stuck.Id,
                },
                new CampaignAccount
                {
                    CampaignId = campaign.Id,
                    Position = 1,
                    AccountId = free.Id,
                },
            ]);

        await Task.Delay(TimeSpan.FromSeconds(6), TestContext.Current.CancellationToken);

        Assert.NotEqual(free.PasswordHash, (await app.ReadAsync(free.Id)).PasswordHash);
    }
}
