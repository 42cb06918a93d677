using System.Buffers.Binary;
using System.Globalization;
using OneTimeJwt.Web.Languages;

namespace OneTimeJwt.Web.Tests.Links;

public sealed class RedemptionTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private readonly TestApp _app = shared.App;

    [Fact]
    public async Task A_link_is_asked_for_mailed_opened_and_redeemed()
    {
        var account = await _app.AddAccountAsync();
        using var visitor = _app.Open();

        var asked = await visitor.AskAsync(account.Email!);
        Assert.Equal((HttpStatusCode.SeeOther, "/forgot-password/sent", ""), (asked.Status, asked.Location, asked.Body));

        var link = MailFolder.Link((await _app.Mails.WaitAsync(account.Email!))[0]);
        Assert.StartsWith($"{_app.Origin}/reset-password?token=", link, StringComparison.Ordinal);
        Assert.True((await visitor.RedeemAsync(link, Passwords.New)).PasswordChanged);
        Assert.Contains(
            "data-outcome=\"password-changed\"",
            (await visitor.GetAsync("/reset-password/done")).Body,
            StringComparison.Ordinal);

        Assert.Equal("/account", (await visitor.SignInAsync(account.Email!, Passwords.New)).Location);
        Assert.False(await CanSignInAsync(account, Passwords.Old));
    }

    [Fact]
    public async Task A_strangers_wrong_sign_ins_do_not_spoil_a_redemption()
    {
        var account = await _app.AddAccountAsync();
        var link = await _app.LinkForAsync(account);
        using var over = new CancellationTokenSource();
        var stranger = Enumerable
            .Range(0, 4)
            .Select(_ =>
                Task.Run(async () =>
                {
                    while (!over.IsCancellationRequested)
                        await _app.WithAsync<UserManager<Account>, IdentityResult>(async users =>
                            await users.UpdateAsync((await users.FindByIdAsync(account.Id))!));
                }))
            .ToList();

        using var owner = _app.Open();
        var answer = await owner.RedeemAsync(link, Passwords.New);
        await over.CancelAsync();
        await Task.WhenAll(stranger);

        Assert.True(answer.PasswordChanged, $"{answer.Status} {answer.Verdict}");
    }

    [Theory]
    [InlineData(Passwords.New)]
    [InlineData(Passwords.Old)]
    public async Task A_second_use_is_refused_also_where_the_password_stayed_the_same(string password)
    {
        var account = await _app.AddAccountAsync();
        var link = await _app.LinkForAsync(account);
        using var visitor = _app.Open();
        var form = await visitor.GetAsync(link);

        Assert.True((await visitor.SubmitAsync(form, ("password", password))).PasswordChanged);

        (await visitor.SubmitAsync(form, ("password", Passwords.Other))).IsRefusedAs("spent");
        var again = await visitor.GetAsync(link);
        again.IsRefusedAs("spent");
        Assert.Contains("This link has been used", again.Body, StringComparison.Ordinal);
        Assert.False(await CanSignInAsync(account, Passwords.Other));
    }

    [Fact]
    public async Task Redeeming_one_of_three_links_kills_the_other_two()
    {
        var account = await _app.AddAccountAsync();
        var links = new[] { await _app.LinkForAsync(account), await _app.LinkForAsync(account), await _app.LinkForAsync(account) };
        using var visitor = _app.Open();

        Assert.True((await visitor.RedeemAsync(links[1], Passwords.New)).PasswordChanged);

        foreach (var other in new[] { links[0], links[2] })
        {
            var answer = await visitor.GetAsync(other);
            answer.IsRefusedAs("spent");
            Assert.DoesNotContain("has been used", answer.Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_refused_password_leaves_the_link_alive()
    {
        var account = await _app.AddAccountAsync();
        using var visitor = _app.Open();
        var link = await _app.LinkForAsync(account);

        foreach (var weak in new[] { "", "short", "passwordpassword1", account.Email!, new string('x', 300) })
        {
            var refused = await visitor.RedeemAsync(link, weak);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
            Assert.Contains("role=\"alert\"", refused.Body, StringComparison.Ordinal);
            Assert.Contains("name=\"token\"", refused.Body, StringComparison.Ordinal);
        }

        Assert.True((await visitor.RedeemAsync(link, Passwords.New)).PasswordChanged);
    }

    [Fact]
    public async Task A_password_that_is_common_in_another_script_is_refused_in_the_pages_language_and_the_link_stays()
    {
        const string Good = "семь мокрых зонтов в прихожей";
        var account = await _app.AddAccountAsync();
        using var visitor = _app.Open();
        var link = await _app.LinkForAsync(account);

        foreach (var language in Language.All)
        {
            var refused = await visitor.RedeemAsync($"{link}&language={language.Code}", "пароль пароль пароль");
            var reason = Words.ResourceManager.GetString(nameof(Words.BuiltAroundCommon), CultureInfo.GetCultureInfo(language.Code))!;
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
            Assert.Contains($"<html lang=\"{language.Code}\"", refused.Body, StringComparison.Ordinal);
            Assert.Contains(
                reason.Replace("{0}", "пароль", StringComparison.Ordinal),
                WebUtility.HtmlDecode(refused.Body),
                StringComparison.Ordinal);
        }

        Assert.True((await visitor.RedeemAsync(link, Good)).PasswordChanged);
        Assert.Equal("/account", (await visitor.SignInAsync(account.Email!, Good)).Location?.Split('?')[0]);
    }

    [Fact]
    public async Task Opening_a_link_twenty_times_spends_nothing()
    {
        var account = await _app.AddAccountAsync();
        var link = await _app.LinkForAsync(account);
        using var scanner = _app.Open();
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await scanner.GetAsync(link)).Status);
            var head = await scanner.GetAsync(link, HttpMethod.Head);
            Assert.Equal((HttpStatusCode.OK, ""), (head.Status, head.Body));
        }

        Assert.Single(await _app.TrailAsync(account.Id), line => line.Kind == RecoveryEventKind.Opened);
        using var visitor = _app.Open();
        Assert.True((await visitor.RedeemAsync(link, Passwords.New)).PasswordChanged);
    }

    [Fact]
    public async Task The_account_comes_from_the_link_and_never_from_a_field()
    {
        var (mine, theirs) = (await _app.AddAccountAsync(), await _app.AddAccountAsync());
        using var visitor = _app.Open();
        var form = await visitor.GetAsync(await _app.LinkForAsync(mine));

        await visitor.SubmitAsync(form, ("password", Passwords.New), ("email", theirs.Email!), ("id", theirs.Id), ("sub", theirs.Id));

        Assert.True(await CanSignInAsync(theirs, Passwords.Old));
        Assert.True(await CanSignInAsync(mine, Passwords.New));
    }

    [Fact]
    public async Task Redeeming_confirms_the_address_and_ends_a_lock_out_that_wrong_sign_ins_caused()
    {
        var account = await _app.AddAccountAsync(shape: row =>
        {
            row.EmailConfirmed = false;
            row.LockoutEnd = _app.Clock.GetUtcNow().AddMinutes(10);
            row.AccessFailedCount = 3;
        });
        using var visitor = _app.Open();
        Assert.False(await CanSignInAsync(account, Passwords.Old));

        Assert.True((await visitor.RedeemAsync(await _app.LinkForAsync(account), Passwords.New)).PasswordChanged);

        Assert.True(await CanSignInAsync(account, Passwords.New));
        var row = await _app.ReadAsync(account.Id);
        Assert.True(row is { EmailConfirmed: true, LockoutEnd: null, AccessFailedCount: 0, TwoFactorEnabled: false });
    }

    [Fact]
    public async Task The_owner_is_told_and_the_trail_says_what_happened()
    {
        var account = await _app.AddAccountAsync();
        using var visitor = _app.Open();
        await visitor.RedeemAsync(await _app.LinkForAsync(account), Passwords.New);

        var notice = (await _app.Mails.WaitAsync(account.Email!, 2))[1];
        Assert.Equal("Your password was changed", MailFolder.Subject(notice));
        Assert.Contains("/secure-account?token=", MailFolder.Link(notice), StringComparison.Ordinal);

        var trail = await Eventually.Async(() => _app.TrailAsync(account.Id), lines => lines.Count == 5);
        Assert.Equal(
            [
                RecoveryEventKind.Requested,
                RecoveryEventKind.Mailed,
                RecoveryEventKind.Opened,
                RecoveryEventKind.Redeemed,
                RecoveryEventKind.NoticeMailed,
            ],
            trail.Select(line => line.Kind));
        var nonces = trail.Select(line => line.Nonce).OfType<string>().ToList();
        Assert.All(nonces, nonce => Assert.Matches("^[0-9a-f]{16}$", nonce));
        Assert.Single(nonces[..^1].Distinct());
        Assert.NotEqual(nonces[0], nonces[^1]);
    }

    [Fact]
    public async Task The_new_hash_is_one_that_every_Identity_application_verifies_at_todays_cost()
    {
        await using var app = await TestApp.StartAsync(realHashes: true);
        var account = await app.AddAccountAsync();
        using var visitor = app.Open();
        Assert.True((await visitor.RedeemAsync(await app.LinkForAsync(account), Passwords.New)).PasswordChanged);
        var hash = (await app.ReadAsync(account.Id)).PasswordHash!;

        Assert.Equal(
            PasswordVerificationResult.Success,
            new PasswordHasher<IdentityUser>().VerifyHashedPassword(new IdentityUser(), hash, Passwords.New));
        // Identity's version 3: a marker, the pseudo-random function (2 is HMAC-SHA-512), the iterations.
        var bytes = Convert.FromBase64String(hash);
        Assert.Equal((1, 2), (bytes[0], BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(1))));
        Assert.True(BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(5)) >= 210_000);
    }

    private async Task<bool> CanSignInAsync(Account account, string password)
    {
        using var visitor = _app.Open();
        return (await visitor.SignInAsync(account.Email!, password)).Location == "/account";
    }
}
