using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Campaigns;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Accounts;

/// <summary>Addresses with a domain beyond ASCII, which has two forms, and addresses that few mail programs take.</summary>
public sealed class InternationalAddressTests(UnlimitedApps apps) : IClassFixture<UnlimitedApps>
{
    // Chromium posts what is typed into a field for addresses with its domain as an A-label.
    private static readonly Dictionary<string, (string Stored, string Typed)> Domains = new()
    {
        ["stored as U-label, posted as A-label"] = ("bücher.example", "xn--bcher-kva.example"),
        ["stored as U-label, posted so"] = ("bücher.example", "BÜCHER.example"),
        ["stored as A-label, posted as U-label"] = ("xn--bcher-kva.example", "bücher.example"),
        ["stored as A-label, posted so"] = ("xn--bcher-kva.example", "XN--BCHER-KVA.example"),
        ["stored in capitals, posted as A-label"] = ("BÜCHER.EXAMPLE", "xn--bcher-kva.example"),
        ["stored with ß, posted as A-label"] = ("straße.example", "xn--strae-oqa.example"),
        ["stored as A-labels, posted as labels of both kinds"] = ("xn--bcher-kva.xn--fiqs8s", "bücher.xn--fiqs8s"),
    };

    public static TheoryData<DatabaseProvider, string> OnEach => AppOnEach.Cases(Domains.Keys);

