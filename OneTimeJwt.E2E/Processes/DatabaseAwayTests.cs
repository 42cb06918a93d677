using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E.Processes;

/// <summary>The database goes away under the running app: nothing falls open, nothing is burnt, and it recovers by itself.</summary>
[Guarantee(9)]
[Role("operator")]
public sealed class DatabaseAwayTests
{
    private const string PasswordHash = "SELECT PasswordHash FROM AspNetUsers WHERE Email = $email";

    [Fact]
    [Trait("Category", "long")]
    public async Task While_another_process_writes_people_are_told_to_come_back_and_nothing_is_lost()
    {
        await using var site = await Site.StartAsync([]);
        var visit = await Visit.PrepareAsync(site);
        await using (await DatabaseFile.HoldAsync(site.App))
            await AreOutOfOrderAsync(visit.Open, visit.Redeem, visit.Ask, visit.SignIn, visit.Guess);

        await IsAsBeforeAsync(site, visit);
    }

    [Fact]
    public async Task A_database_that_is_gone_for_a_while_is_used_again_when_it_is_back()
    {
        // Without a pool: an open file can be read wherever it was moved to.
        await using var site = await Site.StartAsync(
            new() { ["ConnectionStrings__Accounts"] = "Data Source={folder}/accounts.db;Pooling=False" });
        var visit = await Visit.PrepareAsync(site);
        foreach (var somethingInItsPlace in new[] { false, true })
        {
            var away = MoveAway(site.App.Database);
            if (somethingInItsPlace)
                Directory.CreateDirectory(site.App.Database);
            await AreOutOfOrderAsync(visit.Open, visit.Redeem, visit.Ask, visit.SignIn);
            Assert.Equal(200, (int)(await visit.Visitor.GetAsync("/health/live")).Status);
            // An answer counts for two seconds.
            var ready = await Eventually.Async(
                () => visit.Visitor.GetAsync("/health/ready"),
                answer => answer.Status == HttpStatusCode.ServiceUnavailable,
                TimeSpan.FromSeconds(10));
            Assert.Equal(503, (int)ready.Status);

            Assert.False(File.Exists(site.App.Database), "An empty database was made in its place.");
            if (somethingInItsPlace)
                Directory.Delete(site.App.Database);
            Directory.Move(Path.Combine(away, "accounts.db"), site.App.Database);
        }

        await IsAsBeforeAsync(site, visit);
    }

    private static async Task AreOutOfOrderAsync(params Func<Task<Answer>>[] requests)
    {
        foreach (var answer in await Task.WhenAll(requests.Select(ask => ask())))
        {
            Assert.Equal(503, (int)answer.Status);
            Assert.True(answer.Headers.ContainsKey("Retry-After"));
            Assert.Contains("briefly out of order", answer.Body, StringComparison.Ordinal);
            Assert.DoesNotContain("name=\"token\"", answer.Body, StringComparison.Ordinal);
        }
    }

    private static async Task IsAsBeforeAsync(Site site, Visit visit)
    {
        Assert.Equal(visit.Hash, await DatabaseFile.AskAsync<string>(site.App, PasswordHash, visit.Account));
        await site.MailLinkAsync(visit.Account);
        var opened = await visit.Open();
        Assert.Equal(200, (int)opened.Status);
        var changed = await visit.Redeem();
        Assert.True(changed.IsSuccess());
    }

    private static string MoveAway(string database)
    {
        var away = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(database)!, "away")).FullName;
        foreach (var file in new[] { database, $"{database}-wal", $"{database}-shm" }.Where(File.Exists))
            File.Move(file, Path.Combine(away, Path.GetFileName(file)), overwrite: true);
        return away;
    }

    /// <summary>Somebody who holds a link and has every form open.</summary>
    private sealed record Visit(
        Visitor Visitor,
        TestAccount Account,
        string Hash,
        Func<Task<Answer>> Open,
        Func<Task<Answer>> Redeem,
        Func<Task<Answer>> Ask,
        Func<Task<Answer>> SignIn,
        Func<Task<Answer>> Guess)
    {
        public static async Task<Visit> PrepareAsync(Site site)
        {
            var account = await site.Accounts.TakeAsync(AccountKind.Ordinary);
            var token = ResetForm.Token(await site.MailLinkAsync(account));
            var visitor = new Visitor(site.Address);
            return new Visit(
                visitor,
                account,
                await DatabaseFile.AskAsync<string>(site.App, PasswordHash, account),
                () => visitor.GetAsync($"/reset-password?token={token}"),
                await ResetForm.FillInAsync(visitor, token, account.NewPassword()),
                await visitor.FillInAsync("/forgot-password", "/forgot-password", ("email", account.Email)),
                await visitor.FillInAsync("/sign-in", "/sign-in", ("email", account.Email), ("password", account.Password)),
                await visitor.FillInAsync("/sign-in", "/sign-in", ("email", account.Email), ("password", "open sesame")));
        }
    }
}
