using OneTimeJwt.Web.Profile;
using OneTimeJwt.Web.SignIn;
using OneTimeJwt.Web.Tests.Site;

namespace OneTimeJwt.Web.Tests.Accounts;

public sealed class AccountScreensTests
{
    private static readonly string[] Reasons = ["Too short.", "Too common."];

    [Fact]
    public void Signing_in_takes_an_address_and_a_password()
    {
        var page = PageRenderer.Render<SignInPage>();
        var (address, password) = (page.Field("E-mail address"), page.Field("Password"));

        Assert.Equal(("email", "email", "username"), (address.Type, address.Name!, address.GetAttribute("autocomplete")!));
        Assert.Equal(("password", "password", "current-password"), (password.Type, password.Name!, password.GetAttribute("autocomplete")!));
        Assert.True(address.IsRequired && password.IsRequired);
        Assert.Equal("/account", page.Hidden("returnUrl").Value);
        Assert.Equal("/sign-in", address.Form!.GetAttribute("action"));
        Assert.NotNull(page.Content().QuerySelector("a[href='/forgot-password']"));
        Assert.Empty(page.Alerts());
    }

    [Fact]
    public void The_focus_starts_at_the_address_and_after_a_failure_at_what_went_wrong()
    {
        Assert.Equal("email", PageRenderer.Render<SignInPage>().QuerySelector("[autofocus]")!.Id);

        var again = PageRenderer.Render<SignInPage>(page => page.Add(p => p.Address, "ada@example.com").Add(p => p.Problem, new("No.")));
        Assert.Equal("problem", again.QuerySelector("[autofocus]")!.Id);
        Assert.Equal("#password", again.QuerySelector("[role=alert] a")!.GetAttribute("href"));
    }

    [Fact]
    public void A_failed_sign_in_is_announced_and_keeps_address_and_destination()
    {
        var page = PageRenderer.Render<SignInPage>(parameters =>
            parameters
                .Add(p => p.Address, PageRenderer.Hostile)
                .Add(p => p.Problem, new("They don’t fit."))
                .Add(p => p.ReturnUrl, PageRenderer.Hostile));

        Assert.Equal(["They don’t fit."], page.Alerts());
        Assert.Equal(PageRenderer.Hostile, page.Field("E-mail address").GetAttribute("value"));
        Assert.Equal(PageRenderer.Hostile, page.Hidden("returnUrl").GetAttribute("value"));
        Assert.Null(page.Field("Password").GetAttribute("value"));
    }

    [Fact]
    public void The_second_step_takes_a_code_that_phones_can_fill_in()
    {
        var page = PageRenderer.Render<TwoFactorPage>();
        var code = page.Field("Authenticator or recovery code");

        Assert.Equal(("text", "code", "one-time-code"), (code.Type, code.Name!, code.GetAttribute("autocomplete")!));
        Assert.True(code.IsRequired);
        Assert.Null(code.GetAttribute("aria-invalid"));
        Assert.Equal("/sign-in/two-factor", code.Form!.GetAttribute("action"));
        Assert.Equal("/account", page.Hidden("returnUrl").Value);
        Assert.Empty(page.Alerts());
    }

    [Fact]
    public void A_wrong_code_is_announced_and_not_repeated()
    {
        var page = PageRenderer.Render<TwoFactorPage>(parameters =>
            parameters.Add(p => p.Problem, new("Wrong.")).Add(p => p.ReturnUrl, PageRenderer.Hostile));
        var code = page.Field("Authenticator or recovery code");

        Assert.Equal(["Wrong."], page.Alerts());
        Assert.Equal(("true", "problem"), (code.GetAttribute("aria-invalid")!, code.GetAttribute("aria-describedby")!));
        Assert.Null(code.GetAttribute("value"));
        Assert.Equal(PageRenderer.Hostile, page.Hidden("returnUrl").GetAttribute("value"));
    }

    [Fact]
    public void Where_there_is_a_passkey_it_is_offered_ahead_of_the_code()
    {
        var page = PageRenderer.Render<TwoFactorPage>(parameters =>
            parameters
                .Add(p => p.Passkey, new PasskeyRequest("{\"a\":\"<\"}", "sealed"))
                .Add(p => p.ReturnUrl, "/admin")
                .Add(p => p.HasAuthenticator, false));
        var form = page.QuerySelector("form")!;

        Assert.Equal(
            ("/sign-in/two-factor/passkey", "get", "{\"a\":\"<\"}"),
            (form.GetAttribute("action")!, form.GetAttribute("data-passkey")!, form.GetAttribute("data-options")!));
        Assert.Equal(
            ["/admin", "sealed", ""],
            form.QuerySelectorAll("[name=state], [name=credential], [name=returnUrl]").Select(field => field.GetAttribute("value")!));
        Assert.NotNull(page.Field("Recovery code"));
        Assert.Single(page.QuerySelectorAll("script[src='/passkeys.js']"));
        Assert.Empty(PageRenderer.Render<TwoFactorPage>().QuerySelectorAll("script[src='/passkeys.js'], [data-passkey]"));
    }

