using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Campaigns;
using OneTimeJwt.Web.Events;
using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.App;

/// <summary>Does once what the app can do, so that every query of it is seen.</summary>
internal static class EveryFeature
{
    public static async Task WalkAsync(TestApp app, CancellationToken cancellationToken)
    {
        await RecoverAsync(app);
        await UseEveryLinkAsync(app);
        await UseUpBudgetAsync(app, cancellationToken);
        var admin = await app.AddAdminAsync(ConsoleRole.Admin);
        await ActAsync(app, admin);
        await SearchAsync(app, cancellationToken);
        await ReadTrailAsync(app, admin, cancellationToken);
        await SendToManyAsync(app, admin, cancellationToken);
        await app
            .Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>()
            .OfType<TrailRetention>()
            .Single()
            .SweepAsync(cancellationToken);
        await app.Services.GetRequiredService<DeletedAccounts>().SweepAsync(cancellationToken);
        await KeepFiltersAsync(app, admin, cancellationToken);
        await app.Services.GetRequiredService<OutboxQueue>().RemoveRefusedAsync(TimeSpan.FromDays(1), cancellationToken);
        await app.Services.GetRequiredService<OutboxStatus>().ReadAsync(cancellationToken);
        await SendEventsAsync(app, cancellationToken);
        await app.Services.GetRequiredService<DashboardReader>().QueueAsync(cancellationToken);
        await app.Services.GetRequiredService<DashboardReader>().FunnelAsync(cancellationToken);
    }

    // As a worker would for a destination, of which the app has none.
    private static async Task SendEventsAsync(TestApp app, CancellationToken cancellationToken)
    {
        var (queue, now) = (app.Services.GetRequiredService<EventQueue>(), app.Clock.GetUtcNow());
        await app.WithAsync<AccountsContext, int>(database =>
        {
            database.AddRange(Enumerable.Range(0, 3).Select(i => new EventDelivery
            {
                EventId = Guid.NewGuid(),
                Destination = "siem",
                AccountId = $"{i}",
                WrittenAt = now,
                DueAt = now,
            }));
            return database.SaveChangesAsync(cancellationToken);
        });
        var leased = await queue.LeaseAsync("siem", max: 3, cancellationToken);
        Assert.Equal(3, leased.Count);
        await queue.RetryLaterAsync(leased[0], wait: null);
        await queue.PutBackAsync([leased[1]]);
        await queue.BringForwardAsync("siem");
        await queue.RemoveAsync(leased);
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
        await app.WithAsync<UserManager<Account>, IList<UserPasskeyInfo>>(async users =>
            await users.GetPasskeysAsync((await users.FindByIdAsync(account.Id))!));
    }

    private static async Task UseEveryLinkAsync(TestApp app)
    {
        foreach (var purpose in LinkPurposes.Own)
        {
            using var visitor = app.Open();
            (await visitor.UseAsync(await MailedLinks.OfAsync(app, purpose.Name))).IsUsed(purpose.Name);
        }
    }

    // What is asked once a budget is used up and the interval since the last mail is over.
    private static async Task UseUpBudgetAsync(TestApp app, CancellationToken cancellationToken)
    {
        var account = await app.AddAccountAsync(shape: row => row.EmailConfirmed = false);
        var (budgets, now) = (app.Services.GetRequiredService<MailRateLimiter>(), app.Clock.GetUtcNow());
        var key = new BudgetKey(budgets.Recipient(account.Email!), MailedLinks.Purpose("reset"), ByAdmin: false);
        foreach (var owner in new[] { account.Id, "another" })
            await budgets.ObstacleAsync(
                key,
                account,
                [.. Enumerable.Repeat(new RecentMail(owner, now - TimeSpan.FromMinutes(10)), 5)],
                cancellationToken);
    }

