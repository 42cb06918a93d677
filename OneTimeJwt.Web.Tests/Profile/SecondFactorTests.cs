using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Tests.Profile;

public sealed partial class SecondFactorTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private const string Path = "/account/two-factor";
    private readonly TestApp _app = shared.App;

    [Fact]
    public async Task An_app_is_set_up_with_its_code_and_the_password_and_asked_for_from_then_on()
    {
        var account = await _app.AddAccountAsync();
        var link = await _app.LinkForAsync(account);
        using var other = await EnterAsync(account);
        using var visitor = await EnterAsync(account);
        var page = await visitor.GetAsync($"{Path}/authenticator");
        var key = Key(page);

        Assert.Equal(
            HttpStatusCode.UnprocessableEntity,
            (await visitor.SubmitAsync(page, ("code", Code(key)), ("password", Passwords.Other))).Status);
        var wrong = await visitor.SubmitAsync(page, ("code", "000000"), ("password", Passwords.Old));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.Status);
        Assert.DoesNotContain("Use another phone", wrong.Body, StringComparison.Ordinal);
        Assert.False((await _app.ReadAsync(account.Id)).TwoFactorEnabled);
        var done = await visitor.SubmitAsync(page, ("code", Code(key)), ("password", Passwords.Old));

        Assert.Equal((HttpStatusCode.OK, "no-store"), (done.Status, done.Headers["Cache-Control"]));
        Assert.Equal(10, RecoveryCodes(done).Count);
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/account")).Status);
        Assert.Equal(HttpStatusCode.Found, (await other.GetAsync("/account")).Status);
        (await visitor.GetAsync(link)).IsRefusedAs("spent");
        Assert.Equal("Two-factor sign-in is on", MailFolder.Subject((await _app.Mails.WaitAsync(account.Email!, 2))[1]));
        Assert.Single(
            await _app.TrailAsync(account.Id),
            line => line is { Kind: RecoveryEventKind.TwoFactorOn, Detail: "authenticator app" });

        using var later = _app.Open();
        Assert.StartsWith(
            "/sign-in/two-factor",
            (await later.SignInAsync(account.Email!, Passwords.Old)).Location,
            StringComparison.Ordinal);
        Assert.Equal("/account", (await later.SubmitAsync(await later.GetAsync("/sign-in/two-factor"), ("code", Code(key)))).Location);
    }

    [Fact]
    public async Task Opening_the_pages_changes_nothing_and_the_codes_are_not_shown_again()
    {
        var account = await _app.AddAccountAsync();
        using var visitor = await EnterAsync(account);
        var before = await _app.ReadAsync(account.Id);
        var first = await visitor.GetAsync($"{Path}/authenticator");
        var again = await visitor.GetAsync($"{Path}/authenticator");
        Assert.NotEqual(Key(first), Key(again));
        Assert.Equal(
            (before.SecurityStamp, before.ConcurrencyStamp),
            ((await _app.ReadAsync(account.Id)).SecurityStamp, (await _app.ReadAsync(account.Id)).ConcurrencyStamp));

        var codes = RecoveryCodes(await visitor.SubmitAsync(again, ("code", Code(Key(again))), ("password", Passwords.Old)));

        var resent = await visitor.SubmitAsync(again, ("code", Code(Key(again))), ("password", Passwords.Old));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, resent.Status);
        foreach (var body in new[] { resent.Body, (await visitor.GetAsync(Path)).Body, (await visitor.GetAsync($"{Path}/codes")).Body })
            Assert.DoesNotContain(codes[0], body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_was_shown_to_one_account_is_not_taken_from_another()
    {
        using var mallory = await EnterAsync(await _app.AddAccountAsync());
        using var visitor = await EnterAsync(await _app.AddAccountAsync());
        var theirs = await mallory.GetAsync($"{Path}/authenticator");
        var own = await visitor.GetAsync($"{Path}/authenticator");

        var answer = await visitor.PostAsync(
            $"{Path}/authenticator",
            ("__RequestVerificationToken", AnswerMask.Antiforgery(own.Body)),
            ("key", Sealed(theirs)),
            ("code", Code(Key(theirs))),
            ("password", Passwords.Old));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Contains("open for too long", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_phone_takes_the_place_of_the_first_and_the_codes_stay()
    {
        var account = await _app.AddAccountAsync();
        using var visitor = await EnterAsync(account);
        var (old, codes) = await SetUpAsync(visitor);
        var page = await visitor.GetAsync($"{Path}/authenticator");
        Assert.Contains("Use another phone", page.Body, StringComparison.Ordinal);

        Assert.Equal($"{Path}?saved", (await visitor.SubmitAsync(page, ("code", Code(Key(page))), ("password", Passwords.Old))).Location);

        Assert.False(await CanEnterAsync(account, Code(old)));
        Assert.True(await CanEnterAsync(account, Code(Key(page))));
        Assert.True(await CanEnterAsync(account, codes[0]));
        Assert.Single(await _app.TrailAsync(account.Id), line => line.Kind == RecoveryEventKind.AuthenticatorChanged);
    }

    [Theory]
    [InlineData("codes", RecoveryEventKind.RecoveryCodesMade, "New recovery codes")]
    [InlineData("off", RecoveryEventKind.TwoFactorOff, "Two-factor sign-in is off")]
    public async Task A_change_takes_the_password_is_written_down_and_told_to_the_owner(
        string change,
        RecoveryEventKind kind,
        string subject)
    {
        var account = await _app.AddAccountAsync();
        using var visitor = await EnterAsync(account);
        var (_, codes) = await SetUpAsync(visitor);
        var stamp = (await _app.ReadAsync(account.Id)).SecurityStamp;
        var page = await visitor.GetAsync($"{Path}/{change}");

        var refused = await visitor.SubmitAsync(page, ("password", Passwords.Other));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        var forged = await visitor.PostAsync($"{Path}/{change}", ("password", Passwords.Old));
        Assert.Equal(HttpStatusCode.BadRequest, forged.Status);
        Assert.Equal(stamp, (await _app.ReadAsync(account.Id)).SecurityStamp);

        var answer = await visitor.SubmitAsync(page, ("password", Passwords.Old));

        Assert.NotEqual(stamp, (await _app.ReadAsync(account.Id)).SecurityStamp);
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/account")).Status);
        Assert.Single(await _app.TrailAsync(account.Id), line => line.Kind == kind);
        Assert.Equal(subject, MailFolder.Subject((await _app.Mails.WaitAsync(account.Email!, 2))[1]));
        if (change == "off")
        {
            Assert.Equal($"{Path}?saved", answer.Location);
            using var later = _app.Open();
            Assert.Equal("/account", (await later.SignInAsync(account.Email!, Passwords.Old)).Location);
            Assert.Equal(
                0,
                await _app.WithAsync<UserManager<Account>, int>(async users =>
                    await users.CountRecoveryCodesAsync((await users.FindByIdAsync(account.Id))!)));
        }
        else
        {
            Assert.False(await CanEnterAsync(account, codes[0]));
            Assert.True(await CanEnterAsync(account, RecoveryCodes(answer)[0]));
        }
    }

    [Fact]
    public async Task Nobody_gets_to_the_pages_without_signing_in_and_what_is_no_passkey_is_refused()
    {
        var account = await _app.AddAccountAsync();
        using var stranger = _app.Open();
        foreach (var page in new[] { "", "/authenticator", "/codes", "/off", "/passkeys", "/passkeys/00" })
            Assert.StartsWith("/sign-in?returnUrl=", (await stranger.GetAsync(Path + page)).Location, StringComparison.Ordinal);
        var entry = await stranger.GetAsync("/sign-in/passkey");
        Assert.Equal(HttpStatusCode.OK, entry.Status);
        var proof = ("__RequestVerificationToken", AnswerMask.Antiforgery(entry.Body));

        using var visitor = await EnterAsync(account);
        var asked = await visitor.SubmitAsync(await visitor.GetAsync($"{Path}/passkeys"), ("password", Passwords.Old));
        Assert.Contains("data-passkey=\"create\"", asked.Body, StringComparison.Ordinal);
        var ownProof = ("__RequestVerificationToken", AnswerMask.Antiforgery(asked.Body));
        foreach (
            var credential in new[] { "", "{}", "null", "[1", "{\"id\":\"AA\",\"rawId\":\"AA\",\"type\":\"public-key\",\"response\":{}}" })
        {
            Assert.Equal(
                HttpStatusCode.UnprocessableEntity,
                (await stranger.PostAsync("/sign-in/passkey", proof, ("state", Value(entry, "state")), ("credential", credential))).Status);
            Assert.Equal(
                HttpStatusCode.UnprocessableEntity,
                (
                    await visitor.PostAsync(
                        $"{Path}/passkeys/new",
                        ownProof,
                        ("state", Value(asked, "state")),
                        ("credential", credential))
                ).Status);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await visitor.GetAsync($"{Path}/passkeys/00")).Status);
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await visitor.PostAsync($"{Path}/passkeys/00", ownProof, ("password", Passwords.Old))).Status);
        Assert.False((await _app.ReadAsync(account.Id)).TwoFactorEnabled);
    }

    [Fact]
    public async Task An_answer_that_proves_a_passkey_signs_in_once_also_when_it_is_sent_several_times_at_once()
    {
        var account = await _app.AddWithFactorAsync("on,passkey");
        var passkey = Assert.Single(await _app.PasskeysAsync(account.Id));
        var challenge = Guid.NewGuid();

        Task<bool> EnterAsync(Guid by) => _app.EnterWithPasskeyAsync(account.Id, passkey, by);
        var entered = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => EnterAsync(challenge))));

        Assert.Single(entered, success => success);
        Assert.False(await EnterAsync(challenge));
        Assert.True(await EnterAsync(Guid.NewGuid()));
    }

    [Fact]
    public async Task An_admin_without_a_second_factor_is_led_to_one_and_on_to_the_console()
    {
        await using var app = await Factors.StartInProductionAsync();
        var (admin, nobody) = (await app.AddAccountAsync(), await app.AddAccountAsync());
        await GrantAsync(app, admin);
        using var visitor = app.Open();
        await visitor.SignInAsync(admin.Email!, Passwords.Old);

        var refused = await visitor.GetAsync("/admin/trail");
        Assert.Equal((HttpStatusCode.SeeOther, $"{Path}?returnUrl=%2Fadmin"), (refused.Status, refused.Location));
        var why = await visitor.GetAsync(refused.Location!);
        Assert.Contains("The console opens to admins with a second factor only", why.Body, StringComparison.Ordinal);
        Assert.Contains("Before anything is changed here we mail you a code", why.Body, StringComparison.Ordinal);
        var setUp = WebUtility.HtmlDecode(Regex.Match(why.Body, "href=\"([^\"]*/authenticator[^\"]*)\"").Groups[1].Value);
        var step = await visitor.SubmitAsync(await visitor.GetAsync((await visitor.GetAsync(setUp)).Location!));
        Assert.Equal(
            setUp,
            (await visitor.SubmitAsync(await visitor.GetAsync(step.Location!), ("code", await app.MailedCodeAsync(admin)))).Location);
        Assert.Equal(HttpStatusCode.SeeOther, (await visitor.GetAsync("/admin/trail")).Status);
        var page = await visitor.GetAsync(setUp);
        var done = await visitor.SubmitAsync(page, ("code", Code(Key(page))), ("password", Passwords.Old));
        Assert.Contains("href=\"/admin\"", done.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/admin/trail")).Status);

        // Who has turned it on elsewhere, in a way that is not asked for here, has not proven it here.
        await app.WithAsync<UserManager<Account>, IdentityResult>(async users =>
        {
            var row = (await users.FindByIdAsync(admin.Id))!;
            await users.RemoveAuthenticationTokenAsync(row, Account.TokenStore, "AuthenticatorKey");
            return await users.UpdateSecurityStampAsync(row);
        });
        using var again = app.Open();
        await again.SignInAsync(admin.Email!, Passwords.Old);
        Assert.Equal("/account", (await again.EnterCodeAsync(await app.MailedCodeAsync(admin, 2))).Location);
        Assert.Equal($"{Path}?returnUrl=%2Fadmin", (await again.GetAsync("/admin/trail")).Location);
        Assert.Equal(HttpStatusCode.OK, (await again.GetAsync($"{Path}/authenticator?returnUrl=%2Fadmin")).Status);

        using var other = app.Open();
        await other.SignInAsync(nobody.Email!, Passwords.Old);
        Assert.Equal(HttpStatusCode.Forbidden, (await other.GetAsync("/admin/trail")).Status);
        await GrantAsync(app, nobody);
        Assert.Equal(HttpStatusCode.SeeOther, (await other.GetAsync("/admin/trail")).Status);
        await app.WithAsync<ConsoleRoles, RoleOutcome>(roles => roles.RemoveAsync(nobody.Id, ConsoleRole.Admin));
        Assert.Equal(HttpStatusCode.Forbidden, (await other.GetAsync("/admin/trail")).Status);
    }

    private static Task<RoleOutcome> GrantAsync(TestApp app, Account account) =>
        app.WithAsync<ConsoleRoles, RoleOutcome>(roles => roles.GrantAsync(account.Id, ConsoleRole.Admin));

    private async Task<Visitor> EnterAsync(Account account)
    {
        var visitor = _app.Open();
        Assert.Equal("/account", (await visitor.SignInAsync(account.Email!, Passwords.Old)).Location);
        return visitor;
    }

    private static async Task<(string Key, IReadOnlyList<string> Codes)> SetUpAsync(Visitor visitor)
    {
        var page = await visitor.GetAsync($"{Path}/authenticator");
        return (Key(page), RecoveryCodes(await visitor.SubmitAsync(page, ("code", Code(Key(page))), ("password", Passwords.Old))));
    }

    private async Task<bool> CanEnterAsync(Account account, string code)
    {
        using var visitor = _app.Open();
        await visitor.SignInAsync(account.Email!, Passwords.Old);
        return (await visitor.SubmitAsync(await visitor.GetAsync("/sign-in/two-factor"), ("code", code))).Location == "/account";
    }

    private static string Code(string key) => Totp.Code(key, DateTimeOffset.UtcNow);

    private static string Key(Answer page) => KeyText().Match(page.Body).Groups[1].Value.Replace(" ", "", StringComparison.Ordinal);

    private static string Sealed(Answer page) => Value(page, "key");

    private static string Value(Answer page, string name) => Regex.Match(page.Body, $"name=\"{name}\" value=\"([^\"]*)\"").Groups[1].Value;

    private static List<string> RecoveryCodes(Answer page) => [.. CodeText().Matches(page.Body).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("<code class=\"key\">([A-Z2-7 ]+)</code>")]
    private static partial Regex KeyText();

    [GeneratedRegex("<li><code>([^<]+)</code></li>")]
    private static partial Regex CodeText();
}
