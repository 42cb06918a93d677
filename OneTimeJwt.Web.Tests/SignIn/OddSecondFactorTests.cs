using static OneTimeJwt.Web.Tests.App.HostWrites;

namespace OneTimeJwt.Web.Tests.SignIn;

/// <summary>Second factors as other applications leave and change them.</summary>
public sealed class OddSecondFactorTests(UnlimitedApps apps) : IClassFixture<UnlimitedApps>
{
    public static TheoryData<string, string> FactorsAndCodes =>
        new(from factor in FactorKinds from list in CodeLists.Keys select (factor, list));

    [Theory]
    [MemberData(nameof(FactorsAndCodes))]
    public async Task What_is_no_code_is_no_second_factor(string factor, string list)
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddWithFactorAsync(factor);
        if (CodeLists[list] is { } codes)
            await AddAsync(app, Token(account, "RecoveryCodes", codes));

        foreach (var typed in new[] { ";", "\t", "\u00a0", "KQ7RM-3WFTC;X2HDN-8VJPB", "000 000" })
        {
            using var visitor = app.Open();
            var step = await visitor.SignInAsync(account.Email!, Passwords.Old);
            Assert.StartsWith("/sign-in/two-factor", step.Location, StringComparison.Ordinal);
            var answer = await visitor.EnterCodeAsync(typed);
            Assert.True((int)answer.Status < 500, $"'{typed}': {Fault(app)}");
            Assert.Equal((typed, HttpStatusCode.UnprocessableEntity, null), (typed, answer.Status, answer.Location));
            Assert.Equal((typed, HttpStatusCode.Found), (typed, (await visitor.GetAsync("/account")).Status));
            await app.WriteAsync(
                account.Id,
                row => row.SetProperty(known => known.AccessFailedCount, 0).SetProperty(known => known.LockoutEnd, (DateTimeOffset?)null));
        }
    }

    [Fact]
    public async Task Whose_recovery_codes_are_used_up_has_none()
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddWithFactorAsync($"on,codes,key={App.Factors.Key}");
        foreach (var code in new[] { "KQ7RM-3WFTC", "X2HDN-8VJPB" })
        {
            using var owner = app.Open();
            await owner.SignInAsync(account.Email!, Passwords.Old);
            Assert.Equal("/account", (await owner.EnterCodeAsync(code)).Location);
        }

        using var intruder = app.Open();
        await intruder.SignInAsync(account.Email!, Passwords.Old);
        foreach (var code in new[] { "KQ7RM-3WFTC", "X2HDN-8VJPB", ";" })
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await intruder.EnterCodeAsync(code)).Status);
        Assert.Equal(HttpStatusCode.Found, (await intruder.GetAsync("/account")).Status);
    }

    [Theory]
    [InlineData("on", "")]
    [InlineData("on,key=JBSWY3DPEHPK3PXP", "")]
    [InlineData("on,key=JBSWY3DPEHPK3PXP", "   ")]
    [InlineData("on,passkey", "")]
    public async Task No_code_at_all_is_a_wrong_one(string factor, string typed)
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddWithFactorAsync(factor);
        using var intruder = app.Open();
        await intruder.SignInAsync(account.Email!, Passwords.Old);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await intruder.EnterCodeAsync(typed)).Status);
        Assert.Equal(HttpStatusCode.Found, (await intruder.GetAsync("/account")).Status);
    }

    [Theory]
    [InlineData("off at the host")]
    [InlineData("key taken away")]
    [InlineData("key garbled")]
    [InlineData("banned")]
    [InlineData("address moved")]
    [InlineData("unconfirmed")]
    [InlineData("lock-out ignored")]
    public async Task Between_password_and_second_step_the_host_changes_the_factor_and_nobody_gets_in_without_one(string change)
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddWithFactorAsync($"on,codes,key={App.Factors.Key}");
        using var intruder = app.Open();
        await intruder.SignInAsync(account.Email!, Passwords.Old);
        var page = await intruder.GetAsync("/sign-in/two-factor");

        await (
            change switch
            {
                "off at the host" => app.SetAsync(account.Id, twoFactor: false),
                "key taken away" => app.WithAsync<AccountsContext, int>(database =>
                    database.UserTokens.Where(token => token.UserId == account.Id).ExecuteDeleteAsync()),
                "key garbled" => app.WithAsync<AccountsContext, int>(database =>
                    database
                        .UserTokens.Where(token => token.UserId == account.Id)
                        .ExecuteUpdateAsync(token => token.SetProperty(known => known.Value, " "))),
                "banned" => BanAsync(app, account),
                "address moved" => app.SetAsync(account.Id, address: MailedLinks.NewAddress()),
                "unconfirmed" => app.WriteAsync(account.Id, row => row.SetProperty(known => known.EmailConfirmed, false)),
                _ => app.WriteAsync(account.Id, row => row.SetProperty(known => known.LockoutEnabled, false)),
            });

        foreach (var code in new[] { "123456", "\t", "WRONG-CODE1" })
        {
            var answer = await intruder.SubmitAsync(page, ("code", code));
            Assert.Equal((code, false), (code, answer.Location is "/account"));
            Assert.True((int)answer.Status < 500, $"{code}: {answer.Status}");
        }

        Assert.Equal(HttpStatusCode.Found, (await intruder.GetAsync("/account")).Status);
        if (change is not ("banned" or "unconfirmed"))
        {
            var resent = await intruder.GetAsync("/sign-in/two-factor");
            Assert.True((int)resent.Status < 500);
        }
    }

    [Fact]
    public async Task A_password_alone_moves_nothing_where_a_factor_of_the_host_is_on()
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        foreach (var factor in FactorKinds)
        {
            var account = await app.AddWithFactorAsync(factor);
            using var intruder = app.Open();
            var first = await intruder.GetAsync("/sign-in");
            await intruder.SubmitAsync(first, ("email", account.Email!), ("password", Passwords.Old));
            var proof = ("__RequestVerificationToken", AnswerMask.Antiforgery(first.Body));
            foreach (
                var path in new[]
                {
                    "/account",
                    "/account/email",
                    "/account/verify",
                    "/account/two-factor",
                    "/account/two-factor/off",
                    "/account/two-factor/codes",
                    "/account/two-factor/authenticator",
                    "/account/two-factor/passkeys",
                    "/account/two-factor/passkeys/new",
                    "/admin",
                    "/admin/bulk",
                    "/admin/invite",
                    "/admin/trail.csv",
                })
            {
                var got = await intruder.GetAsync(path);
                Assert.Equal((path, HttpStatusCode.Found), (path, got.Status));
                var posted = await intruder.PostAsync(
                    path,
                    proof,
                    ("password", Passwords.Old),
                    ("email", MailedLinks.NewAddress()),
                    ("current-password", Passwords.Old),
                    ("new-password", Passwords.New));
                Assert.False(posted.Status is HttpStatusCode.OK or HttpStatusCode.SeeOther, $"{path}: {posted.Status} {posted.Location}");
            }

            var after = await app.ReadAsync(account.Id);
            Assert.Equal(
                (account.PasswordHash, true, null),
                (after.PasswordHash, after.TwoFactorEnabled, after.RecoveryState?.PendingAddress));
        }
    }

    [Fact]
    public async Task Who_has_two_factor_and_no_address_is_not_told_that_a_code_was_mailed()
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddAccountAsync(shape: row => (row.UserName, row.TwoFactorEnabled) = ($"name-{Guid.NewGuid():N}", true));
        await app.WriteAsync(
            account.Id,
            row => row.SetProperty(known => known.Email, (string?)null).SetProperty(known => known.NormalizedEmail, (string?)null));
        using var visitor = app.Open();

        Assert.StartsWith(
            "/sign-in/two-factor",
            (await visitor.SignInAsync(account.UserName!, Passwords.Old)).Location,
            StringComparison.Ordinal);
        var page = await visitor.GetAsync("/sign-in/two-factor");

        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.DoesNotContain("mailed", page.Body, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_password_that_the_host_replaced_between_the_two_steps_lets_nobody_in()
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddWithFactorAsync("on,codes");
        using var intruder = app.Open();
        await intruder.SignInAsync(account.Email!, Passwords.Old);
        await app.WithAsync<UserManager<Account>, int>(users =>
            app.WriteAsync(
                account.Id,
                row => row.SetProperty(known => known.PasswordHash, users.PasswordHasher.HashPassword(account, Passwords.Other))));

        Assert.Equal("/sign-in", (await intruder.GetAsync("/sign-in/two-factor")).Location);
    }

    [Theory]
    [InlineData("2")]
    [InlineData("-1")]
    public async Task Two_factor_is_on_however_SQLite_was_told(string written)
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddAccountAsync();
        await SqlAsync(app, $"UPDATE \"AspNetUsers\" SET \"TwoFactorEnabled\" = {written} WHERE \"Id\" = '{account.Id}'");
        using var visitor = app.Open();

        Assert.NotEqual("/account", (await visitor.SignInAsync(account.Email!, Passwords.Old)).Location);
    }
}