    [Theory]
    [InlineData(false, "Code from the mail", "numeric")]
    [InlineData(true, "Code from the mail, or a recovery code", null)]
    public void A_mailed_code_is_asked_for_in_a_field_that_phones_can_fill_in_and_another_can_be_mailed(
        bool hasRecoveryCodes,
        string label,
        string? mode)
    {
        var page = PageRenderer.Render<MailedCodePage>(parameters =>
            parameters.Add(p => p.ReturnUrl, PageRenderer.Hostile).Add(p => p.HasRecoveryCodes, hasRecoveryCodes));
        var code = page.Field(label);

        Assert.Equal(("text", "code", "one-time-code"), (code.Type, code.Name!, code.GetAttribute("autocomplete")!));
        Assert.Equal((true, mode), (code.IsRequired, code.GetAttribute("inputmode")));
        Assert.Equal(
            ["/sign-in/two-factor", "/sign-in/two-factor/mail"],
            page.QuerySelectorAll("main form").Select(form => form.GetAttribute("action")!));
        Assert.All(page.QuerySelectorAll("[name=returnUrl]"), field => Assert.Equal(PageRenderer.Hostile, field.GetAttribute("value")));
        Assert.Contains("works once, for 10 minutes", page.Content().Words(), StringComparison.Ordinal);
        Assert.Equal("code", page.QuerySelector("[autofocus]")!.Id);
        Assert.Null(page.QuerySelector("[role=status]"));
    }

    [Fact]
    public void Where_no_more_codes_are_mailed_the_page_says_from_when_on_and_offers_none()
    {
        var page = PageRenderer.Render<MailedCodePage>(parameters =>
            parameters
                .Add(p => p.NextAt, new DateTimeOffset(2026, 1, 5, 9, 30, 0, TimeSpan.Zero))
                .Add(p => p.Again, true)
                .Add(p => p.Problem, new("No.")));

        Assert.Contains(
            "The next one can be mailed from 5 January 2026 at 09:30 (UTC) on.",
            page.Content().Words(),
            StringComparison.Ordinal);
        Assert.Equal(["/sign-in/two-factor"], page.QuerySelectorAll("main form").Select(form => form.GetAttribute("action")!));
        Assert.Null(page.QuerySelector("[role=status]"));
        Assert.Equal("problem", page.QuerySelector("[autofocus]")!.Id);
    }

