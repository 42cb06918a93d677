using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Database;

namespace OneTimeJwt.Benchmarks;

/// <summary>What a program waits for at the API, over HTTP and with its key, against what a page of the console does for the same, in
/// the same process and in turns: it asks whether its user still may, and then for the rows.</summary>
internal static class ApiScenario
{
    private const int AtOnce = 8;
    private const int MaxLetters = 14;
    private const int PageSize = 100;
    private const string Root = "/api/v1";

    public static async Task RunAsync(bool quick)
    {
        var (accounts, trail, typists, pages, acts, rounds) = quick
            ? (500, 1_000, 4, 6, 16, 1)
            : (ManyAccounts.Usual, ManyAccounts.Usual, 150, 2_000, 400, 7);
        var warmUp = TimeSpan.FromSeconds(quick ? 0 : 25);
        using var scratch = new Scratch();
        var database = scratch.File("accounts.db");
        await ManyAccounts.GenerateAsync(database, accounts, silent: true);
        await GrowthScenario.FillTrailAsync(database, trail);
        await using var app = ManyAccounts.Open(
            database, adjust: null, "--Api:Enabled", "true", "--urls", "http://127.0.0.1:0");
        Web.Program.Use(app);
        await app.StartAsync();
        var (program, user) = await RegisterAsync(app);
        using (program)
        {
            var ids = await IdsAsync(app, typists);
            var search = app.Services.GetRequiredService<AccountSearch>();
            var reader = app.Services.GetRequiredService<TrailReader>();
            var admin = await ManyAccounts.AdminAsync(app.Services, ids[0]);
            async Task<T> InConsoleAsync<T>(Func<Task<T>> readAsync) =>
                await app.WithAsync<IAuthorizationService, T>(async authorization =>
                    (await authorization.AuthorizeAsync(admin, ConsoleAccess.Policy)).Succeeded
                        ? await readAsync()
                        : throw new InvalidOperationException("The admin may not read."));
            List<Figure> figures =
            [
                await CompareAsync(
                    "find accounts, letter by letter",
                    warmUp,
                    Texts(typists, accounts),
                    text => InConsoleAsync(() => search.PageAsync(text, AccountFilters.None)),
                    text => program.ReadAsync($"{Root}/accounts?query={Uri.EscapeDataString(text)}")),
                await CompareAsync(
                    "find unconfirmed accounts",
                    warmUp,
                    Texts(typists, accounts).Where((_, i) => i % 4 == 0),
                    text => InConsoleAsync(() => search.PageAsync(text, AccountFilters.Unconfirmed)),
                    text => program.ReadAsync($"{Root}/accounts?query={Uri.EscapeDataString(text)}&filter=unconfirmed")),
                await CompareAsync(
                    "read an account",
                    warmUp,
                    ids,
                    id => InConsoleAsync(() =>
                        app.WithAsync<AccountReader, AccountDetails?>(accountReader => accountReader.ReadAsync(admin, id))),
                    id => program.ReadAsync($"{Root}/accounts/{id}")),
                await CompareAsync(
                    "read an account's trail",
                    warmUp,
                    ids,
                    id => InConsoleAsync(() => reader.PageAsync(new TrailQuery(Account: id))),
                    id => program.ReadAsync($"{Root}/trail?account={id}")),
                .. await MemoryAsync(program, pages),
                .. await ActsAsync(app, program, user, await IdsAsync(app, acts), rounds),
            ];
            await Report.AddAsync(string.Create(CultureInfo.InvariantCulture, $"The API, with {accounts:N0} accounts"), figures);
        }

        await app.StopAsync();
    }

    private static async Task<(ApiClient Program, ClaimsPrincipal User)> RegisterAsync(WebApplication app)
    {
        var (text, now) = (ApiKey.MakeText(), TimeProvider.System.GetUtcNow());
        var key = new ApiKey
        {
            Name = "Benchmarks",
            Hash = ApiKey.HashOf(text),
            Role = ConsoleRole.Admin,
            MadeBy = "benchmarks",
            MadeAt = now,
            ExpiresAt = now.AddDays(1),
        };
        await app.WithAsync<AccountsContext, int>(database =>
        {
            database.Add(key);
            return database.SaveChangesAsync();
        });
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return (
            new ApiClient(new Uri(address), text),
            new ClaimsPrincipal(new MachineIdentity(key.Actor, key.Name, key.Role, claims: [])));
    }

    private static Task<List<string>> IdsAsync(WebApplication app, int count) => app.WithAsync<AccountsContext, List<string>>(database =>
        database.Users.OrderBy(account => account.Id).Where(account => account.Email != null && account.LockoutEnd == null)
            .Select(account => account.Id)
            .Take(count * 4).ToListAsync());

    private static IEnumerable<string> Texts(int typists, int accounts)
    {
        var random = new Random(1);
        for (var i = 0; i < typists; i++)
        {
            var number = random.Next(accounts);
            var text = i % 3 == 1 ? $"user{number - (number % 10)}" : ManyAccounts.Address(number);
            for (var letters = 1; letters <= Math.Min(MaxLetters, text.Length); letters++)
                yield return text[..letters];
        }
    }

