namespace OneTimeJwt.Web.Tests.Database;

/// <summary>Two nodes on a primary with a synchronous standby, which takes over when the primary is lost.</summary>
[Trait("Category", "long")]
public sealed class FailoverTests : IAsyncLifetime
{
    private const int Rounds = 20;
    private const int AtOnce = 8;
    private const int Seed = 18;

    private PostgreSqlCluster _primary = null!;
    private PostgreSqlCluster _standby = null!;
    private TestApp _one = null!;
    private TestApp _other = null!;

    public async ValueTask InitializeAsync()
    {
        _primary = await PostgreSqlCluster.StartAsync();
        _standby = await _primary.AddStandbyAsync();
        var hosts = PostgreSqlCluster.ConnectionStringOf(_primary, _standby) + ";Command Timeout=2";
        var settings = new Dictionary<string, string?>
        {
            ["Recovery:PublicOrigin"] = "http://localhost",
            ["RateLimits:PerClient:Permits"] = "100000",
        };
        _one = await TestApp.StartAsync(settings, on: TestDatabase.On(DatabaseProvider.PostgreSql, hosts));
        _other = await TestApp.StartAsync(beside: _one);
    }

    [Fact]
    public async Task Whenever_the_primary_is_lost_at_most_one_redemption_wins_and_what_was_told_as_done_is_there()
    {
        var random = new Random(Seed);
        var (told, kept) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            // In every other round the standby has stopped to answer: no commit is confirmed, and none outlives the server. After two
            // seconds the driver cancels the wait, and the server reports success.
            var isInDoubt = round % 2 == 1;
            var delay = TimeSpan.FromMilliseconds(random.Next(isInDoubt ? 6_000 : 700));
            var outcome = await RoundAsync($"Round {round} of seed {Seed}", isInDoubt, delay);
            told += outcome.IsTold ? 1 : 0;
            kept += outcome.IsKept ? 1 : 0;
        }

        // How many are kept depends on how soon the standby takes over: nodes try again meanwhile.
        TestContext.Current.TestOutputHelper!.WriteLine($"{told} told as done, {kept} kept, of {Rounds}.");
        Assert.True(told > 0, "No redemption outlived its server.");
    }

    public async ValueTask DisposeAsync()
    {
        if (_other is not null)
            await _other.DisposeAsync();
        if (_one is not null)
            await _one.DisposeAsync();
        if (_standby is not null)
            await _standby.DisposeAsync();
        if (_primary is not null)
            await _primary.DisposeAsync();
    }

    private async Task<(bool IsTold, bool IsKept)> RoundAsync(string name, bool isInDoubt, TimeSpan delay)
    {
        var account = await _one.AddAccountAsync();
        var link = new Uri(await _one.LinkForAsync(account)).PathAndQuery;
        var visitors = Enumerable.Range(0, AtOnce).Select(i => (i % 2 == 0 ? _one : _other).Open()).ToList();
        var forms = await Task.WhenAll(visitors.Select(visitor => visitor.GetAsync(link)));
        if (isInDoubt)
            await _standby.FreezeAsync();

        var redemptions = visitors.Select((visitor, i) => visitor.SubmitAsync(forms[i], ("password", Password(i)))).ToList();
        await Task.Delay(delay, TestContext.Current.CancellationToken);
        await _primary.KillAsync();
        // What it had been sent and not read is lost with its processes.
        await (isInDoubt ? _standby.RestartAsync() : Task.CompletedTask);
        await _standby.PromoteAsync();
        var answers = await Task.WhenAll(redemptions);

        var told = Enumerable.Range(0, AtOnce).Where(i => answers[i].PasswordChanged).ToList();
        Assert.True(told.Count <= 1, $"{name}: {told.Count} won.");
        Assert.All(answers, answer => Assert.True(
            answer.PasswordChanged || answer.Verdict == "spent" || answer.Status == HttpStatusCode.ServiceUnavailable,
            $"{name}: {(int)answer.Status} {answer.Body}"));

        var isKept = await IsSpentAsync(visitors[0], link);
        Assert.True(isKept || told.Count == 0, $"{name}: a redemption was told as done and is not there.");
        Assert.Equal(isKept ? 1 : 0, await RedeemedAsync(account));
        if (!isKept)
        {
            var anew = await PatientlyAsync(() => visitors[0].RedeemAsync(link, Passwords.Other));
            Assert.True(anew.PasswordChanged, $"{name}: the link is lost.");
            Assert.Equal(1, await RedeemedAsync(account));
        }

        // At either node, with the page that was open and a new one.
        foreach (var i in new[] { 0, 1 })
        {
            (await visitors[i].SubmitAsync(forms[i], ("password", Passwords.New))).IsRefusedAs("spent");
            (await visitors[i].GetAsync(link)).IsRefusedAs("spent");
        }

        var valid = new List<string>();
        foreach (var password in Enumerable.Range(0, AtOnce).Select(Password).Append(Passwords.Old).Append(Passwords.Other))
        {
            using var owner = _other.Open();
            if ((await PatientlyAsync(() => owner.SignInAsync(account.Email!, password))).Location == "/account")
                valid.Add(password);
            await _one.WriteAsync(account.Id, row => row.SetProperty(known => known.AccessFailedCount, 0));
        }

        var isRight = valid.Count == 1 && (told.Count == 0 || valid[0] == Password(told[0]));
        Assert.True(isRight, $"{name}: {string.Join(", ", valid)} signs in.");
        visitors.ForEach(visitor => visitor.Dispose());
        await AddStandbyAsync();
        return (told.Count == 1, isKept);
    }

    // The lost one's place is taken by a new one.
    private async Task AddStandbyAsync()
    {
        var port = _primary.Port;
        await _primary.DisposeAsync();
        _primary = _standby;
        _standby = await _primary.AddStandbyAsync(port);
    }

    private static async Task<bool> IsSpentAsync(Visitor visitor, string link)
    {
        var page = await PatientlyAsync(() => visitor.GetAsync(link));
        if (page.Status == HttpStatusCode.OK)
            return false;

        page.IsRefusedAs("spent");
        return true;
    }

    private async Task<int> RedeemedAsync(Account account) =>
        (await _one.TrailAsync(account.Id)).Count(line => line.Kind == RecoveryEventKind.Redeemed);

    // Until the nodes have found the new primary.
    private static Task<Answer> PatientlyAsync(Func<Task<Answer>> ask) =>
        Eventually.Async(ask, answer => answer.Status != HttpStatusCode.ServiceUnavailable);

    private static string Password(int i) => $"{Passwords.New}-{i}";
}