    [Fact]
    public void Where_two_factor_is_on_elsewhere_the_page_says_so_and_offers_what_can_be_asked_for_here()
    {
        var page = PageRenderer.Render<SecondFactorPage>(parameters =>
            parameters
                .Add(p => p.State, PageStates.Factor(false, 0) with { IsElsewhere = true })
                .Add(p => p.Step, Step.MailedCode)
                .Add(p => p.ForConsole, true));

        Assert.Equal(
            ["/account/two-factor/authenticator", "/account/two-factor/off", "/account"],
            page.Content().QuerySelectorAll("a").Select(link => link.GetAttribute("href")!));
        Assert.Contains("on in another application", page.Content().Words(), StringComparison.Ordinal);
        Assert.Contains("Before anything is changed here we mail you a code", page.Content().Words(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "Codes left: 0.")]
    [InlineData(1, "Codes left: 1.")]
    [InlineData(10, "Codes left: 10.")]
    public void The_second_factor_page_says_what_there_is_and_leads_to_every_change(int codes, string words)
    {
        var page = PageRenderer.Render<SecondFactorPage>(parameters =>
            parameters
                .Add(p => p.State, PageStates.Factor(true, codes, "Phone"))
                .Add(p => p.OffersPasskeys, true)
                .Add(p => p.ReturnUrl, "/admin"));

        Assert.Contains(words, page.Content().Words(), StringComparison.Ordinal);
        Assert.Equal(
            [
                "/account/two-factor/authenticator?returnUrl=%2Fadmin",
                "/account/two-factor/passkeys/00",
                "/account/two-factor/passkeys?returnUrl=%2Fadmin",
                "/account/two-factor/codes",
                "/account/two-factor/off",
                "/account",
            ],
            page.Content().QuerySelectorAll("a").Select(link => link.GetAttribute("href")!));
        Assert.Equal("Remove Phone", page.QuerySelector("a[href$='/00']")!.GetAttribute("aria-label"));
    }

    [Fact]
    public void Where_nothing_is_set_up_it_is_offered_and_nothing_can_be_turned_off()
    {
        var page = PageRenderer.Render<SecondFactorPage>(parameters => parameters.Add(p => p.State, PageStates.Factor(false, 0)));

        Assert.Equal(
            ["/account/two-factor/authenticator", "/account"],
            page.Content().QuerySelectorAll("a").Select(link => link.GetAttribute("href")!));
    }

    [Fact]
    public void A_key_is_shown_as_a_picture_in_groups_and_as_a_link_and_goes_back_sealed_only()
    {
        var page = PageRenderer.Render<AuthenticatorPage>(parameters =>
            parameters.Add(p => p.Key, new AuthenticatorKey("JBSWY3DPEHPK3PXP", "sealed", "otpauth://totp/x")).Add(p => p.Address, "ada"));

        Assert.Equal("JBSW Y3DP EHPK 3PXP", page.QuerySelector("code.key")!.Words());
        Assert.Equal("sealed", page.Hidden("key").Value);
        Assert.NotNull(page.QuerySelector("[role=img][aria-label] svg[viewBox]"));
        Assert.Empty(page.QuerySelectorAll("svg [style], svg [href], svg image"));
        Assert.Equal("otpauth://totp/x", page.QuerySelector("ol a")!.GetAttribute("href"));
        Assert.Equal(
            ("one-time-code", "numeric"),
            (page.Field("Code from the app").GetAttribute("autocomplete")!, page.Field("Code from the app").GetAttribute("inputmode")!));
    }

    [Theory]
    [InlineData(false, false, "Off")]
    [InlineData(true, false, "On")]
    [InlineData(true, true, "On, with codes that we mail to you")]
    public void The_account_page_says_who_is_signed_in_and_how(bool twoFactor, bool byMail, string word)
    {
        var page = PageRenderer.Render<AccountPage>(parameters =>
            parameters.Add(p => p.Address, PageRenderer.Hostile).Add(p => p.TwoFactorEnabled, twoFactor).Add(p => p.ByMail, byMail));

        Assert.Equal([PageRenderer.Hostile, word, "No change on record"], page.QuerySelectorAll("dd").Select(PageRenderer.Words));
        Assert.Null(page.QuerySelector("[role=status]"));
        Assert.Empty(page.Alerts());
    }

    [Fact]
    public void The_account_page_says_when_the_password_was_last_changed() =>
        Assert.Equal(
            "5 January 2026 at 09:30 (UTC)",
            PageRenderer
                .Render<AccountPage>(page =>
                    page.Add(p => p.Address, "ada").Add(p => p.LastChanged, new DateTimeOffset(2026, 1, 5, 9, 30, 0, TimeSpan.Zero)))
                .QuerySelector("dd time")!
                .Words());

    [Fact]
    public void Changing_the_password_takes_the_current_one_and_a_new_one()
    {
        var page = PageRenderer.Render<AccountPage>(parameters => parameters.Add(p => p.Address, "ada@example.com"));
        var (current, chosen) = (page.Field("Current password"), page.Field("New password"));

        Assert.Equal(("password", "current-password"), (current.Type, current.GetAttribute("autocomplete")!));
        Assert.Equal(("password", "new-password"), (chosen.Type, chosen.GetAttribute("autocomplete")!));
        Assert.Same(current.Form, chosen.Form);
        Assert.Equal("/account", chosen.Form!.GetAttribute("action"));
        Assert.Equal("ada@example.com", chosen.Form!.QuerySelector("[autocomplete=username]")!.GetAttribute("value"));
    }

    [Fact]
    public void Signing_out_is_a_form_of_its_own() =>
        Assert.Single(
            PageRenderer.Render<AccountPage>(page => page.Add(p => p.Address, "ada")).QuerySelectorAll("form[action='/sign-out'] button"));

    [Fact]
    public void A_change_that_worked_is_a_status_and_one_that_did_not_an_alert()
    {
        Assert.StartsWith(
            "Your password is changed.",
            PageRenderer
                .Render<AccountPage>(page => page.Add(p => p.Address, "ada").Add(p => p.Changed, true))
                .QuerySelector("[role=status]")!
                .Words(),
            StringComparison.Ordinal);

        var refused = PageRenderer.Render<AccountPage>(page =>
            page.Add(p => p.Address, "ada").Add(p => p.Problem, new(Reasons) { Field = "new-password" }));
        Assert.Equal(Reasons, refused.Alerts());
        Assert.Equal("true", refused.Field("New password").GetAttribute("aria-invalid"));
        Assert.Null(refused.Field("Current password").GetAttribute("aria-invalid"));
    }
}