    // Each goes first every other time; what one has read lies in the database's memory for the other. What is counted is the last
    // of several passes: programs ask a server that runs, and more of its code than of the bare call's has to be compiled first.
    private static async Task<Figure> CompareAsync<T>(
        string what, TimeSpan warmUp, IEnumerable<string> samples, Func<string, Task<T>> console, Func<string, Task> api)
    {
        var (list, since) = (samples.ToList(), Stopwatch.GetTimestamp());
        List<double> one, other;
        bool isLast;
        do
        {
            isLast = Stopwatch.GetElapsedTime(since) >= warmUp;
            (one, other) = ([], []);
            foreach (var (i, sample) in list.Index())
            {
                if (i % 2 == 0)
                    other.Add(await TimeAsync(() => console(sample)));
                one.Add(await TimeAsync(() => api(sample)));
                if (i % 2 == 1)
                    other.Add(await TimeAsync(() => console(sample)));
            }
        }
        while (!isLast);

        return Figure.AtMost(
            1.2,
            $"{what}, 95th percentile (median: {Figure.Text(one.Median(), "0.00")} against {Figure.Text(other.Median(), "0.00 ms")})",
            one.At(0.95),
            other.At(0.95),
            "0.00 ms",
            "the console");
    }

    private static async Task<double> TimeAsync(Func<Task> act)
    {
        var since = Stopwatch.GetTimestamp();
        await act();
        return Stopwatch.GetElapsedTime(since).TotalMilliseconds;
    }

    private static async Task<IEnumerable<Figure>> MemoryAsync(ApiClient program, int pages)
    {
        string? cursor = null;
        var (first, times) = (0d, new List<double>());
        for (var page = 0; page < pages; page++)
        {
            var since = Stopwatch.GetTimestamp();
            var read = await program.ReadAsync(
                $"{Root}/accounts?limit={PageSize}{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}");
            times.Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
            cursor = read["next"]?.GetValue<string>();
            if (cursor is null)
                break;
            if (page == pages / 10)
                first = Memory();
        }

        return
        [
            Figure.AtMost(
                1.1,
                string.Create(CultureInfo.InvariantCulture, $"memory after {times.Count:N0} pages of {PageSize} accounts"),
                Memory(),
                first == 0 ? Memory() : first,
                "0 MB",
                "after a tenth of them"),
            new Figure(
                $"a page of {PageSize}, the last tenth",
                Figure.Text(times.TakeLast(Math.Max(1, times.Count / 10)).Median(), "0.00 ms"),
                $"{Figure.Text(times.Take(Math.Max(1, times.Count / 10)).Median(), "0.00 ms")} (the first tenth)"),
        ];
    }

    // Both do the same act to the same accounts, in turns; the one with the key of the act writes its answer, too.
    private static async Task<IEnumerable<Figure>> ActsAsync(
        WebApplication app, ApiClient program, ClaimsPrincipal user, List<string> ids, int rounds)
    {
        var (ours, bare, keyed) = (new List<double>(), new List<double>(), new List<double>());
        Task BareAsync(string id, string? key) => app.WithAsync<AdminActions, AdminActionOutcome>(async actions =>
        {
            var outcome = await actions.DoAsync(user, new AdminActionRequest(AdminAction.RevokeLinks, id, "Ticket 4711", "127.0.0.1", key));
            return outcome.Done ? outcome : throw new InvalidOperationException(outcome.Message);
        });
        // The first round warms all of them up.
        for (var round = 0; round <= rounds; round++)
        {
            var some = ids.Skip(round * ids.Count / (rounds + 1)).Take(ids.Count / (rounds + 1)).ToList();
            bare.Add(await RateAsync(some, id => BareAsync(id, key: null)));
            ours.Add(await RateAsync(some, id => program.ActAsync($"{Root}/accounts/{id}/revoke-links")));
            keyed.Add(await RateAsync(some, id => BareAsync(id, Guid.NewGuid().ToString())));
        }

        var (api, alone, answered) = (ours.Skip(1).ToList(), bare.Skip(1).ToList(), keyed.Skip(1).ToList());
        var ratios = api.Zip(alone, (one, other) => one / other).ToList();
        var spread = $"pairs: {Figure.Text(ratios.Min())} to {Figure.Text(ratios.Max())}";
        return
        [
            Figure.AtLeast(
                0.8, $"acts a second, {AtOnce} at once ({spread})", api.Median(), alone.Median(), "0", "the bare transaction"),
            new Figure(
                "the same transaction with an Idempotency-Key",
                Figure.Text(answered.Median(), "0"),
                $"{Figure.Text(alone.Median(), "0")} (without)",
                answered.Median() / alone.Median()),
        ];
    }

    private static async Task<double> RateAsync(List<string> ids, Func<string, Task> act)
    {
        var since = Stopwatch.StartNew();
        await Parallel.ForEachAsync(
            ids, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (id, _) => await act(id));
        return ids.Count / since.Elapsed.TotalSeconds;
    }

    private static async Task<T> WithAsync<TPart, T>(this WebApplication app, Func<TPart, Task<T>> use)
        where TPart : notnull
    {
        await using var scope = app.Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<TPart>());
    }

    private static double Memory() => GC.GetTotalMemory(forceFullCollection: true) / 1e6;

    /// <summary>A program with a key.</summary>
    private sealed class ApiClient : IDisposable
    {
        private readonly HttpClient _client;

        public ApiClient(Uri address, string key)
        {
            _client = Http.Client(address);
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        public async Task<JsonNode> ReadAsync(string path)
        {
            using var answer = await _client.GetAsync(new Uri(path, UriKind.Relative));
            return JsonNode.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync())!;
        }

        public async Task ActAsync(string path)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative))
            {
                Headers = { { "Idempotency-Key", Guid.NewGuid().ToString() } },
                Content = JsonContent.Create(new { reason = "Ticket 4711" }),
            };
            using var answer = await _client.SendAsync(request);
            answer.EnsureSuccessStatusCode();
        }

        public void Dispose() => _client.Dispose();
    }
}
