using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Campaigns;

/// <summary>Invitations, from the command's own class to the first password; the executable is tried elsewhere.</summary>
public sealed class InvitationTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private const int Parallel = 12;
    private readonly TestApp _app = shared.App;

    [Fact]
    public async Task An_invitation_makes_an_account_without_a_password_gives_the_role_and_ends_in_a_first_password()
    {
        var address = Address();
        var link = await InviteAsync(_app, address);
        Assert.StartsWith($"{_app.Origin}/invitation?token=", link, StringComparison.Ordinal);
        var account = await FindAsync(address);
        Assert.Equal((null, false), (account.PasswordHash, account.EmailConfirmed));

        using var visitor = _app.Open();
        var form = await visitor.GetAsync(link);
        Assert.Equal((HttpStatusCode.OK, "no-store"), (form.Status, form.Headers["Cache-Control"]));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.SubmitAsync(form, ("password", "short"))).Status);
        Assert.Equal((HttpStatusCode.SeeOther, "/invitation/done"), await RedeemAsync(visitor, link));
        Assert.Contains("data-outcome=\"password-chosen\"", (await visitor.GetAsync("/invitation/done")).Body, StringComparison.Ordinal);

        Assert.Equal("/account", (await visitor.SignInAsync(address, Passwords.New)).Location);
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/admin/trail")).Status);
        Assert.Equal(
            [
                RecoveryEventKind.RoleGranted,
                RecoveryEventKind.Invited,
                RecoveryEventKind.Mailed,
                RecoveryEventKind.Opened,
                RecoveryEventKind.Redeemed,
            ],
            (await _app.TrailAsync(account.Id, RecoveryEventKind.Mailed)).Select(line => line.Kind));
    }

    [Fact]
    public async Task A_second_use_is_refused_and_so_is_every_older_invitation()
    {
        var address = Address();
        var older = await InviteAsync(_app, address);
        var link = await InviteAsync(_app, address, "has an account without a password");
        using var visitor = _app.Open();
        Assert.Equal((HttpStatusCode.SeeOther, "/invitation/done"), await RedeemAsync(visitor, link));

        var again = await visitor.GetAsync(link);
        again.IsRefusedAs("spent");
        Assert.Contains("This link has been used", again.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("Mail me a fresh link", again.Body, StringComparison.Ordinal);
        (await visitor.GetAsync(older)).IsRefusedAs("spent");
    }

    [Fact]
    public async Task Of_parallel_uses_one_succeeds()
    {
        var link = await InviteAsync(_app, Address());
        var visitors = Enumerable.Range(0, Parallel).Select(_ => _app.Open()).ToList();
        var pages = await Task.WhenAll(visitors.Select(visitor => visitor.GetAsync(link)));

        var answers = await Task.WhenAll(
            visitors.Select((visitor, i) => visitor.SubmitAsync(pages[i], ("password", $"{Passwords.New} {i}"))));

        Assert.Single(answers, answer => answer.Location == "/invitation/done");
        Assert.Equal(Parallel - 1, answers.Count(answer => answer.Verdict == "spent"));
        visitors.ForEach(visitor => visitor.Dispose());
    }

    [Fact]
    public async Task A_link_of_one_purpose_is_refused_where_another_is_expected()
    {
        var address = Address();
        var invitation = await InviteAsync(_app, address);
        var reset = await _app.LinkForAsync(await FindAsync(address));
        using var visitor = _app.Open();
        var (invitationForm, resetForm) = (await visitor.GetAsync(invitation), await visitor.GetAsync(reset));
        var (invitationToken, resetToken) = (Token(invitation), Token(reset));

        (await visitor.GetAsync($"/reset-password?token={invitationToken}")).IsRefusedAs("invalid");
        (await visitor.GetAsync($"/invitation?token={resetToken}")).IsRefusedAs("invalid");
        (await PostAsync(visitor, resetForm, "/reset-password", invitationToken)).IsRefusedAs("invalid");
        (await PostAsync(visitor, invitationForm, "/invitation", resetToken)).IsRefusedAs("invalid");
        Assert.Equal(
            HttpStatusCode.UnprocessableEntity,
            (
                await visitor.PostAsync(
                    "/forgot-password",
                    ("__RequestVerificationToken", AnswerMask.Antiforgery(resetForm.Body)),
                    ("link", invitationToken))
            ).Status);

        Assert.Equal((HttpStatusCode.SeeOther, "/invitation/done"), await RedeemAsync(visitor, invitation));
        (await visitor.GetAsync(reset)).IsRefusedAs("spent");
    }

    [Fact]
    public async Task An_invitation_lives_as_long_as_the_settings_say_and_no_longer()
    {
        await using var app = await TestApp.StartAsync(new() { ["Tokens:Lifetimes:Invite"] = "2.00:00:00" });
        var link = await InviteAsync(app, Address());
        using var visitor = app.Open();
        app.Clock.Move(TimeSpan.FromHours(47));
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync(link)).Status);

        app.Clock.Move(TimeSpan.FromHours(1));

        var page = await visitor.GetAsync(link);
        page.IsRefusedAs("expired");
        Assert.Contains("Whoever invited you", page.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("password")]
    [InlineData("address")]
    [InlineData("lock")]
    public async Task An_invitation_dies_when_its_account_changes(string change)
    {
        var address = Address();
        var link = await InviteAsync(_app, address);
        await _app.WithAsync<UserManager<Account>, IdentityResult>(async users =>
        {
            var account = (await users.FindByEmailAsync(address))!;
            return change switch
            {
                // As another application on the same database might: without a new stamp.
                "password" => await WithoutStampAsync(users, account, row => row.PasswordHash = "hash"),
                "address" => await WithoutStampAsync(users, account, row => row.Email = Address()),
                _ => await users.SetLockoutEndDateAsync(account, DateTimeOffset.MaxValue),
            };
        });

        using var visitor = _app.Open();
        (await visitor.GetAsync(link)).IsRefusedAs("spent");
    }

    [Fact]
    public async Task Who_has_a_password_gets_the_role_and_a_notice_and_the_second_time_nothing()
    {
        var account = await _app.AddAccountAsync();

        Assert.Contains("is an admin now. The notice is mailed.", (await SendAsync(_app, account.Email!)).Words, StringComparison.Ordinal);
        Assert.Contains("is an admin already", (await SendAsync(_app, account.Email!)).Words, StringComparison.Ordinal);

        var mail = Assert.Single(_app.Mails.To(account.Email!));
        Assert.Equal("You are an admin now", MailFolder.Subject(mail));
        Assert.DoesNotContain("token", mail.TextBody, StringComparison.Ordinal);
        Assert.Equal(account.PasswordHash, (await _app.ReadAsync(account.Id)).PasswordHash);
    }

    [Fact]
    public async Task What_cant_be_invited_is_refused_in_a_line_and_changes_nothing()
    {
        var locked = await _app.AddAccountAsync(password: null, row => row.LockoutEnd = DateTimeOffset.MaxValue);
        var external = await _app.AddAccountAsync(password: null);
        await _app.WithAsync<UserManager<Account>, IdentityResult>(async users =>
            await users.AddLoginAsync((await users.FindByIdAsync(external.Id))!, new UserLoginInfo("google", "1", "Google")));
        var (one, two) = (await _app.AddAccountAsync(), await _app.AddAccountAsync());
        await _app.WithAsync<AccountsContext, int>(database =>
            database
                .Users.Where(row => row.Id == two.Id)
                .ExecuteUpdateAsync(row => row.SetProperty(r => r.NormalizedEmail, one.NormalizedEmail)));
        var named = await _app.AddAccountAsync(shape: row => row.UserName = Address());

        foreach (
            var (address, words) in new[]
            {
                (locked.Email!, "is locked"),
                (external.Email!, "Recovery:AllowExternalOnly"),
                (one.Email!, "Several accounts"),
                (named.UserName!, "already taken"),
            })
        {
            var outcome = await SendAsync(_app, address);
            Assert.False(outcome.Done);
            Assert.Contains(words, outcome.Words, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', outcome.Words);
        }

        Assert.All(new[] { locked, external, one, two, named }, account => Assert.Empty(_app.Mails.To(account.Email!)));
        foreach (var account in new[] { locked, external, one, two, named })
            Assert.Null(await _app.WithAsync<ConsoleRoles, ConsoleRole?>(roles => roles.OfAsync(account.Id)));
    }

    [Fact]
    public async Task An_invitation_that_can_never_be_mailed_is_said_to_be_and_not_promised()
    {
        var guest = await _app.AddAccountAsync(password: null);
        var stored = $"no address {guest.Id}";
        await _app.WriteAsync(
            guest.Id,
            row => row.SetProperty(r => r.Email, stored).SetProperty(r => r.NormalizedEmail, stored.ToUpperInvariant()));

        var outcome = await SendAsync(_app, stored);

        Assert.False(outcome.Done);
        Assert.EndsWith(
            "was refused for good: the stored address is not one that mail can be sent to. Mend that and give the command again.",
            outcome.Words,
            StringComparison.Ordinal);
    }

    private static async Task<string> InviteAsync(TestApp app, string address, string words = "has a new account")
    {
        var before = app.Mails.To(address).Count;
        var outcome = await SendAsync(app, address);
        Assert.True(outcome.Done);
        Assert.Contains(words, outcome.Words, StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", outcome.Words, StringComparison.Ordinal);
        return MailFolder.Link((await app.Mails.WaitAsync(address, before + 1))[before]);
    }

    private static Task<AdminInvitation.Outcome> SendAsync(TestApp app, string address) =>
        app.WithAsync<AdminInvitation, AdminInvitation.Outcome>(invitation => invitation.SendAsync(address));

    private static async Task<(HttpStatusCode Status, string? Location)> RedeemAsync(Visitor visitor, string link)
    {
        var answer = await visitor.RedeemAsync(link, Passwords.New);
        return (answer.Status, answer.Location);
    }

    private static Task<Answer> PostAsync(Visitor visitor, Answer form, string path, string token) =>
        visitor.PostAsync(
            path,
            ("__RequestVerificationToken", AnswerMask.Antiforgery(form.Body)),
            ("token", token),
            ("password", Passwords.New));

    private static Task<IdentityResult> WithoutStampAsync(UserManager<Account> users, Account account, Action<Account> change)
    {
        change(account);
        return users.UpdateAsync(account);
    }

    private Task<Account> FindAsync(string address) =>
        _app.WithAsync<AccountsContext, Account>(database =>
            database.Users.AsNoTracking().SingleAsync(account => account.Email == address));

    private static string Token(string link) => link[(link.IndexOf('=', StringComparison.Ordinal) + 1)..];

    private static string Address() => $"guest-{Guid.NewGuid():N}@example.com";
}
