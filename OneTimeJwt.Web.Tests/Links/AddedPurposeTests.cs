using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Links.Purposes;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Tests.Links;

/// <summary>
/// A purpose is one file: with that and its registration it has a page, mails, lines in the trail, limits and a sample mail, and
/// is as one-time as the others.
/// </summary>
public sealed class AddedPurposeTests(AddedPurposeTests.Apps apps) : IClassFixture<AddedPurposeTests.Apps>
{
    private readonly TestApp _app = apps.App;

    [Fact]
    public async Task It_is_asked_for_mailed_opened_and_used_once()
    {
        var account = await PausedAsync();
        using var visitor = _app.Open();
        var asking = await visitor.GetAsync("/forgot-password?unlock");
        Assert.Contains("Too many wrong passwords?", asking.Body, StringComparison.Ordinal);
        (await visitor.SubmitAsync(asking, ("email", account.Email!))).LeadsTo("/forgot-password/sent?unlock");
        var mail = Assert.Single(await _app.Mails.WaitAsync(account.Email!));
        Assert.Equal("Sign in again", MailFolder.Subject(mail));

        var link = MailFolder.Link(mail);
        Assert.StartsWith($"{_app.Origin}/unlock?token=", link, StringComparison.Ordinal);
        var form = await visitor.GetAsync(link);
        Assert.Contains("End the pause", form.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.SubmitAsync(form, ("email", "else@example.com"))).Status);
        (await visitor.SubmitAsync(form, ("email", account.Email!))).LeadsTo("/unlock/done");
        Assert.Contains("data-outcome=\"unlocked\"", (await visitor.GetAsync("/unlock/done")).Body, StringComparison.Ordinal);
        Assert.Null((await RowAsync(account)).LockoutEnd);

        (await visitor.SubmitAsync(form, ("email", account.Email!))).IsRefusedAs("spent");
        var dead = await visitor.GetAsync(link);
        dead.IsRefusedAs("spent");
        Assert.Contains("Mail me a fresh link", dead.Body, StringComparison.Ordinal);

