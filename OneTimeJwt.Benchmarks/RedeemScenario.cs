using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OneTimeJwt.Tokens;
using OneTimeJwt.Web.Database;

namespace OneTimeJwt.Benchmarks;

/// <summary>What choosing a new password costs, against the one thing it can't do without: a password hash.</summary>
internal static class RedeemScenario
{
    private const int AtOnce = 8;

    public static async Task RunAsync(bool quick)
    {
        var (warming, rounds, size, refusals) = quick ? (1, 1, 3, 4) : (8, 7, Subject.Accounts, 300);
        using var scratch = new Scratch();
        await using var sink = await MailSink.StartAsync();
        var secret = Subjects.NewSecret();
        using var ours = await new Subjects(scratch, sink.Port).OursAsync(secret);
        await ours.StartAsync();
        using var browser = new Browser(ours.Address);
        var hasher = new Hasher(scratch);
        async Task<List<string>> LinksAsync() => (await AccountsAsync(ours)).Take(size).Select(account => Mint(secret, account)).ToList();

        // An app that has run for a while: some hundred resets, so that all of it is compiled, and for good.
        var used = (await LinksAsync())[0];
        for (var round = 0; round < warming; round++)
        {
            await AtOnceAsync(browser, await LinksAsync());
            hasher.PerSecond(size);
        }

        var (one, hash, rate, limit) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            hash.Add(hasher.Milliseconds(size));
            one.Add(await FiguresAsync(ours, browser, await LinksAsync(), HttpStatusCode.SeeOther));
            limit.Add(hasher.PerSecond(size));
            rate.Add(await AtOnceAsync(browser, await LinksAsync()));
        }

        var forgery = Mint(Subjects.NewSecret(), (await AccountsAsync(ours))[0]);
        await FiguresAsync(ours, browser, Enumerable.Repeat(forgery, refusals), HttpStatusCode.BadRequest);
        await FiguresAsync(ours, browser, Enumerable.Repeat(used, refusals), HttpStatusCode.Gone);
        var forged = await FiguresAsync(ours, browser, Enumerable.Repeat(forgery, refusals), HttpStatusCode.BadRequest);
        var spent = await FiguresAsync(ours, browser, Enumerable.Repeat(used, refusals), HttpStatusCode.Gone);

        await Report.AddAsync(
            "Redeeming a link, in processor time",
            [
                Figure.AtMost(1.25, $"one reset ({Pairs(one, hash)})", one.Median(), hash.Median(), "0.0 ms", "one password hash"),
                Figure.AtLeast(
                    0.92,
                    $"resets a second, {AtOnce} at once ({Pairs(rate, limit)})",
                    rate.Median(),
                    limit.Median(),
                    "0.0",
                    $"hashes a second on {Environment.ProcessorCount} cores"),
                Figure.AtMost(0.02, "a link that was used", spent, one.Median(), "0.00 ms", "one reset"),
                Figure.AtMost(0.02, "a forged link", forged, one.Median(), "0.00 ms", "one reset"),
            ]);
    }

    private static string Pairs(List<double> ours, List<double> theirs)
    {
        var ratios = ours.Zip(theirs, (our, their) => our / their).ToList();
        return $"pairs: {Figure.Text(ratios.Min())} to {Figure.Text(ratios.Max())}";
    }

    // Resets a second.
    private static async Task<double> AtOnceAsync(Browser browser, List<string> links)
    {
        var since = Stopwatch.StartNew();
        await Parallel.ForEachAsync(
            links,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (link, _) => await browser.PostAsync(link, HttpStatusCode.SeeOther));
        return links.Count / since.Elapsed.TotalSeconds;
    }

    private static string Mint(byte[] secret, IdentityUser account) =>
        new OneTimeTokens([new ServerSecret("bench", secret)], TokenBenchmarks.Origin, new TokenLifetimes(), TimeProvider.System)
            .Mint(TokenPurpose.Reset, account)
            .Value;

    // Milliseconds of processor time that the app takes for each.
    private static async Task<double> FiguresAsync(Subject ours, Browser browser, IEnumerable<string> links, HttpStatusCode expected)
    {
        var count = 0;
        var before = ours.Work;
        foreach (var link in links)
        {
            await browser.PostAsync(link, expected);
            count++;
        }

        return (ours.Work - before).TotalMilliseconds / count;
    }

    private static async Task<List<IdentityUser>> AccountsAsync(Subject ours)
    {
        await using var connection = new SqliteConnection(ours.Database);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT Id, SecurityStamp, PasswordHash, Email, NormalizedEmail FROM AspNetUsers";
        await using var reader = await command.ExecuteReaderAsync();
        var accounts = new List<IdentityUser>();
        while (await reader.ReadAsync())
            accounts.Add(
                new IdentityUser
                {
                    Id = reader.GetString(0),
                    SecurityStamp = reader.GetString(1),
                    PasswordHash = reader.GetString(2),
                    Email = reader.GetString(3),
                    NormalizedEmail = reader.GetString(4),
                });
        return accounts;
    }

    /// <summary>The app's own hasher, as it is configured.</summary>
    private sealed class Hasher(Scratch scratch)
    {
        private readonly PasswordHasher<Account> _hasher = new(
            ManyAccounts.Open(scratch.File("unused.db")).Services.GetRequiredService<IOptions<PasswordHasherOptions>>());
        private readonly Account _account = new();

        // Of processor time, for each.
        public double Milliseconds(int count)
        {
            using var process = Process.GetCurrentProcess();
            var before = process.TotalProcessorTime;
            for (var i = 0; i < count; i++)
                _hasher.HashPassword(_account, Subject.Password);
            process.Refresh();
            return (process.TotalProcessorTime - before).TotalMilliseconds / count;
        }

        public double PerSecond(int count)
        {
            var since = Stopwatch.StartNew();
            Parallel.For(
                0,
                count,
                new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
                _ => _hasher.HashPassword(_account, Subject.Password));
            return count / since.Elapsed.TotalSeconds;
        }
    }

    private sealed class Browser : IDisposable
    {
        private readonly HttpClient _client;
        private readonly Lazy<Task<string>> _proof;

        public Browser(Uri address)
        {
            _client = Http.Client(address);
            _proof = new(() => Http.ProofAsync(_client));
        }

        public async Task PostAsync(string token, HttpStatusCode expected)
        {
            using var content = new FormUrlEncodedContent(
                new Dictionary<string, string>
                {
                    ["__RequestVerificationToken"] = await _proof.Value,
                    ["token"] = token,
                    ["password"] = "quietly borrowed umbrella lantern",
                });
            using var answer = await _client.PostAsync(new Uri("/reset-password", UriKind.Relative), content);
            if (answer.StatusCode != expected)
                throw new InvalidOperationException(
                    $"A redemption was answered with {(int)answer.StatusCode} and not with {(int)expected}.");
        }

        public void Dispose() => _client.Dispose();
    }
}
