using OneTimeJwt.Web.Admin;

namespace OneTimeJwt.Web.Tests.SignIn;

/// <summary>What a session has to have passed before it changes how its account is protected.</summary>
public sealed class StepUpTests(SharedApp shared) : IClassFixture<SharedApp>
{
    // Enough where a second factor protects the account, and nowhere else.
    private const string Short = "mQ7!vTz2";

    private readonly TestApp _app = shared.App;

    public static TheoryData<string> Acts =>
        [
            "/account/email",
            "/account/two-factor/off",
            "/account/two-factor/codes",
            "/account/two-factor/authenticator",
            "/account/two-factor/passkeys",
            "/account/two-factor/passkeys/new",
            "/account/two-factor/passkeys/00",
        ];

    [Theory]
    [MemberData(nameof(Acts))]
    public async Task A_factor_that_was_switched_on_elsewhere_since_the_sign_in_is_asked_for_ahead_of_every_act(string path)
    {
        var account = await _app.AddAccountAsync();
        using var visitor = await EnterAsync(account);
        var proof = ("__RequestVerificationToken", AnswerMask.Antiforgery((await visitor.GetAsync("/account")).Body));
        await _app.SetAsync(account.Id, twoFactor: true);
        var before = await _app.ReadAsync(account.Id);

        var refused = await visitor.PostAsync(path, proof, ("password", Passwords.Old), ("email", MailedLinks.NewAddress()));
        Assert.Equal(HttpStatusCode.SeeOther, refused.Status);
        Assert.StartsWith("/account/verify?returnUrl=%2Faccount%2F", refused.Location, StringComparison.Ordinal);
        if (!path.EndsWith("/new", StringComparison.Ordinal))
            Assert.Equal($"/account/verify?returnUrl={Uri.EscapeDataString(path)}", (await visitor.GetAsync(path)).Location);

        var after = await _app.ReadAsync(account.Id);
        Assert.Equal(
            (before.TwoFactorEnabled, before.SecurityStamp, null),
            (after.TwoFactorEnabled, after.SecurityStamp, after.RecoveryState?.PendingAddress));
    }

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.PostgreSql)]
    public async Task The_step_by_mail_leads_back_and_the_session_goes_on_with_it(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider: provider);
        var account = await app.AddAccountAsync();
        using var visitor = app.Open();
        await visitor.SignInAsync(account.Email!, Passwords.Old);
        await app.SetAsync(account.Id, twoFactor: true);

        var page = await visitor.GetAsync((await visitor.GetAsync("/account/two-factor/off")).Location!);
        Assert.Contains("Mail me a code", page.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await visitor.PostAsync("/account/verify")).Status);
        Assert.Empty(app.Mails.To(account.Email!));
        var step = await visitor.SubmitAsync(page);
        Assert.Equal("/sign-in/two-factor?returnUrl=%2Faccount%2Ftwo-factor%2Foff", step.Location);
        var code = await app.MailedCodeAsync(account);
        var form = await visitor.GetAsync(step.Location!);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.SubmitAsync(form, ("code", Factors.Wrong(code)))).Status);
        Assert.Equal("/account/two-factor/off", (await visitor.SubmitAsync(form, ("code", code))).Location);

        // Another password renews the session, and what it has passed stays with it.
        Assert.Equal("/account?changed", (await visitor.ChangePasswordAsync(Passwords.Old, Passwords.New)).Location);
        Assert.Equal("/account", (await visitor.GetAsync("/account/verify")).Location);
        var off = await visitor.GetAsync("/account/two-factor/off");
        Assert.Equal("/account/two-factor?saved", (await visitor.SubmitAsync(off, ("password", Passwords.New))).Location);
        Assert.False((await app.ReadAsync(account.Id)).TwoFactorEnabled);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_there_is_an_app_it_is_asked_for_and_a_code_that_was_mailed_before_does_not_do(bool enteredByMail)
    {
        var account = enteredByMail ? await _app.AddWithFactorAsync("on") : await _app.AddAccountAsync();
        using var visitor = enteredByMail ? await _app.EnterByMailAsync(account) : await EnterAsync(account);
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/account/email")).Status);
        await _app.SetAsync(account.Id, twoFactor: true);
        await _app.GiveKeyAsync(account.Id);
        var mails = _app.Mails.To(account.Email!).Count;

        var page = await visitor.GetAsync((await visitor.GetAsync("/account/email")).Location!);
        Assert.DoesNotContain("Mail me a code", page.Body, StringComparison.Ordinal);
        var form = await visitor.GetAsync((await visitor.SubmitAsync(page)).Location!);
        Assert.Contains("Authenticator or recovery code", form.Body, StringComparison.Ordinal);
        Assert.Equal("/account/email", (await visitor.SubmitAsync(form, ("code", Factors.AppCode()))).Location);

        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/account/email")).Status);
        Assert.Equal(mails, _app.Mails.To(account.Email!).Count);
    }

    [Theory]
    [InlineData("", "/account/email")]
    [InlineData("", "/account/two-factor/authenticator")]
    [InlineData("", "/account/two-factor/passkeys")]
    [InlineData("key=JBSWY3DPEHPK3PXP", "/account/two-factor/authenticator")]
    public async Task Who_has_no_second_factor_needs_none(string shape, string path)
    {
        using var visitor = await EnterAsync(await _app.AddWithFactorAsync(shape));

        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync(path)).Status);
        Assert.Equal("/account/two-factor", (await visitor.GetAsync("/account/verify?returnUrl=/account/two-factor")).Location);
        Assert.Equal("/account", (await visitor.GetAsync("/account/verify?returnUrl=https://evil.example")).Location);
    }

    [Theory]
    [InlineData("", 15)]
    [InlineData("on,phone", 15)]
    [InlineData("on,codes", 15)]
    [InlineData("on,key=", 15)]
    [InlineData("key=JBSWY3DPEHPK3PXP", 15)]
    [InlineData("passkey", 15)]
    [InlineData("on,key=JBSWY3DPEHPK3PXP", 8)]
    [InlineData("on,passkey", 8)]
    public async Task A_link_takes_a_short_password_only_where_a_second_factor_is_asked_for_here(string shape, int minimum)
    {
        var account = await _app.AddWithFactorAsync(shape);
        using var visitor = _app.Open();
        var page = await visitor.GetAsync(await _app.LinkForAsync(account));
        Assert.Contains($"At least {minimum} characters", page.Body, StringComparison.Ordinal);

        var answer = await visitor.SubmitAsync(page, ("password", Short));

        Assert.Equal(minimum == 8, answer.PasswordChanged);
        Assert.True(minimum == 8 || answer.Body.Contains("Use at least 15 characters; this has 8.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("password", 15)]
    [InlineData("mail", 15)]
    [InlineData("app", 8)]
    public async Task A_session_takes_a_short_password_only_where_it_has_passed_the_second_factor(string entry, int minimum)
    {
        var account = await _app.AddWithFactorAsync(entry switch { "mail" => "on", "app" => $"on,key={Factors.Key}", _ => "" });
        using var visitor = entry == "mail" ? await _app.EnterByMailAsync(account) : _app.Open();
        if (entry != "mail")
            await visitor.SignInAsync(account.Email!, Passwords.Old);
        if (entry == "app")
            Assert.Equal("/account", (await visitor.EnterCodeAsync(Factors.AppCode())).Location);
        await _app.SetAsync(account.Id, twoFactor: true);
        await _app.GiveKeyAsync(account.Id);

        Assert.Contains($"At least {minimum} characters", (await visitor.GetAsync("/account")).Body, StringComparison.Ordinal);
        Assert.Equal(minimum == 8 ? "/account?changed" : null, (await visitor.ChangePasswordAsync(Passwords.Old, Short)).Location);
    }

    [Fact]
    public async Task An_admin_sets_up_a_second_factor_only_after_the_step_by_mail_in_Development_too()
    {
        var admin = await _app.AddAccountAsync();
        using var visitor = await EnterAsync(admin);
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/account/two-factor/authenticator")).Status);

        await _app.WithAsync<ConsoleRoles, RoleOutcome>(roles => roles.GrantAsync(admin.Id, ConsoleRole.Support));

        Assert.Contains(
            "Before anything is changed here we mail you a code",
            (await visitor.GetAsync("/account/two-factor")).Body,
            StringComparison.Ordinal);
        Assert.StartsWith(
            "/account/verify",
            (await visitor.GetAsync("/account/two-factor/authenticator")).Location,
            StringComparison.Ordinal);
        Assert.StartsWith("/account/verify", (await visitor.GetAsync("/account/email")).Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_right_password_gives_an_admin_without_a_second_factor_no_more_guesses_at_a_mailed_code()
    {
        var admin = await _app.AddAccountAsync();
        await _app.WithAsync<ConsoleRoles, RoleOutcome>(roles => roles.GrantAsync(admin.Id, ConsoleRole.Admin));
        using var visitor = await EnterAsync(admin);
        var step = await visitor.SubmitAsync(await visitor.GetAsync("/account/verify"));
        var code = await _app.MailedCodeAsync(admin);

        for (var guess = 1; guess <= 5; guess++)
        {
            Assert.Equal(
                HttpStatusCode.UnprocessableEntity,
                (await visitor.SubmitAsync(await visitor.GetAsync(step.Location!), ("code", Factors.Wrong(code, guess)))).Status);
            using var other = await EnterAsync(admin);
        }

        Assert.Null((await _app.ReadAsync(admin.Id)).LockoutEnd);
        Assert.Equal(
            HttpStatusCode.UnprocessableEntity,
            (await visitor.SubmitAsync(await visitor.GetAsync(step.Location!), ("code", code))).Status);
    }

    private async Task<Visitor> EnterAsync(Account account)
    {
        var visitor = _app.Open();
        Assert.Equal("/account", (await visitor.SignInAsync(account.Email!, Passwords.Old)).Location);
        return visitor;
    }
}
