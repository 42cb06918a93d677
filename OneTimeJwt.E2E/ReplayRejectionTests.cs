using System.Text;
using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Pages;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>A link works once, whatever is tried.</summary>
[Purpose("reset")]
[Role("user")]
[Size("desktop")]
public sealed partial class ReplayRejectionTests(Suite suite) : LinkTest(suite)
{
    [Fact]
    [Guarantee(1, 2)]
    public async Task A_second_use_of_the_link_is_refused()
    {
        var account = await NewAccountAsync();
        var password = account.NewPassword();
        var link = await Site.MailLinkAsync(account);
        await RedeemAsync(link, password);

        await IsRefusedAsync(Spent, link);
        await SignsInAsync(account, password);
    }

    [Fact]
    [Guarantee(1, 2)]
    public async Task Going_back_in_the_same_tab_shows_no_form_to_send_again()
    {
        var account = await NewAccountAsync();
        var tab = await NewBrowserAsync();
        var reset = await ResetPasswordPage.OpenAsync(tab, await Site.MailLinkAsync(account));
        await reset.ChooseAsync(account.NewPassword());

        await tab.LeaveByAsync(() => tab.Page.GoBackAsync());
        var dead = await InvalidLinkPage.AtAsync(tab);
        Assert.Equal(Spent, await dead.VerdictAsync());
        await Assertions.Expect(dead.Heading).ToHaveTextAsync("This link has been used");
    }

    [Fact]
    [Guarantee(1, 2)]
    public async Task The_same_form_sent_again_byte_for_byte_is_refused()
    {
        var account = await NewAccountAsync();
        var tab = await NewBrowserAsync();
        var reset = await ResetPasswordPage.OpenAsync(tab, await Site.MailLinkAsync(account));
        await reset.ChooseAsync(account.NewPassword());

        var answer = await tab.PostAgainAsync("/reset-password");
        Assert.Equal(410, answer.Status);
        Assert.Contains("data-verdict=\"spent\"", await answer.TextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    [Guarantee(1, 2)]
    public async Task A_second_tab_opened_before_and_sent_after_is_refused()
    {
        var account = await NewAccountAsync();
        var (first, second) = (account.NewPassword(), account.NewPassword());
        var link = await Site.MailLinkAsync(account);
        var tab = await NewBrowserAsync();
        var inFirst = await ResetPasswordPage.OpenAsync(tab, link);
        var inSecond = await ResetPasswordPage.OpenAsync(await tab.AnotherAsync(), link);

        await inFirst.ChooseAsync(first);
        var dead = await inSecond.ChooseTooLateAsync(second);
        Assert.Equal(Spent, await dead.VerdictAsync());
        await SignsInAsync(account, first);
    }

    [Fact]
    [Guarantee(1, 2)]
    public async Task Older_and_newer_links_die_with_the_one_that_is_used()
    {
        var account = await NewAccountAsync();
        var older = await Site.MailLinkAsync(account);
        var middle = await Site.MailLinkAsync(account);
        var newer = await Site.MailLinkAsync(account);
        await ResetPasswordPage.OpenAsync(await NewBrowserAsync(), older);
        await RedeemAsync(middle, account.NewPassword());

        await IsRefusedAsync(Spent, older);
        await IsRefusedAsync(Spent, newer);
    }

    [Fact]
    [Guarantee(1, 2)]
    public async Task A_used_link_stays_dead_after_a_restart_and_an_unused_one_stays_alive()
    {
        await using var site = await Site.StartAsync([]);
        var one = await site.Accounts.TakeAsync(AccountKind.Ordinary);
        var other = await site.Accounts.TakeAsync(AccountKind.Ordinary);
        var (used, unused) = (await site.MailLinkAsync(one), await site.MailLinkAsync(other));
        await RedeemAsync(used, one.NewPassword());

        await site.App.RestartAsync();
        await IsRefusedAsync(Spent, used, site);
        await RedeemAsync(unused, other.NewPassword());
    }

    [Fact]
    [Guarantee(1, 2)]
    public async Task Choosing_the_same_password_again_spends_the_link_all_the_same()
    {
        var account = await NewAccountAsync();
        var link = await Site.MailLinkAsync(account);
        await RedeemAsync(link, account.Password);

        await IsRefusedAsync(Spent, link);
        await SignsInAsync(account);
    }

    [Fact]
    [Guarantee(6)]
    public async Task Looking_at_a_link_twenty_times_spends_nothing()
    {
        var account = await NewAccountAsync();
        var link = await Site.MailLinkAsync(account);
        using var scanner = new Visitor(Site.Address);
        for (var i = 0; i < 20; i++)
        {
            foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
            {
                var answer = await scanner.GetAsync(link, method);
                Assert.Equal(200, (int)answer.Status);
            }
        }

        await RedeemAsync(link, account.NewPassword());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [Guarantee(11)]
    public async Task A_link_of_one_account_opens_no_other(int signedFor)
    {
        var accounts = new[] { await NewAccountAsync(), await NewAccountAsync() };
        var links = new[] { await Site.MailLinkAsync(accounts[0]), await Site.MailLinkAsync(accounts[1]) };
        var claims = TokenOf(links[1 - signedFor]).Split('.')[..2];
        var signature = TokenOf(links[signedFor]).Split('.')[2];

        // Genuine claims, somebody else's signature: no use was recorded, so none is claimed.
        await IsRefusedAsync(Spent, WithToken(links[0], string.Join('.', [.. claims, signature])));
        await SignsInAsync(accounts[0]);
        await SignsInAsync(accounts[1]);
        await RedeemAsync(links[0], accounts[0].NewPassword());
        await RedeemAsync(links[1], accounts[1].NewPassword());
    }

    [Theory]
    [InlineData("another account")]
    [InlineData("a later end")]
    [InlineData("no algorithm")]
    [InlineData("cut short")]
    [InlineData("padded")]
    [InlineData("missing")]
    [Guarantee(11)]
    public async Task A_tampered_link_is_invalid_and_leaves_the_genuine_one_alone(string how)
    {
        var account = await NewAccountAsync();
        var link = await Site.MailLinkAsync(account);
        var parts = TokenOf(link).Split('.');
        var token = how switch
        {
            "another account" => $"{parts[0]}.{Rewrite(parts[1], "\"sub\":\"", "\"sub\":\"0")}.{parts[2]}",
            "a later end" => $"{parts[0]}.{Rewrite(parts[1], "\"exp\":1", "\"exp\":2")}.{parts[2]}",
            "no algorithm" => $"{Rewrite(parts[0], "HS256", "none")}.{parts[1]}.",
            "cut short" => TokenOf(link)[..100],
            "padded" => TokenOf(link) + "=",
            _ => "",
        };
        Assert.NotEqual(TokenOf(link), token);

