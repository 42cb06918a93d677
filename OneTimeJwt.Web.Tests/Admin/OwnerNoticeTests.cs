using System.Text.RegularExpressions;
using MimeKit;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Campaigns;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Tests.Admin;

/// <summary>What owners are told by which act: what pages say beforehand is what is mailed.</summary>
public sealed partial class OwnerNoticeTests(SharedApp shared) : IClassFixture<SharedApp>
{
    // What a mail is about, a word of its text, and the page that its link leads to.
    private static readonly Dictionary<OwnerNotice, (string Subject, string Text, string? Link)> Mails = new()
    {
        [OwnerNotice.Link] = ("Choose a new password", "The people who look after accounts", "/reset-password"),
        [OwnerNotice.RequiredReset] = ("Choose a new password", "no longer works", "/reset-password"),
        [OwnerNotice.OtherProvider] = ("How you sign in", "Google", null),
        [OwnerNotice.ConfirmLink] = ("Confirm your address", "", "/confirm-email"),
        [OwnerNotice.TwoFactorReset] = ("Two-factor sign-in was turned off", "", "*"),
        [OwnerNotice.RefusedMail] = ("Two-factor sign-in is on", "", "*"),
    };

    // A password, an address, a lock, a provider: what makes a difference, and what might.
    private static readonly Dictionary<string, (string? Password, Action<Account, TestApp> Shape, bool HasProvider)> Kinds = new()
    {
        ["ordinary"] = (Passwords.Old, (_, _) => { }, false),
        ["without a password"] = (null, (_, _) => { }, false),
        ["without an address"] = (Passwords.Old, (row, _) => row.Email = null, false),
        ["locked"] = (Passwords.Old, (row, _) => row.LockoutEnd = DateTimeOffset.MaxValue, false),
        ["locked for a while"] = (Passwords.Old, (row, app) => row.LockoutEnd = app.Clock.GetUtcNow().AddMinutes(10), false),
        ["with a provider and a password"] = (Passwords.Old, (_, _) => { }, true),
        ["with a provider only"] = (null, (_, _) => { }, true),
        ["with a provider and an empty password"] = (null, (row, _) => row.PasswordHash = "", true),
        ["with a provider only, locked"] = (null, (row, _) => row.LockoutEnd = DateTimeOffset.MaxValue, true),
    };

    private readonly TestApp _app = shared.App;

    public static TheoryData<AdminAction> Actions => [.. Enum.GetValues<AdminAction>()];

    public static TheoryData<bool> Campaigns => [true, false];

    private OwnerNotices Notices => _app.Services.GetRequiredService<OwnerNotices>();

    [Theory]
    [MemberData(nameof(Actions))]
    public async Task What_is_said_of_an_act_is_what_comes(AdminAction action)
    {
        var admin = await _app.AddAdminAsync(ConsoleRole.Admin);
        var promised = new List<(string Kind, Account Account, OwnerNotice Notice)>();
        foreach (var (kind, isConfirmed) in Kinds.Keys.SelectMany(kind => new[] { (kind, true), (kind, false) }))
        {
            var account = await AddAsync(kind, isConfirmed);
            if (action == AdminAction.TryMailAgain)
                await HostWrites.AddAsync(_app, Refused(account.Id));
            var notice = await PromiseAsync(admin, action, account.Id);
            var outcome = await _app.ActAsync(admin, action, account.Id);
            // A confirmed address needs no link, and the page doesn't offer one.
            var isPointless = action == AdminAction.ConfirmAddress && isConfirmed;
            if (Mails.ContainsKey(notice) && !isPointless)
                Assert.True(outcome.Done, $"{action} on an account {kind}: {outcome.Message}");
            promised.Add(($"{kind}, confirmed: {isConfirmed}", account, isPointless ? OwnerNotice.None : notice));
        }

        await Task.WhenAll(promised.Select(promise => HasComeAsync(action, promise.Kind, promise.Account, promise.Notice)));
    }

    [Theory]
    [MemberData(nameof(Campaigns))]
    public async Task A_campaign_tells_each_owner_what_the_act_on_one_account_does(bool requiresReset)
    {
        var admin = await _app.AddAdminAsync(ConsoleRole.Admin);
        var action = requiresReset ? AdminAction.RequireReset : AdminAction.SendLink;
        var promised = new List<(string Kind, Account Account, OwnerNotice Notice)>();
        foreach (var kind in Kinds.Keys)
        {
            var account = await AddAsync(kind, isConfirmed: true);
            promised.Add((kind, account, await PromiseAsync(admin, action, account.Id)));
        }

        var campaigns = _app.Services.GetRequiredService<CampaignActions>();
        var list = new CampaignSelection(
            "", AccountFilters.None, [.. promised.Select((promise, i) => new InputRow(i + 1, promise.Account.Id))]);
        var draft = await campaigns.DraftAsync(
            admin.User, list, requiresReset, client: null, key: null, Xunit.TestContext.Current.CancellationToken);
        Assert.Null(draft.Problem);
        var start = new CampaignStart("a breach", CampaignActions.MaxRate, $"{promised.Count}", Client: null);
        Assert.Null((await campaigns.StartAsync(admin.User, draft.EventId!.Value, start)).Problem);
        var reader = _app.Services.GetRequiredService<CampaignReader>();
        await Eventually.Async(
            () => reader.ReadAsync(draft.EventId.Value, Xunit.TestContext.Current.CancellationToken),
            view => view!.Campaign.State == CampaignState.Done);

        await Task.WhenAll(promised.Select(promise => HasComeAsync(action, promise.Kind, promise.Account, promise.Notice)));
    }