    private static async Task ActAsync(TestApp app, Member admin)
    {
        var account = await app.AddAccountAsync();
        foreach (
            var act in new[]
            {
                AdminAction.SendLink,
                AdminAction.ConfirmAddress,
                AdminAction.RevokeLinks,
                AdminAction.RequireReset,
                AdminAction.Lock,
                AdminAction.Unlock,
                AdminAction.TryMailAgain,
                AdminAction.ResetTwoFactor,
                AdminAction.MakeSupport,
                AdminAction.RemoveRole,
            })
            await app.ActAsync(admin, act, account.Id);
        await app.WithAsync<InvitationSender, InvitationOutcome>(invitations =>
            invitations.SendAsync(
                admin.User,
                [new InputRow(1, MailedLinks.NewAddress()), new InputRow(2, account.Email!)],
                "they start on Monday",
                client: null));
        await app.WithAsync<AccountReader, AccountDetails?>(reader => reader.ReadAsync(admin.User, account.Id));
    }

    private static async Task SearchAsync(TestApp app, CancellationToken cancellationToken)
    {
        var search = app.Services.GetRequiredService<AccountSearch>();
        foreach (var text in new[] { "", "user-" })
        {
            foreach (
                var filters in new[]
                {
                    AccountFilters.None,
                    AccountFilters.LinkOut,
                    AccountFilters.Locked | AccountFilters.Unconfirmed | AccountFilters.NoPassword | AccountFilters.TwoFactor,
                })
            {
                var page = await search.PageAsync(text, filters, max: 2, cancellationToken: cancellationToken);
                if (page.Next is not null)
                    await search.PageAsync(text, filters, page.Next, max: 2, cancellationToken);
            }
        }
    }

    private static async Task ReadTrailAsync(TestApp app, Member admin, CancellationToken cancellationToken)
    {
        var trail = app.Services.GetRequiredService<TrailReader>();
        var (now, actor) = (app.Clock.GetUtcNow(), admin.Account.Email!);
        TrailQuery[] wanted =
        [
            new(),
            new(Account: actor),
            new(Actor: actor),
            new(Kind: RecoveryEventKind.Mailed),
            new(From: now.AddDays(-1), To: now),
            new(Nonce: "0123456789abcdef"),
            new(Campaign: Guid.NewGuid()),
        ];
        foreach (var query in wanted)
        {
            var page = await trail.PageAsync(query, new TrailCursor(now, Guid.NewGuid()), cancellationToken: cancellationToken);
            Assert.NotNull(page.Lines);
        }
    }

    private static async Task KeepFiltersAsync(TestApp app, Member admin, CancellationToken cancellationToken)
    {
        var filters = app.Services.GetRequiredService<SavedFilters>();
        Assert.Null(await filters.SaveAsync(admin.User, FilterPage.Trail, "locked", "kind=Locked"));
        var kept = await filters.AllAsync(admin.User, FilterPage.Trail, cancellationToken);
        Assert.Null(await filters.RenameAsync(admin.User, FilterPage.Trail, kept[0].Id, "locks"));
        await app.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>()
            .OfType<SavedFilterRetention>()
            .Single()
            .SweepAsync(cancellationToken);
        Assert.Null(await filters.DeleteAsync(admin.User, FilterPage.Trail, kept[0].Id));
    }

    private static async Task SendToManyAsync(TestApp app, Member admin, CancellationToken cancellationToken)
    {
        var campaigns = app.Services.GetRequiredService<CampaignActions>();
        var account = await app.AddAccountAsync();
        var list = AccountListMatcher.ReadLines($"{account.Email}\n{account.Id}\nnobody");
        var draft = await campaigns.DraftAsync(
            admin.User,
            new CampaignSelection("", AccountFilters.None, list),
            requiresReset: true,
            client: null,
            key: null,
            cancellationToken);
        var id = draft.EventId!.Value;
        var start = new CampaignStart("a breach", CampaignActions.MaxRate, "1", Client: null);
        Assert.Null((await campaigns.StartAsync(admin.User, id, start)).Problem);
        var reader = app.Services.GetRequiredService<CampaignReader>();
        await Eventually.Async(() => reader.ReadAsync(id, cancellationToken), now => now!.Campaign.State == CampaignState.Done);
        await reader.LatestAsync(cancellationToken);
        await foreach (var _ in reader.ResultsAsync(id, cancellationToken))
        {
        }

        await foreach (var _ in reader.LinesAsync(id, cancellationToken))
        {
        }
    }
}
