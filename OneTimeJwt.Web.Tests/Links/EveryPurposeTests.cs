using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Links.Purposes;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Tests.Links;

/// <summary>What holds for links of every purpose.</summary>
public sealed class EveryPurposeTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private const int Parallel = 12;

    private readonly TestApp _app = shared.App;

    public static TheoryData<string> Names => MailedLinks.Names;

    [Fact]
    public void Each_class_of_a_purpose_is_found()
    {
        var written = typeof(LinkPurpose).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(LinkPurpose)) && !type.IsAbstract);

        Assert.Equal(
            written.Select(type => type.Name).Order(StringComparer.Ordinal),
            LinkPurposes.Own.Select(purpose => purpose.GetType().Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_link_is_mailed_opened_and_used_and_the_trail_says_so(string purpose)
    {
        var link = await MailedLinks.OfAsync(_app, purpose);
        Assert.StartsWith($"{_app.Origin}{MailedLinks.Purpose(purpose).Page}?token=", link.Url, StringComparison.Ordinal);
        using var visitor = _app.Open();

        var page = await visitor.GetAsync(link.Url);
        Assert.Equal((HttpStatusCode.OK, "no-store"), (page.Status, page.Headers["Cache-Control"]));
        Assert.DoesNotContain(link.Account.Email!, page.Body, StringComparison.OrdinalIgnoreCase);
        (await visitor.SubmitAsync(page, MailedLinks.Answers(link.Account.Email))).IsUsed(purpose);
        var done = await visitor.GetAsync($"{MailedLinks.Purpose(purpose).Page}/done");
        Assert.Equal(HttpStatusCode.OK, done.Status);
        Assert.Contains("data-outcome=", done.Body, StringComparison.Ordinal);

        var lines = await _app.TrailAsync(link.Account.Id, RecoveryEventKind.Mailed, RecoveryEventKind.NoticeMailed);
        var use = Assert.Single(lines, line => RecoveryEvent.Uses.Contains(line.Kind));
        Assert.Single(lines, line => line.Nonce == use.Nonce && line.Kind == RecoveryEventKind.Opened);
        Assert.Single(
            lines,
            line =>
                line.Nonce == use.Nonce
                && line.Kind is RecoveryEventKind.Mailed or RecoveryEventKind.NoticeMailed
                && line.Nonce == use.Nonce);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_second_use_is_refused_in_the_same_form_and_in_a_new_one(string purpose)
    {
        var link = await MailedLinks.OfAsync(_app, purpose);
        using var visitor = _app.Open();
        var form = await visitor.GetAsync(link.Url);
        (await visitor.SubmitAsync(form, MailedLinks.Answers(link.Account.Email))).IsUsed(purpose);

        (await visitor.SubmitAsync(form, MailedLinks.Answers(link.Account.Email))).IsRefusedAs("spent");
        var again = await visitor.GetAsync(link.Url);
        again.IsRefusedAs("spent");
        Assert.Contains("This link has been used", again.Body, StringComparison.Ordinal);
        Assert.Equal(
            MailedLinks.Purpose(purpose).Request is not null,
            again.Body.Contains("Mail me a fresh link", StringComparison.Ordinal));
        Assert.Single(
            await _app.TrailAsync(link.Account.Id),
            line => line.Kind == RecoveryEventKind.Refused && line.Detail == "replayed");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_link_is_refused_where_one_of_another_purpose_is_expected(string purpose)
    {
        var link = await MailedLinks.OfAsync(_app, purpose);
        using var visitor = _app.Open();
        var antiforgery = AnswerMask.Antiforgery((await visitor.GetAsync("/forgot-password")).Body);
        foreach (var other in LinkPurposes.Own.Where(other => other.Name != purpose))
        {
            (await visitor.GetAsync($"{other.Page}?token={link.Token}")).IsRefusedAs("invalid");
            (
                await visitor.PostAsync(
                    other.Page,
                    ("__RequestVerificationToken", antiforgery),
                    ("token", link.Token),
                    ("password", Passwords.New))
            ).IsRefusedAs("invalid");
        }

        var traded = await visitor.PostAsync("/forgot-password", ("__RequestVerificationToken", antiforgery), ("link", link.Token));
        Assert.Equal(
            MailedLinks.Purpose(purpose).Request is not null ? HttpStatusCode.SeeOther : HttpStatusCode.UnprocessableEntity,
            traded.Status);
        (await visitor.UseAsync(link)).IsUsed(purpose);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Looking_spends_nothing(string purpose)
    {
        var link = await MailedLinks.OfAsync(_app, purpose);
        var before = await _app.ReadAsync(link.Account.Id);
        using var scanner = _app.Open();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await scanner.GetAsync(link.Url)).Status);
            var head = await scanner.GetAsync(link.Url, HttpMethod.Head);
            Assert.Equal((HttpStatusCode.OK, ""), (head.Status, head.Body));
        }

        Assert.Equal(before.ConcurrencyStamp, (await _app.ReadAsync(link.Account.Id)).ConcurrencyStamp);
        Assert.Single(await _app.TrailAsync(link.Account.Id), line => line.Kind == RecoveryEventKind.Opened);
        (await scanner.UseAsync(link)).IsUsed(purpose);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_form_that_is_not_ours_uses_nothing_and_shows_the_page_again(string purpose)
    {
        var link = await MailedLinks.OfAsync(_app, purpose);
        using var visitor = _app.Open();

        var refused = await visitor.PostAsync(MailedLinks.Purpose(purpose).Page, ("token", link.Token), ("password", Passwords.New));

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains("name=\"token\"", refused.Body, StringComparison.Ordinal);
        (await visitor.UseAsync(link)).IsUsed(purpose);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Of_uses_at_the_same_moment_one_succeeds(string purpose)
    {
        var link = await MailedLinks.OfAsync(_app, purpose);
        var visitors = Enumerable.Range(0, Parallel).Select(_ => _app.Open()).ToList();
        var pages = await Task.WhenAll(visitors.Select(visitor => visitor.GetAsync(link.Url)));

        var answers = await Task.WhenAll(
            visitors.Select(
                (visitor, i) => visitor.SubmitAsync(pages[i], ("password", $"{Passwords.New} {i}"), ("email", link.Account.Email!))));

        Assert.Single(answers, answer => answer.Location == $"{MailedLinks.Purpose(purpose).Page}/done");
        Assert.Equal(Parallel - 1, answers.Count(answer => answer.Verdict == "spent"));
        Assert.Single(await _app.TrailAsync(link.Account.Id), line => RecoveryEvent.Uses.Contains(line.Kind));
        visitors.ForEach(visitor => visitor.Dispose());
    }

    [Fact]
    public async Task A_link_lives_as_long_as_the_settings_say_and_no_longer()
    {
        var lifetimes = new Dictionary<string, TimeSpan>
        {
            ["reset"] = TimeSpan.FromMinutes(20),
            ["invite"] = TimeSpan.FromHours(2),
            ["confirm"] = TimeSpan.FromHours(3),
            ["change"] = TimeSpan.FromHours(4),
            ["secure"] = TimeSpan.FromHours(5),
        };
        foreach (var (purpose, lifetime) in lifetimes)
        {
            await using var app = await TestApp.StartAsync(
                lifetimes.ToDictionary(
                    pair => $"Tokens:Lifetimes:{char.ToUpperInvariant(pair.Key[0])}{pair.Key[1..]}",
                    pair => (string?)$"{pair.Value:c}"));
            var link = await MailedLinks.OfAsync(app, purpose);
            using var visitor = app.Open();
            app.Clock.Move(lifetime - TimeSpan.FromMinutes(1));
            var form = await visitor.GetAsync(link.Url);
            Assert.Equal(HttpStatusCode.OK, form.Status);

            app.Clock.Move(TimeSpan.FromMinutes(1));

            (await visitor.GetAsync(link.Url)).IsRefusedAs("expired");
            (await visitor.SubmitAsync(form, MailedLinks.Answers(link.Account.Email))).IsRefusedAs("expired");
        }
    }

    [Fact]
    public async Task A_link_over_the_limit_is_never_mailed_and_reported_whatever_it_is_for()
    {
        // Long enough for an account with an id like ours, too short for the one below.
        await using var app = await TestApp.StartAsync(new() { ["Recovery:MaxLinkLength"] = "340" });
        var account = await app.AddAccountAsync(shape: row =>
            (row.Id, row.EmailConfirmed) = ($"{Guid.NewGuid():N}{Guid.NewGuid():N}{Guid.NewGuid():N}", false));
        await app.WantAddressAsync(account.Id, MailedLinks.NewAddress());
        string[] kinds =
        [
            OutboxKind.ResetLink,
            OutboxKind.ConfirmLink,
            OutboxKind.ChangeLink,
            OutboxKind.Invitation,
            OutboxKind.PasswordChangedNotice,
        ];
        var now = app.Clock.GetUtcNow();
        await app.WithAsync<AccountsContext, int>(async database =>
        {
            (await database.Users.FindAsync(account.Id))!.PasswordHash = null;
            database.AddRange(kinds.Select(kind => new OutboxMail { Kind = kind, AccountId = account.Id, RequestedAt = now, DueAt = now }));
            return await database.SaveChangesAsync();
        });

        var lines = await Eventually.Async(
            () => app.TrailAsync(account.Id),
            lines => lines.Count(line => line.Kind == RecoveryEventKind.LinkTooLong) == kinds.Length);

        Assert.Equal(kinds.Length, lines.Count(line => line.Kind == RecoveryEventKind.LinkTooLong));
        Assert.Equal(kinds.Length, app.Log.Lines.Count(line => line.Contains("Recovery:MaxLinkLength", StringComparison.Ordinal)));
        // The notice goes out all the same, and says where else to begin.
        var notice = Assert.Single(await app.Mails.WaitAsync(account.Email!));
        Assert.DoesNotContain("token=", notice.ToString(), StringComparison.Ordinal);
        Assert.Contains("/forgot-password", notice.TextBody, StringComparison.Ordinal);
    }
}