        await IsRefusedAsync(Invalid, WithToken(link, token));
        await SignsInAsync(account);
        await RedeemAsync(link, account.NewPassword());
    }

    [Fact]
    [Guarantee(11)]
    public async Task A_link_with_a_damaged_signature_does_not_claim_to_have_been_used()
    {
        var account = await NewAccountAsync();
        var link = await Site.MailLinkAsync(account);
        var damaged = link[..^10] + (link[^10] == 'A' ? 'B' : 'A') + link[^9..];

        await IsRefusedAsync(Spent, damaged);
        var dead = await InvalidLinkPage.OpenAsync(await NewBrowserAsync(), damaged);
        await Assertions.Expect(dead.Heading).ToHaveTextAsync("This link no longer works");
        await RedeemAsync(link, account.NewPassword());
    }

    [Fact]
    public async Task An_expired_link_is_refused()
    {
        var expired = await Suite.ExpiredLinkAsync();
        await IsRefusedAsync(Expired, expired.Link, expired.Site);

        using var visitor = new Visitor(expired.Site.Address);
        var entered = await visitor.SubmitAsync(
            "/sign-in",
            "/sign-in",
            ("email", expired.Account.Email),
            ("password", expired.Account.Password));
        Assert.Equal(303, (int)entered.Status);
    }

    [Fact]
    public async Task A_link_dies_when_its_account_changes_the_password()
    {
        var account = await NewAccountAsync();
        var password = account.NewPassword();
        var link = await Site.MailLinkAsync(account);
        var own = await (await SignInPage.OpenAsync(await NewBrowserAsync())).EnterAsync(account);
        await own.ChangePasswordAsync(account.Password, password);
        await Assertions.Expect(own.Status).ToContainTextAsync("Your password is changed");

        await IsRefusedAsync(Spent, link);
        await SignsInAsync(account, password);
    }

    [Fact]
    public async Task A_link_dies_when_its_account_gets_another_address()
    {
        var app = Site.App;
        var account = await NewAccountAsync();
        var link = await Site.MailLinkAsync(account);
        await ResetPasswordPage.OpenAsync(await NewBrowserAsync(), link);
        await AccountRow.MoveAsync(app, account, $"moved-{account.Email}");

        await IsRefusedAsync(Spent, link);
    }

    [Fact]
    public async Task A_link_dies_when_its_account_turns_two_factor_on()
    {
        var app = Site.App;
        var account = await NewAccountAsync();
        var link = await Site.MailLinkAsync(account);
        await ResetPasswordPage.OpenAsync(await NewBrowserAsync(), link);
        await AccountRow.TurnTwoFactorOnAsync(app, account);

        await IsRefusedAsync(Spent, link);
    }

    private static string Rewrite(string segment, string old, string with)
    {
        var json = Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(segment));
        Assert.Contains(old, json, StringComparison.Ordinal);
        return System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.Replace(old, with, StringComparison.Ordinal)));
    }
}
