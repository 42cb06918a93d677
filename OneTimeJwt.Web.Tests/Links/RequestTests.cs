using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Hosting;
using OneTimeJwt.Web.Delivery;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Links;

public sealed class RequestTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private readonly TestApp _app = shared.App;

    [Fact]
    public async Task Addresses_of_every_standing_get_the_same_answer_to_the_byte()
    {
        var classes = new HashSet<string>();
        foreach (var address in await AccountKinds.OfEveryKindAsync(_app))
        {
            using var visitor = _app.Open();
            classes.Add(AnswerMask.Class(await visitor.AskAsync(address), address));
        }

        Assert.StartsWith("303 /forgot-password/sent", Assert.Single(classes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Asking_changes_nothing_about_the_account_or_its_sessions()
    {
        var account = await _app.AddAccountAsync();
        using var owner = _app.Open();
        await owner.SignInAsync(account.Email!, Passwords.Old);
        var before = await _app.ReadAsync(account.Id);

        await _app.LinkForAsync(account);

        var after = await _app.ReadAsync(account.Id);
        Assert.Equal(
            (before.SecurityStamp, before.PasswordHash, before.ConcurrencyStamp),
            (after.SecurityStamp, after.PasswordHash, after.ConcurrencyStamp));
        Assert.Equal(HttpStatusCode.OK, (await owner.GetAsync("/account")).Status);
    }

    [Fact]
    public async Task An_unknown_address_leaves_a_keyed_hash_and_nothing_to_read()
    {
        await using var app = await TestApp.StartAsync();
        var typed = $"my-secret-pass{Guid.NewGuid():N}@word";
        using var visitor = app.Open();
        await visitor.AskAsync(typed);

        var trail = await Eventually.Async(() => app.TrailAsync(), lines => lines.Count == 1);
        var line = Assert.Single(trail);
        Assert.Equal((RecoveryEventKind.Requested, null, "no such account"), (line.Kind, line.AccountId, line.Detail));
        Assert.Matches("^[0-9a-f]{32}$", line.AddressHash);
        Assert.Equal(0, await app.OutboxAsync());
        FileSearch.HoldNone(app.Folder, [typed, typed.ToUpperInvariant(), typed.Split('@')[0]]);
    }

    [Fact]
    public async Task Mail_goes_to_the_stored_address_never_to_the_typed_one()
    {
        var account = await _app.AddAccountAsync();
        using var visitor = _app.Open();
        // U+017F folds onto S when Identity normalises.
        var typed = account.Email!.Replace("user", "u\u017fer", StringComparison.Ordinal);

        await visitor.AskAsync(typed);

        Assert.Equal(account.Email, (await _app.Mails.WaitAsync(account.Email!))[0].To.Mailboxes.Single().Address);
    }

    [Fact]
    public async Task Several_accounts_on_one_address_get_a_mail_each()
    {
        var shared = $"family-{Guid.NewGuid():N}@example.com";
        var accounts = new List<Account>();
        for (var i = 0; i < 3; i++)
            accounts.Add(await _app.AddAccountAsync(shape: row => (row.UserName, row.Email) = ($"member-{Guid.NewGuid():N}", shared)));
        using var visitor = _app.Open();

        await visitor.AskAsync(shared);

        var links = (await _app.Mails.WaitAsync(shared, 3)).Select(MailFolder.Link).ToList();
        foreach (var link in links)
            Assert.True((await visitor.RedeemAsync(link, Passwords.New)).PasswordChanged);
        foreach (var account in accounts)
            Assert.NotEqual(account.PasswordHash, (await _app.ReadAsync(account.Id)).PasswordHash);
    }

    [Fact]
    public async Task An_account_that_signs_in_elsewhere_gets_a_mail_that_names_the_provider_and_no_link()
    {
        var account = await _app.AddAccountAsync(password: null);
        await _app.WithAsync<UserManager<Account>, IdentityResult>(async users =>
            await users.AddLoginAsync((await users.FindByIdAsync(account.Id))!, new UserLoginInfo("google", "key", "Google")));
        using var visitor = _app.Open();

        await visitor.AskAsync(account.Email!);

        var mail = (await _app.Mails.WaitAsync(account.Email!))[0];
        Assert.Contains("you sign in with Google", mail.TextBody!.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.DoesNotContain("reset-password", mail.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_without_password_or_provider_gets_a_link()
    {
        var account = await _app.AddAccountAsync(password: null);
        using var visitor = _app.Open();
        Assert.True((await visitor.RedeemAsync(await _app.LinkForAsync(account), Passwords.New)).PasswordChanged);
    }

    [Fact]
    public async Task An_account_that_an_admin_locked_gets_no_mail()
    {
        var account = await _app.AddAccountAsync(shape: row => row.LockoutEnd = DateTimeOffset.MaxValue);
        using var visitor = _app.Open();
        await visitor.AskAsync(account.Email!);

        var trail = await Eventually.Async(() => _app.TrailAsync(account.Id), lines => lines.Count == 2);
        Assert.Equal((RecoveryEventKind.Suppressed, "locked"), (trail[1].Kind, trail[1].Detail));
        Assert.Empty(_app.Mails.To(account.Email!));
    }

    [Fact]
    public async Task One_account_gets_five_mails_an_hour_whoever_asks_how_often()
    {
        await using var app = await TestApp.StartAsync();
        var account = await app.AddAccountAsync();
        await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ =>
        {
            using var visitor = app.Open();
            Assert.Equal("/forgot-password/sent", (await visitor.AskAsync(account.Email!)).Location);
        }));

        var trail = await Eventually.Async(() => app.TrailAsync(account.Id), lines => lines.Count == 24);
        Assert.Equal(5, trail.Count(line => line.Kind == RecoveryEventKind.Mailed));
        Assert.Equal(7, trail.Count(line => line.Kind == RecoveryEventKind.Suppressed));
        Assert.Equal(5, app.Mails.To(account.Email!).Count);

        app.Clock.Move(TimeSpan.FromMinutes(61));
        await app.LinkForAsync(account);
    }

    [Fact]
    public async Task An_accepted_request_outlives_a_stop_and_a_mail_outage()
    {
        await using var app = await TestApp.StartAsync();
        var account = await app.AddAccountAsync();
        // A file where the inbox folder should be: every attempt to write a mail fails.
        var inbox = Path.Combine(app.Folder, "inbox");
        await File.WriteAllTextAsync(inbox, "", TestContext.Current.CancellationToken);
        using var visitor = app.Open();

        Assert.Equal("/forgot-password/sent", (await visitor.AskAsync(account.Email!)).Location);
        await Eventually.Async(() => app.TrailAsync(account.Id), lines => lines.Any(line => line.Kind == RecoveryEventKind.MailFailed));
        Assert.Equal(1, await app.OutboxAsync());

        // The node that accepted it sends nothing any more.
        await app.Services.GetServices<IHostedService>().OfType<DeliveryWorker>().Single().StopAsync(TestContext.Current.CancellationToken);
        File.Delete(inbox);
        app.Clock.Move(TimeSpan.FromMinutes(1));
        await using var second = await TestApp.StartAsync(new() { ["Recovery:PublicOrigin"] = app.Origin }, beside: app);
        await app.Mails.WaitAsync(account.Email!);
        await Eventually.Async(() => app.OutboxAsync(), count => count == 0);
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        Assert.Single(app.Mails.To(account.Email!));
    }

    [Fact]
    public async Task A_link_that_would_be_too_long_is_not_sent_but_reported()
    {
        await using var app = await TestApp.StartAsync(new() { ["Recovery:MaxLinkLength"] = "400" });
        var account = await app.AddAccountAsync(shape: row => row.Id = new string('x', 200));
        using var visitor = app.Open();

        await visitor.AskAsync(account.Email!);

        var trail = await Eventually.Async(() => app.TrailAsync(account.Id), lines => lines.Count == 2);
        Assert.Equal(RecoveryEventKind.LinkTooLong, trail[1].Kind);
        Assert.Empty(app.Mails.To(account.Email!));
        Assert.Equal(0, await app.OutboxAsync());
        Assert.Equal(1, app.Log.Count("Recovery:MaxLinkLength allows 400"));
    }

    [Theory]
    [InlineData("Host", "evil.example")]
    [InlineData("Host", "localhost:1")]
    [InlineData("X-Forwarded-Host", "evil.example")]
    [InlineData("Forwarded", "host=evil.example;proto=https")]
    public async Task Links_start_with_the_configured_origin_whatever_the_request_says(string header, string value)
    {
        var account = await _app.AddAccountAsync();
        using var visitor = _app.Open();
        var page = await visitor.GetAsync("/forgot-password");
        var antiforgery = Regex.Match(page.Body, "__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/forgot-password")
        {
            Content = new FormUrlEncodedContent([new("__RequestVerificationToken", antiforgery), new("email", account.Email!)]),
        };
        request.Headers.TryAddWithoutValidation(header, value);

        Assert.Equal("/forgot-password/sent", (await visitor.SendAsync(request)).Location);

        var mail = (await _app.Mails.WaitAsync(account.Email!))[0];
        Assert.StartsWith(_app.Origin, MailFolder.Link(mail), StringComparison.Ordinal);
        Assert.DoesNotContain("evil", mail.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Links_start_with_the_configured_origin_also_where_the_request_line_names_another_one()
    {
        var account = await _app.AddAccountAsync();
        using var visitor = _app.Open();
        using var form = new HttpRequestMessage(HttpMethod.Get, "/forgot-password");
        var page = await visitor.SendAsync(form);
        var body =
            $"__RequestVerificationToken={Uri.EscapeDataString(AnswerMask.Antiforgery(page.Body))}"
            + $"&email={Uri.EscapeDataString(account.Email!)}";
        var origin = new Uri(_app.Origin);
        using var socket = new System.Net.Sockets.TcpClient(origin.Host, origin.Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"POST http://evil.example:8080/forgot-password HTTP/1.1\r\nHost: evil.example:8080\r\nCookie: "
                    + $"{page.Headers["Set-Cookie"].Split(';')[0]}\r\nConnection: close\r\n"
                + $"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {body.Length}\r\n\r\n{body}"),
            TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.StartsWith("HTTP/1.1 303", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", answer, StringComparison.Ordinal);
        Assert.StartsWith(_app.Origin, MailFolder.Link((await _app.Mails.WaitAsync(account.Email!))[0]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nobody")]
    [InlineData("a@")]
    [InlineData("@b")]
    [InlineData("a b@example.com")]
    [InlineData("a@b@example.com")]
    [InlineData("a@example.com\r\nBcc: b@example.com")]
    public async Task What_can_not_be_an_address_is_shown_again_with_the_reason(string typed)
    {
        using var visitor = _app.Open();
        var answer = await visitor.AskAsync(typed);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Contains("role=\"alert\"", answer.Body, StringComparison.Ordinal);
    }
}