    public static TheoryData<DatabaseProvider> Providers => [.. AppOnEach.Providers];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(OnEach))]
    public async Task An_account_gets_its_mail_and_signs_in_by_either_form(DatabaseProvider provider, string kind)
    {
        var (app, account, typed) = await AccountAsync(provider, kind);
        using var visitor = app.Open();

        Assert.Equal("/forgot-password/sent", (await visitor.AskAsync(typed)).Location);
        var mail = Assert.Single(await app.Mails.WaitAsync(account.Email!));
        Assert.True((await visitor.RedeemAsync(MailFolder.Link(mail), Passwords.New)).PasswordChanged);

        Assert.Equal("/account", (await visitor.SignInAsync(typed, Passwords.New)).Location);
    }

    [Theory]
    [MemberData(nameof(OnEach))]
    public async Task Nobody_else_gets_the_address_by_its_other_form(DatabaseProvider provider, string kind)
    {
        var (app, account, typed) = await AccountAsync(provider, kind);
        var other = await app.AddAccountAsync();
        using var owner = app.Open();
        await owner.SignInAsync(account.Email!, Passwords.Old);
        using var stranger = app.Open();
        await stranger.SignInAsync(other.Email!, Passwords.Old);

        var same = await owner.AskForAddressAsync(typed, Passwords.Old);
        Assert.Equal("/account/email/sent", (await stranger.AskForAddressAsync(typed, Passwords.Old)).Location);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, same.Status);
        Assert.Contains("account’s address already", WebUtility.HtmlDecode(same.Body), StringComparison.Ordinal);
        Assert.Equal("This address has an account already", MailFolder.Subject(Assert.Single(await app.Mails.WaitAsync(typed))));
        var outcome = await InviteAsync(app, typed);
        Assert.Equal("has an account that can’t be invited", Assert.Single(outcome.Left).Why);
    }

    [Theory]
    [MemberData(nameof(OnEach))]
    public async Task The_console_finds_an_account_by_either_form(DatabaseProvider provider, string kind)
    {
        var (app, account, typed) = await AccountAsync(provider, kind);
        using var visitor = app.Open();
        await app.LinkForAsync(account);
        var (match, search, trail) = (
            app.Services.GetRequiredService<AccountListMatcher>(),
            app.Services.GetRequiredService<AccountSearch>(),
            app.Services.GetRequiredService<TrailReader>());

        var listed = await match.NextAsync(
            new CampaignSelection("", AccountFilters.None, [new InputRow(1, typed)]),
            after: null,
            Cancellation);
        var found = await search.PageAsync(typed, AccountFilters.None, cancellationToken: Cancellation);
        var lines = await trail.PageAsync(new TrailQuery(Account: typed), cancellationToken: Cancellation);

        Assert.Equal([account.Id], Assert.Single(listed.Lines).AccountIds);
        Assert.Equal([account.Id], found.Rows.Select(row => row.Id));
        Assert.NotEmpty(lines.Lines);
        Assert.All(lines.Lines, line => Assert.Equal(account.Id, line.AccountId));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Two_accounts_of_one_address_get_a_mail_each_and_have_one_budget(DatabaseProvider provider)
    {
        var app = await apps.OnAsync(provider);
        var name = $"user-{Guid.NewGuid():N}";
        var accounts = new List<Account>();
        foreach (var domain in new[] { "bücher.example", "xn--bcher-kva.example" })
            accounts.Add(await app.AddAccountAsync(shape: row => row.UserName = row.Email = $"{name}@{domain}"));
        using var visitor = app.Open();

        await visitor.AskAsync($"{name}@bücher.example");
        var mails = await app.Mails.WaitAsync(accounts[0].Email!, 2);

        Assert.All(
            accounts,
            account => Assert.Single(mails, mail => mail.TextBody!.Contains($"{account.UserName}.", StringComparison.Ordinal)));
        // A mail is out before its line is written.
        var trail = await Eventually.Async(() => app.TrailAsync(), lines => lines.Count(IsMailed) == 2);
        var hashes = trail.Where(IsMailed).Select(line => line.AddressHash).ToList();
        Assert.Equal(2, hashes.Count);
        Assert.Single(hashes.Distinct());

        bool IsMailed(RecoveryEvent line) => line.Kind == RecoveryEventKind.Mailed && accounts.Any(account => account.Id == line.AccountId);
    }

    [Theory]
    [InlineData("{0}@bücher.example", "{0}@xn--bcher-kva.example")]
    [InlineData("{0}@example.com", "{0}@EXAMPLE.com")]
    public async Task An_address_without_an_account_has_one_hash_which_is_as_ever_where_it_is_ASCII(string one, string other)
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var name = $"nobody-{Guid.NewGuid():N}";
        var texts = new[] { one, other }.Select(text => text.Replace("{0}", name, StringComparison.Ordinal)).ToList();
        using var visitor = app.Open();
        var hash = app.Services.GetRequiredService<ServerSecrets>().HashAddress(texts[1].ToUpperInvariant());

        foreach (var text in texts)
            await visitor.AskAsync(text);

        var lines = await Eventually.Async(() => app.TrailAsync(), trail => trail.Count(line => line.AddressHash == hash) == 2);
        Assert.All(lines.Where(line => line.AddressHash == hash), line => Assert.Equal("no such account", line.Detail));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Known_and_unknown_addresses_get_one_answer(DatabaseProvider provider)
    {
        var (app, account, _) = await AccountAsync(provider, "stored as U-label, posted so");
        using var visitor = app.Open();
        var classes = new HashSet<string>();
        foreach (
            var address in new[]
            {
                account.Email!,
                account.Email!.Replace("bücher", "xn--bcher-kva", StringComparison.Ordinal),
                "nobody@bücher.example",
                "nobody@xn--bcher-kva.example",
                "nobody@xn--a.example",
            })
        {
            classes.Add($"ask {AnswerMask.Class(await visitor.AskAsync(address), address)}");
            classes.Add($"enter {AnswerMask.Class(await visitor.SignInAsync(address, Passwords.Other), address)}");
        }

        Assert.Equal(2, classes.Count);
    }

    [Theory]
    [InlineData("taro..{0}@docomo.example")]
    [InlineData("{0}.@docomo.example")]
    [InlineData("用户-{0}@example.com")]
    [InlineData("{0}@xn--a.example")]
    public async Task An_address_that_few_programs_take_gets_its_mail_like_any_other(string pattern)
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var address = pattern.Replace("{0}", $"{Guid.NewGuid():N}", StringComparison.Ordinal);
        var account = await app.AddAccountAsync(shape: row => row.UserName = row.Email = address);
        using var visitor = app.Open();

        Assert.True((await visitor.RedeemAsync(await app.LinkForAsync(account), Passwords.New)).PasswordChanged);
        Assert.Equal("/account", (await visitor.SignInAsync(address, Passwords.New)).Location);
        var wanted = $"x{address}";
        Assert.Equal(1, (await InviteAsync(app, wanted)).Invited);
        (await visitor.UseAsync(MailFolder.Link(Assert.Single(await app.Mails.WaitAsync(wanted))))).IsUsed("invite");
    }

    [Fact]
    public async Task An_address_that_was_invited_in_one_form_is_not_invited_again_in_the_other()
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var name = $"user-{Guid.NewGuid():N}";

        var outcome = await InviteAsync(app, $"{name}@xn--bcher-kva.example", $"{name}@bücher.example");

        Assert.Equal((1, "was invited a few minutes ago"), (outcome.Invited, Assert.Single(outcome.Left).Why));
        Assert.Single(await app.Mails.WaitAsync($"{name}@bücher.example"));
    }

    [Theory]
    [InlineData("", Passwords.Old, "email", "“E-mail address” is empty")]
    [InlineData("  ", "", "email", "“E-mail address” is empty")]
    [InlineData("ada", "", "password", "“Password” is empty")]
    public async Task An_empty_field_at_sign_in_is_named_and_is_no_guess(string address, string password, string field, string words)
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        using var visitor = app.Open();

        var answer = await visitor.SignInAsync(address, password);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Contains(words, WebUtility.HtmlDecode(answer.Body), StringComparison.Ordinal);
        Assert.Matches($"<input id=\"{field}\"[^>]* aria-invalid=\"true\"", answer.Body);
        Assert.Contains($"href=\"#{field}\"", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_password_counts_towards_no_lock_out()
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddAccountAsync();
        using var visitor = app.Open();
        await visitor.SignInAsync(account.Email!, "");
        Assert.Equal(0, (await app.ReadAsync(account.Id)).AccessFailedCount);
        await visitor.SignInAsync(account.Email!, Passwords.Old);

        var answer = await visitor.AskForAddressAsync(MailedLinks.NewAddress(), "");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Contains("“Your password” is empty", WebUtility.HtmlDecode(answer.Body), StringComparison.Ordinal);
        Assert.Equal(0, (await app.ReadAsync(account.Id)).AccessFailedCount);
    }

    private async Task<(TestApp App, Account Account, string Typed)> AccountAsync(DatabaseProvider provider, string kind)
    {
        var app = await apps.OnAsync(provider);
        var ((stored, typed), name) = (Domains[kind], $"user-{Guid.NewGuid():N}");
        return (app, await app.AddAccountAsync(shape: row => row.UserName = row.Email = $"{name}@{stored}"), $"{name}@{typed}");
    }

    private static async Task<InvitationOutcome> InviteAsync(TestApp app, params string[] addresses)
    {
        var admin = await app.AddAdminAsync(ConsoleRole.Admin);
        return await app.WithAsync<InvitationSender, InvitationOutcome>(invitations =>
            invitations.SendAsync(
                admin.User,
                [.. addresses.Select((address, i) => new InputRow(i + 1, address))],
                "they start on Monday",
                "203.0.113.9"));
    }
}
