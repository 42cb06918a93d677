using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Recovery;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.App;

/// <summary>Does once what the app can do, so that every query of it is seen.</summary>
internal static class EveryRoad
{
    public static async Task WalkAsync(TestApp app, CancellationToken cancellationToken)
    {
        await RecoverAsync(app);
        await UseEveryLinkAsync(app);
        await UseUpBudgetAsync(app, cancellationToken);
        var admin = await app.HireAsync(ConsoleRole.Admin);
        await ActAsync(app, admin);
        await SearchAsync(app, cancellationToken);
        await ReadTrailAsync(app, admin, cancellationToken);
        await SendToManyAsync(app, admin, cancellationToken);
        await app.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<TrailRetention>().Single().SweepAsync(cancellationToken);
        await app.Services.GetRequiredService<Outbox>().RemoveRefusedAsync(TimeSpan.FromDays(1), cancellationToken);
        await app.Services.GetRequiredService<Backlog>().ReadAsync(cancellationToken);
        await app.Services.GetRequiredService<GlanceReader>().QueueAsync(cancellationToken);
        await app.Services.GetRequiredService<GlanceReader>().FunnelAsync(cancellationToken);
    }

    private static async Task RecoverAsync(TestApp app)
    {
        var account = await app.AddAccountAsync();
        using var visitor = app.Open();
        await visitor.AskAsync("nobody@example.com");
        var link = await app.LinkForAsync(account);
        await visitor.GetAsync(link);
        Assert.True((await visitor.RedeemAsync(link, Passwords.New)).PasswordChanged);
        await visitor.GetAsync(link);
        await visitor.SignInAsync(account.Email!, Passwords.Old);
        Assert.Equal("/account", (await visitor.SignInAsync(account.Email!, Passwords.New)).Location);
        await visitor.GetAsync("/account");
        await app.WithAsync<UserManager<Account>, IList<UserPasskeyInfo>>(async users => await users.GetPasskeysAsync((await users.FindByIdAsync(account.Id))!));
    }

    private static async Task UseEveryLinkAsync(TestApp app)
    {
        foreach (var purpose in LinkPurposes.Own)
        {
            using var visitor = app.Open();
            (await visitor.UseAsync(await Links.OfAsync(app, purpose.Name))).IsUsed(purpose.Name);
        }
    }

    // What is asked once a budget is used up and the interval since the last mail is over.
    private static async Task UseUpBudgetAsync(TestApp app, CancellationToken cancellationToken)
    {
        var account = await app.AddAccountAsync(shape: row => row.EmailConfirmed = false);
        var (budgets, now) = (app.Services.GetRequiredService<MailBudgets>(), app.Clock.GetUtcNow());
        var key = new BudgetKey(budgets.Recipient(account.Email!), Links.Purpose("reset"), ByAdmin: false);
        foreach (var owner in new[] { account.Id, "another" })
            await budgets.ObstacleAsync(key, account, [.. Enumerable.Repeat(new RecentMail(owner, now - TimeSpan.FromMinutes(10)), 5)], cancellationToken);
    }

    private static async Task ActAsync(TestApp app, Member admin)
    {
        var account = await app.AddAccountAsync();
        foreach (var act in new[] { AccountAct.SendLink, AccountAct.ConfirmAddress, AccountAct.KillLinks, AccountAct.RequireReset, AccountAct.Lock, AccountAct.Unlock, AccountAct.TryMailAgain, AccountAct.ResetTwoFactor, AccountAct.MakeSupport, AccountAct.RemoveRole })
            await app.ActAsync(admin, act, account.Id);
        await app.WithAsync<Invitations, InvitationOutcome>(invitations => invitations.SendAsync(admin.User, [new ListedName(1, Links.NewAddress()), new ListedName(2, account.Email!)], "they start on Monday", client: null));
        await app.WithAsync<AccountReader, AccountFile?>(reader => reader.ReadAsync(admin.User, account.Id));
    }

    private static async Task SearchAsync(TestApp app, CancellationToken cancellationToken)
    {
        var search = app.Services.GetRequiredService<AccountSearch>();
        foreach (var text in new[] { "", "user-" })
        {
            foreach (var filters in new[] { AccountFilters.None, AccountFilters.LinkOut, AccountFilters.Locked | AccountFilters.Unconfirmed | AccountFilters.NoPassword | AccountFilters.TwoFactor })
            {
                var page = await search.PageAsync(text, filters, most: 2, cancellationToken: cancellationToken);
                if (page.Next is not null)
                    await search.PageAsync(text, filters, page.Next, most: 2, cancellationToken);
            }
        }
    }

    private static async Task ReadTrailAsync(TestApp app, Member admin, CancellationToken cancellationToken)
    {
        var trail = app.Services.GetRequiredService<TrailReader>();
        var (now, actor) = (app.Clock.GetUtcNow(), admin.Account.Email!);
        TrailQuery[] wanted =
        [
            new(), new(Account: actor), new(Actor: actor), new(Kind: RecoveryEventKind.Mailed), new(From: now.AddDays(-1), To: now), new(Nonce: "0123456789abcdef"), new(Campaign: Guid.NewGuid()),
        ];
        foreach (var query in wanted)
        {
            var page = await trail.PageAsync(query, new TrailCursor(now, Guid.NewGuid()), cancellationToken);
            Assert.NotNull(page.Lines);
        }
    }

    private static async Task SendToManyAsync(TestApp app, Member admin, CancellationToken cancellationToken)
    {
        var campaigns = app.Services.GetRequiredService<Campaigns>();
        var account = await app.AddAccountAsync();
        var list = AccountMatch.ReadLines($"{account.Email}\n{account.Id}\nnobody");
        var (id, _) = await campaigns.DraftAsync(admin.User, new BulkChoice("", AccountFilters.None, list), requiresReset: true, client: null, cancellationToken);
        Assert.Null(await campaigns.StartAsync(admin.User, id!.Value, new CampaignStart("a breach", Campaigns.MostRate, "1", Client: null)));
        var reader = app.Services.GetRequiredService<CampaignReader>();
        await Eventually.Async(() => reader.ReadAsync(id.Value, cancellationToken), now => now!.Campaign.State == CampaignState.Done);
        await reader.LatestAsync(cancellationToken);
        await foreach (var _ in reader.ResultsAsync(id.Value, cancellationToken))
        {
        }
    }
}
