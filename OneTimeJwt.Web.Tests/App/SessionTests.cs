using System.Net;
using Microsoft.AspNetCore.Identity;
using OneTimeJwt.Web.Data;

namespace OneTimeJwt.Web.Tests.App;

public sealed class SessionTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private readonly TestApp _app = shared.App;

    [Fact]
    public async Task A_reset_ends_every_other_session_on_its_next_request_and_signs_nobody_in()
    {
        var account = await _app.AddAccountAsync();
        using var session = _app.Open();
        await session.SignInAsync(account.Email!, Passwords.Old);
        using var owner = _app.Open();

        Assert.True((await owner.RedeemAsync(await _app.LinkForAsync(account), Passwords.New)).PasswordChanged);

        Assert.Equal("/sign-in?returnUrl=%2Faccount", (await session.GetAsync("/account")).Location);
        Assert.Equal("/sign-in?returnUrl=%2Faccount", (await owner.GetAsync("/account")).Location);
    }

    [Fact]
    public async Task Every_failed_sign_in_has_one_answer()
    {
        var known = await _app.AddAccountAsync();
        var unconfirmed = await _app.AddAccountAsync(shape: row => row.EmailConfirmed = false);
        var locked = await _app.AddAccountAsync(shape: row => row.LockoutEnd = DateTimeOffset.MaxValue);
        var without = await _app.AddAccountAsync(password: null);

        var answers = new HashSet<string>();
        foreach (var (address, password) in new[] { (known.Email!, Passwords.New), (unconfirmed.Email!, Passwords.Old), (locked.Email!, Passwords.Old), (without.Email!, ""), ($"nobody-{Guid.NewGuid():N}@example.com", Passwords.Old), (known.Email!, new string('x', 300)) })
        {
            using var visitor = _app.Open();
            var answer = await visitor.SignInAsync(address, password);
            answers.Add($"{answer.Status} {Echoes.Mask(answer.Body.Replace(address, "address", StringComparison.Ordinal))}");
        }

        Assert.StartsWith("UnprocessableEntity", Assert.Single(answers), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Five_wrong_passwords_lock_the_account_for_a_while_also_when_tried_at_once()
    {
        var account = await _app.AddAccountAsync();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            using var visitor = _app.Open();
            await visitor.SignInAsync(account.Email!, Passwords.New);
        }));

        using var owner = _app.Open();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await owner.SignInAsync(account.Email!, Passwords.Old)).Status);
        Assert.NotNull((await _app.ReadAsync(account.Id)).LockoutEnd);
    }

    [Fact]
    public async Task Changing_the_password_needs_the_present_one_ends_other_sessions_and_tells_the_owner()
    {
        var account = await _app.AddAccountAsync();
        using var other = _app.Open();
        await other.SignInAsync(account.Email!, Passwords.Old);
        using var visitor = _app.Open();
        await visitor.SignInAsync(account.Email!, Passwords.Old);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await ChangeAsync(visitor, Passwords.Other, Passwords.New)).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await ChangeAsync(visitor, Passwords.Old, "short")).Status);
        Assert.Equal("/account?changed", (await ChangeAsync(visitor, Passwords.Old, Passwords.New)).Location);

        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/account")).Status);
        Assert.Equal(HttpStatusCode.Found, (await other.GetAsync("/account")).Status);
        Assert.Equal("Your password was changed", (await _app.Mails.WaitAsync(account.Email!))[0].Subject);
    }

    [Fact]
    public async Task A_recovery_code_opens_the_second_step_once()
    {
        var account = await _app.AddAccountAsync();
        var codes = await _app.WithAsync<UserManager<Account>, IEnumerable<string>?>(async users =>
        {
            var row = (await users.FindByIdAsync(account.Id))!;
            await users.ResetAuthenticatorKeyAsync(row);
            await users.SetTwoFactorEnabledAsync(row, enabled: true);
            return await users.GenerateNewTwoFactorRecoveryCodesAsync(row, 2);
        });

        foreach (var expected in new[] { HttpStatusCode.SeeOther, HttpStatusCode.UnprocessableEntity })
        {
            using var visitor = _app.Open();
            Assert.Equal("/sign-in/two-factor?returnUrl=%2Faccount", (await visitor.SignInAsync(account.Email!, Passwords.Old)).Location);
            Assert.Equal(HttpStatusCode.Found, (await visitor.GetAsync("/account")).Status);
            var step = await visitor.GetAsync("/sign-in/two-factor");
            Assert.Equal(expected, (await visitor.SubmitAsync(step, ("code", codes!.First()))).Status);
        }
    }

    private static async Task<Answer> ChangeAsync(Visitor visitor, string current, string chosen)
    {
        var page = await visitor.GetAsync("/account");
        var antiforgery = Echoes.Antiforgery(page.Body);
        return await visitor.PostAsync("/account", ("__RequestVerificationToken", antiforgery), ("current-password", current), ("new-password", chosen));
    }
}
