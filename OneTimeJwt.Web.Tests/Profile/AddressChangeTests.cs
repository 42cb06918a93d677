using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Tests.Profile;

/// <summary>Changing an address.</summary>
public sealed class AddressChangeTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private readonly TestApp _app = shared.App;

    [Fact]
    public async Task The_new_address_counts_once_its_link_is_used_and_all_sessions_end()
    {
        var account = await _app.AddAccountAsync();
        var wanted = MailedLinks.NewAddress();
        using var session = _app.Open();
        await session.SignInAsync(account.Email!, Passwords.Old);
        Assert.Equal("/account/email/sent", (await session.AskForAddressAsync(wanted, Passwords.Old)).Location);
        var link = MailFolder.Link((await _app.Mails.WaitAsync(wanted))[0]);
        Assert.Equal(account.Email, (await _app.ReadAsync(account.Id)).Email);
        Assert.Equal(HttpStatusCode.OK, (await session.GetAsync("/account")).Status);

        using var visitor = _app.Open();
        (await visitor.UseAsync(link, account.Email)).IsUsed("change");

        var after = await _app.ReadAsync(account.Id);
        Assert.Equal(
            (wanted, wanted.ToUpperInvariant(), wanted, wanted.ToUpperInvariant(), true),
            (after.Email, after.NormalizedEmail, after.UserName, after.NormalizedUserName, after.EmailConfirmed));
        Assert.Equal((account.PasswordHash, null), (after.PasswordHash, after.RecoveryState!.PendingAddress));
        Assert.Equal("/sign-in?returnUrl=%2Faccount", (await session.GetAsync("/account")).Location);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.SignInAsync(account.Email!, Passwords.Old)).Status);
        Assert.Equal("/account", (await visitor.SignInAsync(wanted, Passwords.Old)).Location);
        Assert.Equal(
            [RecoveryEventKind.Requested, RecoveryEventKind.Mailed, RecoveryEventKind.Opened, RecoveryEventKind.AddressChanged],
            (await _app.TrailAsync(account.Id, RecoveryEventKind.Mailed))
                .Select(line => line.Kind)
                .Where(kind => kind != RecoveryEventKind.NoticeMailed));
    }

    [Fact]
    public async Task A_user_name_of_its_own_stays()
    {
        var account = await _app.AddAccountAsync(shape: row => row.UserName = $"ada-{Guid.NewGuid():N}");
        using var visitor = _app.Open();
        await visitor.SignInAsync(account.UserName!, Passwords.Old);
        var wanted = MailedLinks.NewAddress();
        await visitor.AskForAddressAsync(wanted, Passwords.Old);

        (await visitor.UseAsync(MailFolder.Link((await _app.Mails.WaitAsync(wanted))[0]), account.Email)).IsUsed("change");

        var after = await _app.ReadAsync(account.Id);
        Assert.Equal((wanted, account.UserName), (after.Email, after.UserName));
    }

    [Fact]
    public async Task The_old_address_is_told_and_can_undo_it()
    {
        var account = await _app.AddAccountAsync();
        var wanted = MailedLinks.NewAddress();
        using var visitor = _app.Open();
        (await visitor.UseAsync(await _app.ChangeLinkForAsync(account, wanted), account.Email)).IsUsed("change");

        var notice = Assert.Single(await _app.Mails.WaitAsync(account.Email!));
        Assert.Equal("Your address was changed", MailFolder.Subject(notice));
        Assert.DoesNotContain(wanted, notice.ToString(), StringComparison.OrdinalIgnoreCase);
        (await visitor.UseAsync(MailFolder.Link(notice), account.Email)).IsUsed("secure");

        var after = await _app.ReadAsync(account.Id);
        Assert.Equal((account.Email, account.UserName), (after.Email, after.UserName));
        var fresh = MailFolder.Link((await _app.Mails.WaitAsync(account.Email!, 2))[1]);
        Assert.True((await visitor.RedeemAsync(fresh, Passwords.New)).PasswordChanged);
        Assert.Equal("/account", (await visitor.SignInAsync(account.Email!, Passwords.New)).Location);
        Assert.Single(_app.Mails.To(wanted));
    }

    [Fact]
    public async Task Whether_somebody_has_the_wanted_address_does_not_show()
    {
        var account = await _app.AddAccountAsync();
        var others = new[] { (await _app.AddAccountAsync()).Email!, MailedLinks.NewAddress() };
        using var visitor = _app.Open();
        await visitor.SignInAsync(account.Email!, Passwords.Old);
        var classes = new HashSet<string>();
        foreach (var other in others)
            classes.Add(AnswerMask.Class(await visitor.AskForAddressAsync(other, Passwords.Old), other));
        Assert.StartsWith("303 /account/email/sent", Assert.Single(classes), StringComparison.Ordinal);
        await _app.Mails.WaitAsync(others[1]);

        await visitor.AskForAddressAsync(others[0], Passwords.Old);
        var mails = await _app.Mails.WaitAsync(others[0]);
        Assert.Equal("This address has an account already", MailFolder.Subject(mails[^1]));
        Assert.DoesNotContain("token=", mails[^1].ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(account.Email!, mails[^1].ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task An_address_that_was_taken_meanwhile_is_refused()
    {
        var account = await _app.AddAccountAsync();
        var wanted = MailedLinks.NewAddress();
        var link = await _app.ChangeLinkForAsync(account, wanted);
        await _app.AddAccountAsync(shape: row => (row.UserName, row.Email) = (wanted, wanted));
        using var visitor = _app.Open();

        (await visitor.UseAsync(link, account.Email)).IsRefusedAs("spent");

        Assert.Equal(account.Email, (await _app.ReadAsync(account.Id)).Email);
    }

    [Fact]
    public async Task Whoever_asks_for_a_third_address_ends_the_link_to_the_second()
    {
        var account = await _app.AddAccountAsync();
        var second = await _app.ChangeLinkForAsync(account, MailedLinks.NewAddress());
        var third = await _app.ChangeLinkForAsync(account, MailedLinks.NewAddress());
        using var visitor = _app.Open();

        (await visitor.GetAsync(second)).IsRefusedAs("spent");
        (await visitor.UseAsync(third, account.Email)).IsUsed("change");
    }

    [Fact]
    public async Task A_wrong_password_and_an_address_that_is_none_ask_for_nothing()
    {
        var account = await _app.AddAccountAsync();
        using var visitor = _app.Open();
        await visitor.SignInAsync(account.Email!, Passwords.Old);
        foreach (var (address, password, words) in new[]
        {
            (MailedLinks.NewAddress(), Passwords.Other, "That isn’t your password"),
            ("nonsense", Passwords.Old, "look like an e-mail address"),
            ("Ada <ada@example.com>", Passwords.Old, "look like an e-mail address"),
            (account.Email!.ToUpperInvariant(), Passwords.Old, "already"),
            ("", Passwords.Old, "look like an e-mail address"),
        })
        {
            var answer = await visitor.AskForAddressAsync(address, password);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
            Assert.Contains(words, WebUtility.HtmlDecode(answer.Body), StringComparison.Ordinal);
        }

        Assert.Null((await _app.ReadAsync(account.Id)).RecoveryState?.PendingAddress);
        Assert.Empty(await _app.TrailAsync(account.Id));
    }

    [Theory]
    [InlineData("none", "/account/email/sent")]
    [InlineData("the same", "/account/email/sent")]
    [InlineData("another", null)]
    public async Task A_notice_that_is_sent_meanwhile_is_no_obstacle_nor_is_the_same_wish_but_another_one_is(string other, string? sent)
    {
        Action? meanwhile = null;
        await using var app = await TestApp.StartAsync(replace: services =>
            services.AddScoped<IPasswordHasher<Account>>(provider => new BusyHasher(
                () => Interlocked.Exchange(ref meanwhile, null)?.Invoke(),
                provider.GetRequiredService<IOptions<PasswordHasherOptions>>())));
        var account = await app.AddAccountAsync();
        var wanted = MailedLinks.NewAddress();
        var wish = other switch { "none" => null, "the same" => wanted, _ => MailedLinks.NewAddress() };
        using var visitor = app.Open();
        await visitor.SignInAsync(account.Email!, Passwords.Old);
        await app.WithAsync<AccountsContext, int>(database => database.RecoveryStates.ExecuteDeleteAsync());

        meanwhile = () =>
        {
            using var database = app.Services.GetRequiredService<IDbContextFactory<AccountsContext>>().CreateDbContext();
            var own = new RecoveryState { AccountId = account.Id, PendingAddress = wish };
            own.Trust(account.Email!, app.Clock.GetUtcNow(), app.Clock.GetUtcNow().AddDays(7));
            database.Add(own);
            if (wish is not null)
                database.Add(
                    new OutboxMail
                    {
                        Kind = OutboxKind.ChangeLink,
                        AccountId = account.Id,
                        RequestedAt = app.Clock.GetUtcNow(),
                        DueAt = app.Clock.GetUtcNow(),
                    });
            database.SaveChanges();
        };
        var answer = await visitor.AskForAddressAsync(wanted, Passwords.Old);

        Assert.Null(meanwhile);
        Assert.Equal((sent, sent is null ? HttpStatusCode.UnprocessableEntity : HttpStatusCode.SeeOther), (answer.Location, answer.Status));
        var own = (await app.ReadAsync(account.Id)).RecoveryState!;
        Assert.Equal((wish ?? wanted, account.Email), (own.PendingAddress, own.TrustedAddress));
        Assert.Single(await app.Mails.WaitAsync(wish ?? wanted));
    }

    [Fact]
    public async Task Only_who_is_signed_in_gets_to_the_page()
    {
        using var visitor = _app.Open();

        Assert.Equal("/sign-in?returnUrl=%2Faccount%2Femail", (await visitor.GetAsync("/account/email")).Location);
        Assert.Equal(
            "/sign-in?returnUrl=%2Faccount%2Femail",
            (await visitor.PostAsync("/account/email", ("email", "ada@example.com"))).Location);
    }

    [Fact]
    public async Task What_is_remembered_goes_with_the_account()
    {
        var link = await MailedLinks.OfAsync(_app, "change");
        Assert.NotNull((await _app.ReadAsync(link.Account.Id)).RecoveryState);

        await _app.AsAnotherApplicationAsync(link.Account.Id, (users, account) => users.DeleteAsync(account));

        Assert.Null(
            await _app.WithAsync<AccountsContext, RecoveryState?>(async database =>
                await database.RecoveryStates.FindAsync(link.Account.Id)));
    }
}
