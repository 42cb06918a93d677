using System.Diagnostics;
using System.Globalization;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Admin;

namespace OneTimeJwt.Web.Tests.Accounts.Shapes;

/// <summary>A public application's database with 100,000 accounts: what the check and the console's search take is printed.</summary>
[Trait("Category", "long")]
public sealed class ManyRowsTests(ITestOutputHelper output)
{
    private const int Rows = 100_000;
    private const int Searches = 300;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task They_are_counted_adopted_and_found()
    {
        var shape = HostShapes.Named("a schema, and a tenant in each table (FSH)");
        await using var app = await TestApp.StartAsync(
            shape.Settings(DatabaseProvider.PostgreSql), provider: DatabaseProvider.PostgreSql, host: MakeAsync);
        var search = app.Services.GetRequiredService<AccountSearch>();
        var times = new List<double>();
        for (var i = 0; i < Searches; i++)
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"person{(i * 331) + 1}");
            var clock = Stopwatch.StartNew();
            Assert.NotEmpty((await search.PageAsync(text, AccountFilters.None, cancellationToken: Cancellation)).Rows);
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        times.Sort();
        Print($"search: median {times[Searches / 2]:N1} ms, 95th percentile {times[Searches * 95 / 100]:N1} ms");

        async Task MakeAsync(TestDatabase database)
        {
            await HostSql.MakeAsync(database, shape, HostAccount.Of(shape));
            await HostSql.RunAsync(
                database,
                $"""
                INSERT INTO identity."Users" SELECT (json_populate_record(s.u, json_build_object(
                    'Id', gen_random_uuid(), 'UserName', a, 'NormalizedUserName', upper(a), 'Email', a, 'NormalizedEmail', upper(a)))).*
                FROM (SELECT 'person' || i || '@example.com' AS a FROM generate_series(1, {Rows}) AS i) AS p,
                    (SELECT u FROM identity."Users" AS u LIMIT 1) AS s
                """);
            foreach (var column in new[] { "NormalizedEmail", "NormalizedUserName" })
                await HostSql.RunAsync(
                    database, $"""CREATE INDEX ON identity."Users" ("{column}" COLLATE "C", "Id" COLLATE "C")""");
            await HostSql.RunAsync(database, """ANALYZE identity."Users" """);
            await using var check = UnstartedApp.Beside(DatabaseProvider.PostgreSql, database.ConnectionString);
            var clock = Stopwatch.StartNew();
            var report = await check.Adoption.CheckAsync(shape.Users);
            Print($"check: {clock.Elapsed.TotalSeconds:N1} s");
            Assert.Contains(report.Notes, note => note.EndsWith(" accounts.", StringComparison.Ordinal));
        }
    }

    private void Print(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
