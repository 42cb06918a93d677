using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Campaigns;
using OneTimeJwt.Web.Languages;
using OneTimeJwt.Web.Tests.Admin;
using OneTimeJwt.Web.Tests.Database;

namespace OneTimeJwt.Web.Tests.Campaigns;

/// <summary>Invitations by an admin in the console, of one or of a file.</summary>
public sealed class InviteManyTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private readonly TestApp _app = shared.App;

    [Fact]
    public async Task Whoever_has_no_password_gets_a_link_and_nobody_else()
    {
        var admin = await _app.AddAdminAsync(ConsoleRole.Admin);
        var known = await _app.AddAccountAsync();
        var without = await _app.AddAccountAsync(password: null);
        var elsewhere = await _app.AddAccountAsync(password: null);
        await _app.AsAnotherApplicationAsync(
            elsewhere.Id,
            (users, account) => users.AddLoginAsync(account, new UserLoginInfo("google", account.Id, "Google")));
        var locked = await _app.AddAccountAsync(password: null, row => row.LockoutEnd = DateTimeOffset.MaxValue);
        var fresh = MailedLinks.NewAddress();

        var outcome = await SendAsync(
            admin,
            fresh,
            "nonsense",
            known.Email!,
            without.Email!,
            elsewhere.Email!,
            locked.Email!,
            fresh.ToUpperInvariant());

        Assert.Equal((2, null), (outcome.Invited, outcome.Problem));
        Assert.Equal(
            ["nonsense", known.Email!, elsewhere.Email!, locked.Email!, fresh.ToUpperInvariant()],
            outcome.Left.Select(left => left.Line.Name));
        Assert.Equal("was invited a few minutes ago", outcome.Left[^1].Why);
        using var visitor = _app.Open();
        (await visitor.UseAsync(MailFolder.Link(Assert.Single(await _app.Mails.WaitAsync(fresh))))).IsUsed("invite");
        (await visitor.UseAsync(MailFolder.Link((await _app.Mails.WaitAsync(without.Email!))[0]))).IsUsed("invite");
        Assert.All(new[] { known, elsewhere, locked }, account => Assert.Empty(_app.Mails.To(account.Email!)));
        Assert.Equal("/account", (await visitor.SignInAsync(fresh, Passwords.New)).Location);
        var line = Assert.Single(await _app.TrailAsync(without.Id), line => line.Kind == RecoveryEventKind.Invited);
        Assert.Equal((admin.Id, "they start on Monday"), (line.Actor, line.Reason));
    }

    [Fact]
    public async Task Whoever_loses_the_role_in_the_middle_invites_nobody_more()
    {
        string[] fresh = [MailedLinks.NewAddress(), MailedLinks.NewAddress(), MailedLinks.NewAddress()];
        var dismiss = () => Task.CompletedTask;
        await using var app = await TestApp.StartAsync(replace: services => services.ConfigureDbContext<AccountsContext>(
            options => options.AddInterceptors(new Meanwhile<Account>(row => row.Email == fresh[1], () => dismiss()))));
        var admin = await app.AddAdminAsync(ConsoleRole.Admin);
        dismiss = () => app.Roles().RemoveAsync(admin.Id, ConsoleRole.Admin);

        var outcome = await app.WithAsync<InvitationSender, InvitationOutcome>(invitations => invitations.SendAsync(
            admin.User, [.. fresh.Select((address, i) => new InputRow(i + 1, address))], "they start on Monday", client: null));

        Assert.Equal(2, outcome.Invited);
        Assert.Equal((fresh[2], Words.RefusalNoRole), Assert.Single(outcome.Left.Select(left => (left.Line.Name, left.Why))));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(ConsoleRole.Support)]
    public async Task Only_an_admin_invites(ConsoleRole? role)
    {
        var address = MailedLinks.NewAddress();

        Assert.NotNull((await SendAsync(await _app.AddAdminAsync(role), address)).Problem);

        Assert.Null(await _app.WithAsync<UserManager<Account>, Account?>(users => users.FindByEmailAsync(address)));
    }

    [Fact]
    public async Task Nobody_is_invited_by_an_empty_list_a_long_one_or_without_a_reason()
    {
        var admin = await _app.AddAdminAsync(ConsoleRole.Admin);
        Assert.Equal("Enter at least one address.", (await SendAsync(admin)).Problem);
        Assert.Equal(
            "These are more than 500 lines. Send them in several parts.",
            (await SendAsync(admin, [.. Enumerable.Range(0, 501).Select(_ => MailedLinks.NewAddress())])).Problem);
        Assert.NotNull(
            (
                await _app.WithAsync<InvitationSender, InvitationOutcome>(invitations =>
                    invitations.SendAsync(admin.User, [new InputRow(1, MailedLinks.NewAddress())], "", null))
            ).Problem);
    }

    private Task<InvitationOutcome> SendAsync(Member by, params string[] addresses) =>
        _app.WithAsync<InvitationSender, InvitationOutcome>(invitations =>
            invitations.SendAsync(
                by.User,
                [.. addresses.Select((address, i) => new InputRow(i + 1, address))],
                "they start on Monday",
                "203.0.113.9"));
}
