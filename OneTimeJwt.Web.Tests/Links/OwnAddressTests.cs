namespace OneTimeJwt.Web.Tests.Links;

/// <summary>Links that choose no password: mail security presses their buttons, and only the owner knows the address.</summary>
public sealed class OwnAddressTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private readonly TestApp _app = shared.App;

    public static TheoryData<string> Pressed => ["confirm", "change", "secure"];

    [Theory]
    [MemberData(nameof(Pressed))]
    public async Task A_button_pressed_without_the_address_or_with_another_one_changes_nothing(string purpose)
    {
        var link = await MailedLinks.OfAsync(_app, purpose);
        var before = await _app.ReadAsync(link.Account.Id);
        using var machine = _app.Open();
        var page = await machine.GetAsync(link.Url);
        Assert.DoesNotContain(link.Account.Email!, page.Body, StringComparison.OrdinalIgnoreCase);
        foreach (var typed in new[] { null, "", "  ", "wapiti@mailinator.com", "on", "\uD800", $"{link.Account.Email}.example" })
        {
            var answer = await machine.SubmitAsync(page, MailedLinks.Answers(typed));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
            Assert.Contains("Nothing has happened yet", answer.Body, StringComparison.Ordinal);
            Assert.DoesNotContain(link.Account.Email!, answer.Body, StringComparison.OrdinalIgnoreCase);
        }

        Assert.Equal(before.ConcurrencyStamp, (await _app.ReadAsync(link.Account.Id)).ConcurrencyStamp);
        Assert.Equal(
            ["another address typed", "no address typed"],
            (await _app.TrailAsync(link.Account.Id))
                .Where(line => line.Kind == RecoveryEventKind.Refused)
                .Select(line => line.Detail!)
                .Order());
        (await machine.UseAsync(link)).IsUsed(purpose);
    }

    [Theory]
    [InlineData("Own.Address@example.com", "  own.address@EXAMPLE.com ")]
    [InlineData("own@bücher.example", "OWN@xn--bcher-kva.example")]
    [InlineData("own@xn--mller-kva.example", "own@müller.example")]
    public async Task It_is_compared_as_addresses_are(string stored, string typed)
    {
        var account = await _app.AddAccountAsync(shape: row => (row.Email, row.EmailConfirmed) = (stored, false));
        using var visitor = _app.Open();

        (await visitor.UseAsync(await _app.MintAsync("confirm", account.Id), typed)).IsUsed("confirm");
    }

    [Fact]
    public async Task Where_accounts_share_an_address_the_page_names_the_one_that_is_meant_by_nothing_that_tells_it()
    {
        var account = await _app.AddAccountAsync(shape: row => row.EmailConfirmed = false);
        await _app.AddAccountAsync(shape: row => row.Email = account.Email);
        Assert.Equal(account.Email, account.UserName);
        using var machine = _app.Open();

        var page = await machine.GetAsync(await _app.MintAsync("confirm", account.Id));

        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.DoesNotContain(account.Email!, page.Body, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task An_address_that_is_about_to_be_an_accounts_is_not_its_own_yet()
    {
        var link = await MailedLinks.OfAsync(_app, "change");
        var wanted = (
            await _app.WithAsync<AccountsContext, RecoveryState?>(async database =>
                await database.RecoveryStates.FindAsync(link.Account.Id))
        )!.PendingAddress!;
        using var stranger = _app.Open();

        var answer = await stranger.UseAsync(link.Url, wanted);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Contains("type the old address, not the new one", answer.Body, StringComparison.Ordinal);
        (await stranger.UseAsync(link)).IsUsed("change");
    }

    [Fact]
    public async Task An_owner_who_has_moved_and_whose_account_an_intruder_moved_again_types_the_address_that_the_notice_came_to()
    {
        var account = await _app.AddAccountAsync();
        var (moved, his) = (MailedLinks.NewAddress(), MailedLinks.NewAddress());
        using var owner = _app.Open();
        (await owner.UseAsync(await _app.ChangeLinkForAsync(account, moved), account.Email)).IsUsed("change");
        var notice = await _app.SecureLinkForAsync(await _app.ReadAsync(account.Id), Passwords.Old, Passwords.Other);
        await _app.AsAnotherApplicationAsync(account.Id, (users, row) => users.SetEmailAsync(row, his));

        (await owner.UseAsync(notice, moved)).IsUsed("secure");
    }

    [Fact]
    public async Task Tries_are_bounded_and_no_other_link_suffers()
    {
        await using var app = await TestApp.StartAsync();
        var link = await MailedLinks.OfAsync(app, "secure");
        using var guesser = app.Open();
        var page = await guesser.GetAsync(link.Url);
        for (var i = 0; i < 60; i++)
            Assert.Equal(
                HttpStatusCode.UnprocessableEntity,
                (await guesser.SubmitAsync(page, MailedLinks.Answers($"guess-{i}@example.com"))).Status);

        var bounded = await guesser.SubmitAsync(page, MailedLinks.Answers(link.Account.Email));

        Assert.Equal((HttpStatusCode.TooManyRequests, "900"), (bounded.Status, bounded.Headers["Retry-After"]));
        Assert.Contains("Wait 15 minutes", bounded.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await guesser.GetAsync(link.Url)).Status);
        (await guesser.UseAsync(await MailedLinks.OfAsync(app, "secure"))).IsUsed("secure");
    }

    [Fact]
    public async Task After_securing_an_account_and_choosing_a_password_by_link_the_notice_brings_no_link_that_locks_for_a_day()
    {
        await using var app = await TestApp.StartAsync();
        var link = await MailedLinks.OfAsync(app, "secure");
        using var owner = app.Open();
        (await owner.UseAsync(link)).IsUsed("secure");
        var fresh = (await app.Mails.WaitAsync(link.Account.Email!, 2))[1];
        Assert.True((await owner.RedeemAsync(MailFolder.Link(fresh), Passwords.New)).PasswordChanged);

        var notice = (await app.Mails.WaitAsync(link.Account.Email!, 3))[2];
        Assert.Equal("Your password was changed", MailFolder.Subject(notice));
        Assert.DoesNotContain("token=", notice.ToString(), StringComparison.Ordinal);
        Assert.Contains("/forgot-password", notice.ToString(), StringComparison.Ordinal);

        // Whoever knows the password and changes it is not proved to have the mailbox.
        var changed = await app.SecureLinkForAsync(await app.ReadAsync(link.Account.Id), Passwords.New, Passwords.Other);
        Assert.Contains("/secure-account?token=", changed, StringComparison.Ordinal);
    }
}