        var lines = await _app.TrailAsync(account.Id, RecoveryEventKind.Mailed);
        Assert.Equal(
            [
                RecoveryEventKind.Requested,
                RecoveryEventKind.Mailed,
                RecoveryEventKind.Opened,
                RecoveryEventKind.Refused,
                RecoveryEventKind.Redeemed,
                RecoveryEventKind.Refused,
            ],
            lines.Select(line => line.Kind).Where(kind => kind != RecoveryEventKind.MailDelivered));
        Assert.Equal("to end a pause", lines.Single(line => line.Kind == RecoveryEventKind.Mailed).Detail);
    }

    [Fact]
    public async Task Of_sixteen_at_once_one_wins()
    {
        var account = await PausedAsync();
        using var visitor = _app.Open();
        var form = await visitor.GetAsync(await LinkAsync(visitor, account));

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => visitor.SubmitAsync(form, ("email", account.Email!))));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.SeeOther);
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.SeeOther), answer => answer.IsRefusedAs("spent"));
    }

    [Fact]
    public async Task What_its_state_is_made_of_ends_it_and_nothing_else_serves_it()
    {
        var account = await PausedAsync();
        using var visitor = _app.Open();
        var link = await LinkAsync(visitor, account);
        var token = link[(link.IndexOf('=', StringComparison.Ordinal) + 1)..];
        foreach (var other in LinkPurposes.Own)
            (await visitor.GetAsync($"{other.Page}?token={token}")).IsRefusedAs("invalid");
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync(link)).Status);

        await _app.WithAsync<AccountsContext, int>(database =>
            database
                .Users.Where(row => row.Id == account.Id)
                .ExecuteUpdateAsync(row => row.SetProperty(r => r.LockoutEnd, (DateTimeOffset?)null)));
        (await visitor.GetAsync(link)).IsRefusedAs("spent");
    }

    [Fact]
    public async Task Its_mails_have_a_budget_of_their_own()
    {
        var account = await PausedAsync();
        using var visitor = _app.Open();
        for (var i = 0; i < 8; i++)
            (await visitor.SubmitAsync(await visitor.GetAsync("/forgot-password?unlock"), ("email", account.Email!))).LeadsTo(
                "/forgot-password/sent?unlock");
        Assert.Equal(0, await Eventually.Async(_app.OutboxAsync, count => count == 0));
        Assert.Equal(5, _app.Mails.To(account.Email!).Count);

        await _app.LinkForAsync(account);
        Assert.Equal(6, _app.Mails.To(account.Email!).Count);
    }

    [Fact]
    public void It_has_a_sample_mail()
    {
        var sample = Assert.Single(
            _app.Services.GetRequiredService<LinkPurposes>()
                .All.Single(purpose => purpose.Name == "unlock")
                .Samples(
                    new MailedLink("https://accounts.example.com/unlock", TimeSpan.FromHours(1), DateTimeOffset.UnixEpoch),
                    new MailFacts("host", "sign-in", new TokenLifetimes(), [], false)));
        Assert.Equal("unlock", sample.Name);
    }

    [Theory]
    [InlineData("reset", "/elsewhere")]
    [InlineData("elsewhere", "/reset-password")]
    public void A_second_purpose_of_one_name_or_page_is_refused(string name, string page) =>
        Assert.Throws<InvalidOperationException>(() => new LinkPurposes([.. LinkPurposes.Own, new Unlock(name, page)]));

    private async Task<Account> PausedAsync() =>
        await _app.AddAccountAsync(shape: row => row.LockoutEnd = _app.Clock.GetUtcNow() + TimeSpan.FromMinutes(15));

    private async Task<string> LinkAsync(Visitor visitor, Account account)
    {
        (await visitor.SubmitAsync(await visitor.GetAsync("/forgot-password?unlock"), ("email", account.Email!))).LeadsTo(
            "/forgot-password/sent?unlock");
        return MailFolder.Link((await _app.Mails.WaitAsync(account.Email!))[0]);
    }

    private Task<Account> RowAsync(Account account) =>
        _app.WithAsync<AccountsContext, Account>(database => database.Users.AsNoTracking().SingleAsync(row => row.Id == account.Id));

    /// <summary>Ends a pause after wrong passwords.</summary>
    internal sealed class Unlock(string name = "unlock", string page = "/unlock")
        : ButtonPurpose(
            new TokenPurpose(
                name,
                page,
                _ => TimeSpan.FromHours(1),
                account =>
                    [
                        account.SecurityStamp,
                        (account.User as Account)?.LockoutEnd?.UtcDateTime.ToString(
                            "O",
                            System.Globalization.CultureInfo.InvariantCulture),
                    ]))
    {
        private const string Mail = "UnlockLink";

        public override LinkRequest Request => new(Mail, "unlock", "Too many wrong passwords?", "We mail you a link that ends the pause.");

        public override string TrailDetail => "to end a pause";

        public override IReadOnlyList<string> Mails => [Mail];

        public override FormWords Form => new("Sign in again", "Pressing the button ends the pause.", "Your address", "End the pause");

        public override DoneWords Done => new("Done", "Sign in now.", "unlocked");

        public override InvalidLinkWords Invalid => new("It was good until {0}.", "It was used on {0}.", "Ask for another one.");

        internal override LinkMail Plan(OutboxMail mail, Account account, MailFacts facts) =>
            new LinkMail.Link(TimeSpan.FromHours(1), Write);

        internal override IEnumerable<(string Name, MailContent Content)> Samples(MailedLink link, MailFacts facts) =>
            [("unlock", Write(link))];

        internal override Task<RecoveryEventKind?> ApplyAsync(Account account, Redeemer by, RedemptionContext context)
        {
            (account.LockoutEnd, account.AccessFailedCount) = (null, 0);
            return Task.FromResult<RecoveryEventKind?>(RecoveryEventKind.Redeemed);
        }

        private static MailContent Write(MailedLink link) =>
            new("Sign in again", ["You asked for it."], new MailButton("End the pause", link.Url), []);
    }

    public sealed class Apps : IAsyncLifetime
    {
        public TestApp App { get; private set; } = null!;

        public async ValueTask InitializeAsync() =>
            App = await TestApp.StartAsync(replace: services => services.AddSingleton<LinkPurpose>(new Unlock()));

        public ValueTask DisposeAsync() => App.DisposeAsync();
    }
}
