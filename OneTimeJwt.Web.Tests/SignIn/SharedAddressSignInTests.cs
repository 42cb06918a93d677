using OneTimeJwt.Web.Accounts;

namespace OneTimeJwt.Web.Tests.SignIn;

/// <summary>One address, several accounts; and user names that are somebody else's address.</summary>
public sealed class SharedAddressSignInTests(AppOnEach apps) : IClassFixture<AppOnEach>
{
    public static TheoryData<DatabaseProvider> Providers => [.. AppOnEach.Providers];

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task By_a_shared_address_the_password_decides(DatabaseProvider provider)
    {
        var app = await apps.OnAsync(provider);
        var address = MailedLinks.NewAddress();
        var (one, two) = (await ShareAsync(app, address, Passwords.Old), await ShareAsync(app, address, Passwords.Other));

        foreach (var (account, password) in new[] { (one, Passwords.Old), (two, Passwords.Other) })
        {
            using var visitor = app.Open();
            Assert.Equal("/account", (await visitor.SignInAsync(address, password)).Location);
            await visitor.ChangePasswordAsync(password, Passwords.New + account.UserName);
            Assert.Single(await app.TrailAsync(account.Id), line => line.Kind == RecoveryEventKind.PasswordChanged);
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Wrong_guesses_count_against_every_account_of_the_address(DatabaseProvider provider)
    {
        var app = await apps.OnAsync(provider);
        var address = MailedLinks.NewAddress();
        var (one, two) = (await ShareAsync(app, address, Passwords.Old), await ShareAsync(app, address, Passwords.Other));
        using var visitor = app.Open();

        for (var i = 0; i < 5; i++)
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.SignInAsync(address, Passwords.New)).Status);

        Assert.Equal((LockState.Paused, LockState.Paused), (await app.LockOfAsync(one.Id), await app.LockOfAsync(two.Id)));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.SignInAsync(address, Passwords.Other)).Status);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_right_password_is_no_wrong_guess_at_the_other_account(DatabaseProvider provider)
    {
        var app = await apps.OnAsync(provider);
        var address = MailedLinks.NewAddress();
        var (one, two) = (await ShareAsync(app, address, Passwords.Old), await ShareAsync(app, address, Passwords.Other));

        for (var i = 0; i < 6; i++)
        {
            using var visitor = app.Open();
            Assert.Equal("/account", (await visitor.SignInAsync(address, Passwords.Other)).Location);
        }

        Assert.Equal((0, 0), ((await app.ReadAsync(one.Id)).AccessFailedCount, (await app.ReadAsync(two.Id)).AccessFailedCount));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_user_name_that_is_somebody_elses_address_takes_nothing_from_them_and_is_not_locked_by_their_guesses(
        DatabaseProvider provider)
    {
        var app = await apps.OnAsync(provider);
        var owner = await app.AddAccountAsync(shape: row => row.UserName = $"owner-{Guid.NewGuid():N}");
        var lookAlike = await app.AddAccountAsync(Passwords.Other, row => row.UserName = owner.Email);
        using (var visitor = app.Open())
            Assert.Equal("/account", (await visitor.SignInAsync(owner.Email!, Passwords.Old)).Location);
        using (var visitor = app.Open())
            Assert.Equal("/account", (await visitor.SignInAsync(owner.Email!, Passwords.Other)).Location);

        using var guesser = app.Open();
        for (var i = 0; i < 5; i++)
            await guesser.SignInAsync(owner.Email!, Passwords.New);

        Assert.Equal((LockState.Paused, LockState.Open), (await app.LockOfAsync(owner.Id), await app.LockOfAsync(lookAlike.Id)));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await guesser.SignInAsync(owner.Email!, Passwords.Other)).Status);
        Assert.Equal("/account", (await guesser.SignInAsync(lookAlike.Email!, Passwords.Other)).Location);
    }

    [Fact]
    public async Task Accounts_that_a_stranger_registers_with_the_address_keep_its_owner_from_nothing()
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var address = MailedLinks.NewAddress();
        for (var i = 0; i < 2 * AccountLookup.MaxAtSignIn; i++)
            await ShareAsync(app, address, Passwords.Other, row => (row.Id, row.EmailConfirmed) = ($"0000-{Guid.NewGuid():N}", false));
        await ShareAsync(app, address, Passwords.Old, row => row.Id = $"ffff-{Guid.NewGuid():N}");
        using var visitor = app.Open();

        Assert.Equal("/account", (await visitor.SignInAsync(address, Passwords.Old)).Location);
    }

    private static Task<Account> ShareAsync(TestApp app, string address, string password, Action<Account>? shape = null) =>
        app.AddAccountAsync(
            password,
            row =>
            {
                (row.UserName, row.Email) = ($"name-{Guid.NewGuid():N}", address);
                shape?.Invoke(row);
            });
}
