using OneTimeJwt.Web.Tests.Mail;

namespace OneTimeJwt.Web.Tests.Links;

public sealed class InvalidLinkTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private readonly TestApp _app = shared.App;

    public static TheoryData<string> Changes => ["password", "address", "two-factor", "stamp", "lock", "delete"];

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_link_dies_when_its_account_changes(string change)
    {
        var account = await _app.AddAccountAsync();
        var link = await _app.LinkForAsync(account);
        using var visitor = _app.Open();
        var form = await visitor.GetAsync(link);

        await ChangeAsync(account.Id, change);

        (await visitor.GetAsync(link)).IsRefusedAs("spent");
        (await visitor.SubmitAsync(form, ("password", Passwords.New))).IsRefusedAs("spent");
    }

    [Fact]
    public async Task An_expired_link_is_refused_and_traded_for_a_fresh_one_in_a_click()
    {
        await using var app = await TestApp.StartAsync();
        var account = await app.AddAccountAsync();
        var link = await app.LinkForAsync(account);
        app.Clock.Move(TimeSpan.FromMinutes(30));
        using var visitor = app.Open();

        var expired = await visitor.GetAsync(link);
        expired.IsRefusedAs("expired");
        Assert.DoesNotContain(account.Email!, expired.Body, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("/forgot-password/sent", (await visitor.SubmitAsync(expired)).Location);

        var fresh = MailFolder.Link((await app.Mails.WaitAsync(account.Email!, 2))[1]);
        Assert.True((await visitor.RedeemAsync(fresh, Passwords.New)).PasswordChanged);
    }

    [Fact]
    public async Task A_link_that_expired_a_week_ago_is_not_traded()
    {
        await using var app = await TestApp.StartAsync();
        var account = await app.AddAccountAsync();
        var link = await app.LinkForAsync(account);
        using var visitor = app.Open();
        app.Clock.Move(TimeSpan.FromDays(6));
        var page = await visitor.GetAsync(link);
        Assert.Contains("Mail me a fresh link", page.Body, StringComparison.Ordinal);

        app.Clock.Move(TimeSpan.FromDays(2));

        Assert.DoesNotContain("Mail me a fresh link", (await visitor.GetAsync(link)).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.SubmitAsync(page)).Status);
        Assert.Equal(0, await app.OutboxAsync());
    }

    [Fact]
    public async Task A_damaged_link_never_claims_to_have_been_used()
    {
        var account = await _app.AddAccountAsync();
        var link = await _app.LinkForAsync(account);
        using var visitor = _app.Open();

        var start = link.IndexOf("token=", StringComparison.Ordinal) + "token=".Length;
        await Parallel.ForEachAsync(Enumerable.Range(start, link.Length - start), async (position, _) =>
        {
            var answer = await visitor.GetAsync($"{link[..position]}{(link[position] == 'A' ? 'B' : 'A')}{link[(position + 1)..]}");
            Assert.NotEqual(HttpStatusCode.OK, answer.Status);
            Assert.DoesNotContain("has been used", answer.Body, StringComparison.Ordinal);
        });

        Assert.True((await visitor.RedeemAsync(link, Passwords.New)).PasswordChanged);
    }

    [Fact]
    public async Task Tokens_without_a_proof_of_issuance_are_one_class_whatever_their_account()
    {
        var (living, deleted) = (await _app.AddAccountAsync(), await _app.AddAccountAsync());
        var links = new[] { await _app.LinkForAsync(living), await _app.LinkForAsync(deleted) };
        await ChangeAsync(deleted.Id, "delete");
        var forged = links
            .Select(link => link.Split("token=")[1])
            .SelectMany(token => new[] { Unproven(token), Unproven(token)[..^9] + "AAAAAAAAA" });

        var classes = new HashSet<string>();
        foreach (var token in forged.Append("e30.e30.e30"))
        {
            using var visitor = _app.Open();
            var opened = await visitor.GetAsync($"/reset-password?token={token}");
            opened.IsRefusedAs("invalid");
            classes.Add(AnswerMask.Class(opened, token));
            var page = await visitor.GetAsync("/forgot-password");
            var sent = await visitor.PostAsync(
                "/reset-password",
                ("__RequestVerificationToken", AnswerMask.Antiforgery(page.Body)),
                ("token", token),
                ("password", Passwords.New));
            classes.Add(AnswerMask.Class(sent, token));
        }

        Assert.InRange(classes.Count, 1, 2);
    }

    [Fact]
    public async Task A_link_outlives_a_restart_and_so_does_its_end()
    {
        await using var first = await TestApp.StartAsync();
        var account = await first.AddAccountAsync();
        var (used, unused) = (await first.LinkForAsync(account), await first.LinkForAsync(await first.AddAccountAsync()));
        using (var visitor = first.Open())
            Assert.True((await visitor.RedeemAsync(used, Passwords.New)).PasswordChanged);

        await using var second = await TestApp.StartAsync(new() { ["Recovery:PublicOrigin"] = first.Origin }, beside: first);
        using var later = second.Open();
        (await later.GetAsync(new Uri(used).PathAndQuery)).IsRefusedAs("spent");
        Assert.True((await later.RedeemAsync(new Uri(unused).PathAndQuery, Passwords.New)).PasswordChanged);
    }

    [Fact]
    public async Task The_clock_stepping_back_revives_no_spent_link_and_jams_no_mail()
    {
        // One mail an hour: the one that lies in the future by then must not use it up.
        await using var app = await TestApp.StartAsync(new() { ["RateLimits:PerAccount:Permits"] = "1" });
        var account = await app.AddAccountAsync();
        var link = await app.LinkForAsync(account);
        using var visitor = app.Open();
        Assert.True((await visitor.RedeemAsync(link, Passwords.New)).PasswordChanged);
        await app.Mails.WaitAsync(account.Email!, 2);

        app.Clock.Move(-TimeSpan.FromHours(2));

        Assert.Equal(HttpStatusCode.Gone, (await visitor.GetAsync(link)).Status);
        await visitor.AskAsync(account.Email!);
        var fresh = MailFolder.Link(
            (await Eventually.Async(() => Task.FromResult(app.Mails.To(account.Email!)), mails => mails.Count == 3))
                .OrderBy(mail => mail.Date)
                .First());
        Assert.True((await visitor.RedeemAsync(fresh, Passwords.Other)).PasswordChanged);
    }

    [Fact]
    public async Task Rotating_the_server_secret_keeps_links_while_both_are_configured_and_kills_them_after()
    {
        await using var old = await TestApp.StartAsync(new() { ["Tokens:Secrets:0:Id"] = "old", ["Tokens:Secrets:0:Value"] = Secret(1) });
        var (first, second) = (await old.LinkForAsync(await old.AddAccountAsync()), await old.LinkForAsync(await old.AddAccountAsync()));
        using var signedIn = old.Open();
        var account = await old.AddAccountAsync();
        await signedIn.SignInAsync(account.Email!, Passwords.Old);

        var origin = new Dictionary<string, string?> { ["Recovery:PublicOrigin"] = old.Origin };
        await using (var both = await TestApp.StartAsync(new(origin)
        {
            ["Tokens:Secrets:0:Id"] = "new",
            ["Tokens:Secrets:0:Value"] = Secret(2),
            ["Tokens:Secrets:1:Id"] = "old",
            ["Tokens:Secrets:1:Value"] = Secret(1),
        }, beside: old))
        {
            using var visitor = both.Open();
            Assert.True((await visitor.RedeemAsync(new Uri(first).PathAndQuery, Passwords.New)).PasswordChanged);
        }

        await using var onlyNew = await TestApp.StartAsync(
            new(origin) { ["Tokens:Secrets:0:Id"] = "new", ["Tokens:Secrets:0:Value"] = Secret(2) },
            beside: old);
        using var later = onlyNew.Open();
        (await later.GetAsync(new Uri(second).PathAndQuery)).IsRefusedAs("invalid");
    }

    [Fact]
    public async Task An_older_database_revives_spent_links_until_the_server_secret_is_changed()
    {
        await using var app = await TestApp.StartAsync();
        var account = await app.AddAccountAsync();
        var path = new Uri(await app.LinkForAsync(account)).PathAndQuery;
        var backup = Path.Combine(app.Folder, "backup.db");
        await app.WithAsync<AccountsContext, int>(database => database.Database.ExecuteSqlAsync($"VACUUM INTO {backup}"));
        using (var visitor = app.Open())
        {
            Assert.True((await visitor.RedeemAsync(path, Passwords.New)).PasswordChanged);
            (await visitor.GetAsync(path)).IsRefusedAs("spent");
        }

        var restored = new Dictionary<string, string?>
        {
            ["Recovery:PublicOrigin"] = app.Origin,
            ["ConnectionStrings:Accounts"] = $"Data Source={backup}",
        };
        await using var older = await TestApp.StartAsync(restored, beside: app);
        using var thief = older.Open();
        Assert.Equal(HttpStatusCode.OK, (await thief.GetAsync(path)).Status);

        await using var cured = await TestApp.StartAsync(new(restored) { ["Tokens:Secrets:0:Value"] = Secret(3) }, beside: app);
        using var later = cured.Open();
        (await later.GetAsync(path)).IsRefusedAs("invalid");
    }

    // Another nonce, so that the proof beside it is none.
    private static string Unproven(string token)
    {
        var parts = token.Split('.');
        var payload = System.Text.Json.Nodes.JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1]))!.AsObject();
        var id = (string)payload["jti"]!;
        payload["jti"] = (id[0] == 'A' ? 'B' : 'A') + id[1..];
        var body = System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(payload.ToJsonString()));
        return $"{parts[0]}.{body}.{parts[2]}";
    }

    private static string Secret(int seed)
    {
        var bytes = new byte[32];
        new Random(seed).NextBytes(bytes);
        return Convert.ToBase64String(bytes);
    }

    private Task<IdentityResult> ChangeAsync(string id, string change) =>
        _app.WithAsync<UserManager<Account>, IdentityResult>(async users =>
        {
            var account = (await users.FindByIdAsync(id))!;
            return change switch
            {
                "password" => await users.ChangePasswordAsync(account, Passwords.Old, Passwords.Other),
                "address" => await users.SetEmailAsync(account, $"moved-{account.Email}"),
                "two-factor" => await users.SetTwoFactorEnabledAsync(account, enabled: true),
                "stamp" => await users.UpdateSecurityStampAsync(account),
                "lock" => await users.SetLockoutEndDateAsync(account, DateTimeOffset.MaxValue),
                _ => await users.DeleteAsync(account),
            };
        });
}
