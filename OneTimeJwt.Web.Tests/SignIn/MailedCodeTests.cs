using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Tests.SignIn;

/// <summary>The second step of whoever has a factor that can't be asked for here.</summary>
public sealed class MailedCodeTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private const string SecondStep = "/sign-in/two-factor?returnUrl=%2Faccount";

    private readonly TestApp _app = shared.App;

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.PostgreSql)]
    public async Task The_password_alone_does_not_sign_in_and_a_mailed_code_does_once_on_any_node(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider: provider);
        await using var other = await TestApp.StartAsync(beside: app);
        var account = await app.AddWithFactorAsync("on,phone");
        var visitors = new[] { app.Open(), other.Open(), app.Open(), other.Open() };
        foreach (var visitor in visitors)
        {
            Assert.Equal(SecondStep, (await visitor.SignInAsync(account.Email!, Passwords.Old)).Location);
            Assert.Equal(HttpStatusCode.Found, (await visitor.GetAsync("/account")).Status);
        }

        var code = await app.MailedCodeAsync(account, visitors.Length);
        var pages = await Task.WhenAll(visitors.Select(visitor => visitor.GetAsync("/sign-in/two-factor")));
        var answers = await Task.WhenAll(visitors.Zip(pages, (visitor, page) => visitor.SubmitAsync(page, ("code", code))));

        Assert.Single(answers, answer => answer.Location == "/account");
        Assert.All(
            answers.Where(answer => answer.Location is null),
            answer => Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status));
        var trail = await app.TrailAsync(account.Id);
        Assert.Single(trail, line => line.Kind == RecoveryEventKind.MailedCodeUsed);
        Assert.Equal(4, trail.Count(line => line.Kind == RecoveryEventKind.MailedCodeTried));
        Assert.All(trail, line => Assert.DoesNotContain(code, $"{line.Detail}{line.Nonce}{line.AddressHash}", StringComparison.Ordinal));
        foreach (var visitor in visitors)
            visitor.Dispose();
    }

    [Theory]
    [InlineData("on,phone", "mail")]
    [InlineData("on", "mail")]
    [InlineData("on,codes", "mail")]
    [InlineData("on,key=", "mail")]
    [InlineData("on,key=========", "mail")]
    [InlineData("on,key=ABC", "mail")]
    [InlineData("on,key=CfDJ8ThisIsEncrypted_By-Another/Application", "mail")]
    [InlineData("on,key=JBSWY3DPEHPK3PXP", "app")]
    [InlineData("on,phone,codes,key=JBSWY3DPEHPK3PXP", "app")]
    [InlineData("on,passkey", "app")]
    [InlineData("on,phone,passkey,key=", "app")]
    [InlineData("phone", "none")]
    [InlineData("key=JBSWY3DPEHPK3PXP,codes", "none")]
    [InlineData("passkey", "none")]
    public async Task A_second_factor_is_never_skipped_whatever_it_is(string shape, string step)
    {
        var account = await _app.AddWithFactorAsync(shape);
        using var visitor = _app.Open();

        Assert.Equal(step == "none" ? "/account" : SecondStep, (await visitor.SignInAsync(account.Email!, Passwords.Old)).Location);

        if (step == "none")
            return;

        Assert.Equal(HttpStatusCode.Found, (await visitor.GetAsync("/account")).Status);
        var page = await visitor.GetAsync("/sign-in/two-factor");
        Assert.Equal(step == "mail", page.Body.Contains("Code from the mail", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.SubmitAsync(page, ("code", "000000"))).Status);
        if (step == "app")
        {
            Assert.Empty(await MailedAsync(_app, account));
            return;
        }

        Assert.Equal("/account", (await visitor.SubmitAsync(page, ("code", await _app.MailedCodeAsync(account)))).Location);
        Assert.Contains("On, with codes that we mail to you", (await visitor.GetAsync("/account")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_mail_goes_to_the_stored_address_with_the_code_alone_on_its_line_and_says_what_to_do()
    {
        var account = await _app.AddWithFactorAsync("on");
        using var visitor = _app.Open();
        await visitor.SignInAsync(account.Email!, Passwords.Old);
        var code = await _app.MailedCodeAsync(account);
        var mail = Assert.Single(_app.Mails.To(account.Email!));

        Assert.DoesNotContain(code, mail.Subject, StringComparison.Ordinal);
        Assert.Single(System.Text.RegularExpressions.Regex.Matches(mail.HtmlBody!, $">{code}<"));
        foreach (var words in new[] { "works once, for 10 minutes", "from the network address", "somebody knows your password" })
            Assert.Contains(words, mail.TextBody!.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.DoesNotContain("http", mail.TextBody, StringComparison.Ordinal);
        Assert.DoesNotContain("token=", mail.HtmlBody, StringComparison.Ordinal);
        Assert.All(_app.Log.Lines, line => Assert.DoesNotContain(code, line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_there_are_recovery_codes_one_of_them_does_as_well()
    {
        var account = await _app.AddWithFactorAsync("on,codes");
        using var visitor = _app.Open();
        await visitor.SignInAsync(account.Email!, Passwords.Old);
        Assert.Contains("or a recovery code", (await visitor.GetAsync("/sign-in/two-factor")).Body, StringComparison.Ordinal);

        Assert.Equal("/account", (await visitor.EnterCodeAsync("X2HDN-8VJPB")).Location);

        using var again = _app.Open();
        await again.SignInAsync(account.Email!, Passwords.Old);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await again.EnterCodeAsync("X2HDN-8VJPB")).Status);
    }

    [Fact]
    public async Task Looking_mails_nothing_and_the_button_mails_another_one()
    {
        var account = await _app.AddWithFactorAsync("on");
        using var visitor = _app.Open();
        await visitor.SignInAsync(account.Email!, Passwords.Old);
        var first = await _app.MailedCodeAsync(account);
        var page = await visitor.GetAsync("/sign-in/two-factor");
        await visitor.GetAsync("/sign-in/two-factor?again");
        Assert.Equal(0, await QueuedAsync(_app, account));

        Assert.Equal(HttpStatusCode.BadRequest, (await visitor.PostAsync("/sign-in/two-factor/mail")).Status);
        Assert.Equal(0, await QueuedAsync(_app, account));
        var asked = await visitor.PostAsync(
            "/sign-in/two-factor/mail",
            ("__RequestVerificationToken", AnswerMask.Antiforgery(page.Body)),
            ("returnUrl", "/account/email"));

        Assert.Equal("/sign-in/two-factor?returnUrl=%2Faccount%2Femail&again", asked.Location);
        Assert.Contains("Another code is on its way", (await visitor.GetAsync(asked.Location!)).Body, StringComparison.Ordinal);
        Assert.NotEqual(first, await _app.MailedCodeAsync(account, 2));
        Assert.Equal("/account", (await visitor.EnterCodeAsync(first)).Location);
    }

    [Fact]
    public async Task Wrong_codes_lock_the_account_like_other_guesses()
    {
        var account = await _app.AddWithFactorAsync("on");
        using var visitor = _app.Open();
        await visitor.SignInAsync(account.Email!, Passwords.Old);
        var code = await _app.MailedCodeAsync(account);

        for (var guess = 1; guess <= 5; guess++)
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.EnterCodeAsync(Factors.Wrong(code, guess))).Status);

        Assert.True((await _app.ReadAsync(account.Id)).LockoutEnd > _app.Clock.GetUtcNow());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.EnterCodeAsync(code)).Status);
        Assert.Equal(HttpStatusCode.Found, (await visitor.GetAsync("/account")).Status);
    }

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.PostgreSql)]
    public async Task Five_guesses_a_mail_are_all_there_are_however_many_are_made_at_once(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider: provider);
        var account = await app.AddWithFactorAsync("on");
        using var visitor = app.Open();
        await visitor.SignInAsync(account.Email!, Passwords.Old);
        var code = await app.MailedCodeAsync(account);
        var codes = app.Services.GetRequiredService<MailedCodes>();

        var guesses = await Task.WhenAll(
            Enumerable.Range(1, 20).Select(guess => Task.Run(() => codes.TryUseAsync(account, Factors.Wrong(code, guess), client: null))));

        Assert.DoesNotContain(true, guesses);
        Assert.Equal(5, (await app.TrailAsync(account.Id)).Count(line => line.Kind == RecoveryEventKind.MailedCodeTried));
        Assert.False(await codes.TryUseAsync(account, code, client: null));
        await codes.AskAsync(account, client: null);
        Assert.True(await codes.TryUseAsync(account, await app.MailedCodeAsync(account, 2), client: null));
    }

    [Theory]
    [InlineData("address")]
    [InlineData("stamp")]
    [InlineData("ban")]
    [InlineData("authenticator")]
    [InlineData("minutes")]
    public async Task A_code_dies_with_the_account_that_it_was_mailed_for(string change)
    {
        await using var app = await TestApp.StartAsync();
        var account = await app.AddWithFactorAsync("on");
        using var visitor = app.Open();
        await visitor.SignInAsync(account.Email!, Passwords.Old);
        var code = await app.MailedCodeAsync(account);
        var page = await visitor.GetAsync("/sign-in/two-factor");

        await (change switch
        {
            "address" => app.SetAsync(account.Id, address: $"moved-{account.Email}"),
            "stamp" => app.SetAsync(account.Id, stamp: "another"),
            "ban" => app.SetAsync(account.Id, lockoutEnd: DateTimeOffset.MaxValue),
            "authenticator" => app.GiveKeyAsync(account.Id),
            _ => MoveAsync(app, MailedCodes.Lifetime + TimeSpan.FromSeconds(1)),
        });

        Assert.NotEqual("/account", (await visitor.SubmitAsync(page, ("code", code))).Location);
        Assert.Equal(HttpStatusCode.Found, (await visitor.GetAsync("/account")).Status);
        Assert.DoesNotContain(await app.TrailAsync(account.Id), line => line.Kind == RecoveryEventKind.MailedCodeUsed);
    }

    [Fact]
    public async Task Five_codes_an_hour_are_mailed_the_page_says_so_and_links_have_their_own_budget()
    {
        await using var app = await TestApp.StartAsync();
        var account = await app.AddWithFactorAsync("on");
        using var visitor = app.Open();
        for (var i = 0; i < 7; i++)
            Assert.Equal(SecondStep, (await visitor.SignInAsync(account.Email!, Passwords.Old)).Location);

        var last = await app.MailedCodeAsync(account, 5);
        await Eventually.Async(() => QueuedAsync(app, account), queued => queued == 0);

        Assert.Equal(5, (await MailedAsync(app, account)).Count);
        Assert.Equal(
            2,
            (await app.TrailAsync(account.Id)).Count(line =>
                line is { Kind: RecoveryEventKind.Suppressed, Detail: "enough codes lately" }));
        var page = await visitor.GetAsync("/sign-in/two-factor");
        Assert.Contains("The next one can be mailed from", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("/sign-in/two-factor/mail", page.Body, StringComparison.Ordinal);
        Assert.Equal("/account", (await visitor.SubmitAsync(page, ("code", last))).Location);

        using var owner = app.Open();
        await owner.AskAsync(account.Email!);
        var link = MailFolder.Link((await app.Mails.WaitAsync(account.Email!, 6))[5]);
        Assert.True((await owner.RedeemAsync(link, Passwords.New)).PasswordChanged);
        Assert.Null(await app.Services.GetRequiredService<MailedCodes>().NextAtAsync(account.Id));
    }

    [Fact]
    public async Task After_an_hour_codes_are_mailed_again()
    {
        await using var app = await TestApp.StartAsync();
        var account = await app.AddWithFactorAsync("on");
        var codes = app.Services.GetRequiredService<MailedCodes>();
        for (var i = 0; i < 5; i++)
            await codes.AskAsync(account, client: null);
        await app.MailedCodeAsync(account, 5);
        Assert.NotNull(await codes.NextAtAsync(account.Id));

        app.Clock.Move(MailedCodes.Window);

        Assert.Null(await codes.NextAtAsync(account.Id));
        await codes.AskAsync(account, client: null);
        await app.MailedCodeAsync(account, 6);
    }

    [Fact]
    public async Task Who_has_no_confirmed_address_gets_neither_in_nor_a_code()
    {
        var account = await _app.AddAccountAsync(shape: row => (row.TwoFactorEnabled, row.EmailConfirmed) = (true, false));
        using var visitor = _app.Open();

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.SignInAsync(account.Email!, Passwords.Old)).Status);
        await _app.Services.GetRequiredService<MailedCodes>().AskAsync(account, client: null);
        await Eventually.Async(() => QueuedAsync(_app, account), queued => queued == 0);

        Assert.Empty(_app.Mails.To(account.Email!));
    }

    [Fact]
    public async Task Where_people_sign_in_elsewhere_they_are_sent_there_and_admins_are_asked_here()
    {
        const string Elsewhere = "https://www.example.com/login";
        await using var app = await TestApp.StartAsync(new() { ["Accounts:SignInUrl"] = Elsewhere });
        var account = await app.AddWithFactorAsync("on");
        using var visitor = app.Open();
        var page = await visitor.GetAsync("/sign-in?returnUrl=/admin");
        var proof = ("__RequestVerificationToken", AnswerMask.Antiforgery(page.Body));

        var sent = await visitor.PostAsync(
            "/sign-in",
            proof,
            ("returnUrl", "/account"),
            ("email", account.Email!),
            ("password", Passwords.Old));
        sent.LeadsTo("/sign-in?from-form=");
        (await visitor.GetAsync("/sign-in/two-factor")).LeadsTo("/sign-in?from-form=");
        (await visitor.GetAsync("/sign-in")).LeadsTo(Elsewhere);

        var asked = await visitor.SubmitAsync(page, ("email", account.Email!), ("password", Passwords.Old));
        Assert.Equal("/sign-in/two-factor?returnUrl=%2Fadmin", asked.Location);
    }

    [Fact]
    public async Task A_copied_database_makes_no_code_and_a_rotated_secret_keeps_those_that_are_out()
    {
        var account = await _app.AddWithFactorAsync("on");
        using var visitor = _app.Open();
        await visitor.SignInAsync(account.Email!, Passwords.Old);
        var code = await _app.MailedCodeAsync(account);
        var mail = Assert.Single(await MailedAsync(_app, account)).Id;
        var own = _app.Services.GetRequiredService<ServerSecrets>().Current;
        var guessed = new ServerSecret("test", new byte[32]);
        var read = await _app.ReadAsync(account.Id);

        Assert.Equal(code, With(own).Make(read, mail));
        Assert.NotEqual(code, With(guessed).Make(read, mail));
        Assert.False(await With(guessed).TryUseAsync(read, code, client: null));
        Assert.True(await With(guessed, own).TryUseAsync(read, code, client: null));

        MailedCodes With(params ServerSecret[] secrets) =>
            ActivatorUtilities.CreateInstance<MailedCodes>(_app.Services, new ServerSecrets(secrets));
    }

    private static Task MoveAsync(TestApp app, TimeSpan by)
    {
        app.Clock.Move(by);
        return Task.CompletedTask;
    }

    private static async Task<List<RecoveryEvent>> MailedAsync(TestApp app, Account account) =>
        [.. (await app.TrailAsync(account.Id)).Where(line => line.Kind == RecoveryEventKind.CodeMailed)];

    private static Task<int> QueuedAsync(TestApp app, Account account) =>
        app.WithAsync<AccountsContext, int>(database => database.Outbox.CountAsync(mail => mail.AccountId == account.Id));
}
