using Microsoft.AspNetCore.Routing;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Site;

/// <summary>A form that comes without its page's cookie, as from a browser that blocks cookies.</summary>
public sealed class MissingCookieTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private const string Cookie = "antiforgery";
    private const string Blocked = "your browser blocks cookies";

    private const string Nobody = "nobody";
    private const string HalfWay = "somebody ahead of the second step";
    private const string SignedIn = "a user";
    private const string LacksStep = "a user whose two-factor was turned on since";
    private const string Admin = "an admin";

    private readonly TestApp _app = shared.App;

    public static TheoryData<string> Purposes => MailedLinks.Names;

    /// <summary>Who sees a form, the page it is on, and where it is sent to.</summary>
    public static TheoryData<string, string, string> Forms => new()
    {
        { Nobody, "/sign-in/passkey", "/sign-in/passkey" },
        { HalfWay, "/sign-in/two-factor", "/sign-in/two-factor" },
        { HalfWay, "/sign-in/two-factor", "/sign-in/two-factor/mail" },
        { HalfWay, "/sign-in/two-factor", "/sign-in/two-factor/passkey" },
        { SignedIn, "/account", "/account" },
        { SignedIn, "/account", "/sign-out" },
        { SignedIn, "/account/email", "/account/email" },
        { SignedIn, "/account/two-factor/authenticator", "/account/two-factor/authenticator" },
        { SignedIn, "/account/two-factor/codes", "/account/two-factor/codes" },
        { SignedIn, "/account/two-factor/off", "/account/two-factor/off" },
        { SignedIn, "/account/two-factor/passkeys", "/account/two-factor/passkeys" },
        { SignedIn, "/account/two-factor/passkeys", "/account/two-factor/passkeys/new" },
        { SignedIn, "/account/two-factor/passkeys/{id}", "/account/two-factor/passkeys/{id}" },
        { LacksStep, "/account/verify", "/account/verify" },
        { Admin, "/admin/bulk", "/admin/bulk" },
        { Admin, "/admin/invite", "/admin/invite" },
        { Admin, "/admin/keys", "/admin/keys" },
        { Admin, "/admin/keys", "/admin/keys/revoke" },
    };

    [Theory]
    [InlineData("/forgot-password")]
    [InlineData("/forgot-password?confirm")]
    [InlineData("/sign-in")]
    public async Task The_page_says_so_however_often_it_is_sent(string path)
    {
        using var visitor = _app.Open();
        var page = await visitor.GetAsync(path);
        for (var press = 0; press < 3; press++)
        {
            visitor.Lose(Cookie);
            page = await visitor.SubmitAsync(page, ("email", "ada@example.com"), ("password", Passwords.Old));
            AssertBlocked(page);
        }

        // Allowed at last: the form that was shown is good for a press.
        var allowed = await visitor.SubmitAsync(page, ("email", "ada@example.com"), ("password", Passwords.Old));
        Assert.NotEqual(HttpStatusCode.BadRequest, allowed.Status);
    }

    [Theory]
    [MemberData(nameof(Purposes))]
    public async Task A_link_stays_in_the_form_and_works_once_cookies_are_allowed(string purpose)
    {
        var link = await MailedLinks.OfAsync(_app, purpose);
        using var visitor = _app.Open();
        var page = await visitor.GetAsync(link.Url);
        visitor.Lose(Cookie);

        var told = await visitor.SubmitAsync(page, ("password", Passwords.New));

        AssertBlocked(told);
        Assert.Contains(link.Token.Split('&')[0], told.Body, StringComparison.Ordinal);
        (await visitor.SubmitAsync(told, MailedLinks.Answers(link.Account.Email))).IsUsed(purpose);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Every_other_form_says_so_too_and_does_nothing(string session, string path, string action)
    {
        using var visitor = _app.Open();
        var account = await EnterAsync(visitor, session);
        var key = account is null ? "" : await PasskeyAsync(account);
        var page = await visitor.GetAsync(path.Replace("{id}", key, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, page.Status);
        visitor.Lose(Cookie);

        var fields = Visitor.Hidden(page).Append(("email", "ada@example.com")).Append(("password", Passwords.Old));
        AssertBlocked(await visitor.PostAsync(action.Replace("{id}", key, StringComparison.Ordinal), [.. fields]));

        if (account is not null)
            Assert.Equal(account.SecurityStamp, (await _app.ReadAsync(account.Id)).SecurityStamp);
    }

    [Fact]
    public void No_form_is_missing_here()
    {
        var forms = _app.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("POST") == true)
            .Select(endpoint => endpoint.RoutePattern.RawText!.TrimEnd('/'))
            .Where(path => !path.StartsWith("/_", StringComparison.Ordinal));

        var links = LinkPurposes.Own.Select(purpose => purpose.Page);
        string[] tried = [.. Forms.Select(row => row.Data.Item3), .. links, "/forgot-password", "/sign-in"];
        Assert.Equal(tried.Order(StringComparer.Ordinal), forms.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_form_with_its_cookie_and_a_stale_proof_is_only_to_be_sent_again()
    {
        using var visitor = _app.Open();
        await visitor.GetAsync("/sign-in");

        var told = await visitor.PostAsync("/sign-in", ("__RequestVerificationToken", "stale"), ("email", "ada@example.com"));

        Assert.Equal(HttpStatusCode.BadRequest, told.Status);
        Assert.Contains("please press the button once more", told.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(Blocked, told.Body, StringComparison.Ordinal);
    }

    private async Task<Account?> EnterAsync(Visitor visitor, string session)
    {
        if (session == Nobody)
            return null;

        var account = session == Admin
            ? (await _app.AddAdminAsync(ConsoleRole.Admin)).Account
            : await _app.AddWithFactorAsync(session == HalfWay ? "on" : "passkey");
        if (session == Admin)
        {
            await _app.SetAsync(account.Id, twoFactor: true);
            await _app.GiveKeyAsync(account.Id);
        }

        var entered = await visitor.SignInAsync(account.Email!, Passwords.Old);
        entered.LeadsTo(session is Admin or HalfWay ? "/sign-in/two-factor?returnUrl=%2Faccount" : "/account");
        if (session == Admin)
            (await visitor.EnterCodeAsync(Factors.AppCode())).LeadsTo("/account");
        if (session == LacksStep)
            await _app.SetAsync(account.Id, twoFactor: true);
        return await _app.ReadAsync(account.Id);
    }

    private async Task<string> PasskeyAsync(Account account) =>
        await _app.WithAsync<UserManager<Account>, string>(async users =>
        {
            var passkeys = await users.GetPasskeysAsync((await users.FindByIdAsync(account.Id))!);
            return Convert.ToHexStringLower(passkeys.FirstOrDefault()?.CredentialId ?? []);
        });

    private static void AssertBlocked(Answer told)
    {
        Assert.Equal(HttpStatusCode.BadRequest, told.Status);
        Assert.Contains(Blocked, told.Body, StringComparison.Ordinal);
    }
}