    [Theory]
    [MemberData(nameof(Actions))]
    public void Every_notice_is_said_in_words_of_its_own(AdminAction action)
    {
        var texts = Enum.GetValues<OwnerNotice>().Select(AdminActionTexts.Told).ToList();

        Assert.All(texts, text => Assert.Contains("{0}", text, StringComparison.Ordinal));
        Assert.Equal(texts.Count, texts.Distinct().Count());
        Assert.Equal(OwnerNotices.MailOf(action) is null, Notices.Of(action, Bare, hasOtherProvider: false) is
            OwnerNotice.None or OwnerNotice.RefusedMail);
    }

    // The document's table has a row for each act of the API, and says of each what is mailed.
    [Fact]
    public void The_documentation_of_the_api_says_what_the_owner_is_told()
    {
        var table = File.ReadAllText(Path.Combine(Repository.Root, "docs", "API.md")).Split("| the owner is told |")[1].Split("\n\n")[0];
        var rows = Row().Matches(table)
            .ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);
        var acts = new Dictionary<string, AdminAction>
        {
            ["send-link"] = AdminAction.SendLink,
            ["confirm-address"] = AdminAction.ConfirmAddress,
            ["revoke-links"] = AdminAction.RevokeLinks,
            ["require-reset"] = AdminAction.RequireReset,
            ["lock"] = AdminAction.Lock,
            ["unlock"] = AdminAction.Unlock,
            ["reset-two-factor"] = AdminAction.ResetTwoFactor,
        };

        Assert.Equal(acts.Keys.Order(StringComparer.Ordinal), rows.Keys.Order(StringComparer.Ordinal));
        Assert.All(acts, act => Assert.Equal(OwnerNotices.MailOf(act.Value) is null, rows[act.Key] == "nothing"));
    }

    private static Account Bare => new() { Email = "ada@example.com", UserName = "ada", PasswordHash = "hash" };

    private async Task<OwnerNotice> PromiseAsync(Member admin, AdminAction action, string id)
    {
        var details = await _app.WithAsync<AccountReader, AccountDetails?>(reader => reader.ReadAsync(admin.User, id));
        return Notices.Of(action, details!.Account, details.Providers.Count > 0);
    }

    private async Task HasComeAsync(AdminAction action, string kind, Account account, OwnerNotice promised)
    {
        var waiting = await Eventually.Async(
            () => _app.WithAsync<AccountsContext, int>(database =>
                database.Outbox.CountAsync(mail => mail.AccountId == account.Id && mail.RefusedAt == null)),
            count => count == 0);
        Assert.Equal(0, waiting);
        var sent = (await _app.TrailAsync(account.Id)).Count(line => RecoveryEvent.Departures.Contains(line.Kind));
        var mails = account.Email is null ? [] : _app.Mails.To(account.Email);

        Assert.True((sent, mails.Count) == (Mails.ContainsKey(promised) ? (1, 1) : (0, 0)), $"{action}, {kind}: {promised}, {sent} sent");
        if (mails is [var mail])
            Assert.True(Is(mail, Mails[promised]), $"{action}, {kind}: {promised}, but came: {mail.Subject}\n{mail.TextBody}");
    }

    private static bool Is(MimeMessage mail, (string Subject, string Text, string? Link) expected) =>
        MailFolder.Subject(mail) == expected.Subject
        && mail.TextBody!.ReplaceLineEndings(" ").Contains(expected.Text, StringComparison.Ordinal)
        && (expected.Link == "*" || mail.TextBody.Contains("?token=", StringComparison.Ordinal) == (expected.Link is not null))
        && (expected.Link is null or "*" || mail.TextBody.Contains($"{expected.Link}?token=", StringComparison.Ordinal));

    private async Task<Account> AddAsync(string kind, bool isConfirmed)
    {
        var (password, shape, hasProvider) = Kinds[kind];
        var account = await _app.AddAccountAsync(
            password,
            row =>
            {
                (row.EmailConfirmed, row.TwoFactorEnabled) = (isConfirmed, true);
                shape(row, _app);
            });
        if (hasProvider)
            await _app.WithAsync<UserManager<Account>, IdentityResult>(async users =>
                await users.AddLoginAsync((await users.FindByIdAsync(account.Id))!, new UserLoginInfo("google", account.Id, "Google")));
        return account;
    }

    private OutboxMail Refused(string accountId)
    {
        var now = _app.Clock.GetUtcNow();
        return new OutboxMail
        {
            Kind = OutboxKind.TwoFactorOnNotice,
            AccountId = accountId,
            RequestedAt = now,
            DueAt = now,
            Attempts = 1,
            RefusedAt = now,
            Cause = "the mail server refused it with 550",
        };
    }

    [GeneratedRegex(@"^\| `([a-z-]+)` \| .*? \| ([^|]+?) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
