using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Accounts;
using static OneTimeJwt.Web.Tests.App.HostWrites;

namespace OneTimeJwt.Web.Tests.SignIn;

/// <summary>Whatever another application leaves in a row, sign-in and links say what they say of others.</summary>
public sealed class OddRowSignInTests(UnlimitedApps apps) : IClassFixture<UnlimitedApps>
{
    public static TheoryData<DatabaseProvider> Providers => [.. AppOnEach.Providers];

    public static TheoryData<DatabaseProvider, string> ShapesOnEach => AppOnEach.Cases(Shapes.Keys);

    [Theory]
    [MemberData(nameof(ShapesOnEach))]
    public async Task Whatever_the_row_a_wrong_password_tells_nothing_and_the_right_one_and_a_link_lead_in(
        DatabaseProvider provider,
        string shape)
    {
        var app = await apps.OnAsync(provider);
        var account = await app.AddAccountAsync();
        await Shapes[shape](app, account);
        using var visitor = app.Open();

        var wrong = await visitor.SignInAsync(account.Email!, Passwords.Other);
        var nobody = $"nobody-{Guid.NewGuid():N}@example.com";
        using var other = app.Open();
        Assert.Equal(AnswerMask.Class(await other.SignInAsync(nobody, Passwords.Other), nobody), AnswerMask.Class(wrong, account.Email!));

        if (shape == "failed count as large as it gets")
            await app.WriteAsync(account.Id, row => row.SetProperty(known => known.LockoutEnd, (DateTimeOffset?)null));
        var right = await visitor.SignInAsync(account.Email!, Passwords.Old);
        Assert.True((int)right.Status < 500, Fault(app));
        Assert.Equal((HttpStatusCode.SeeOther, "/account"), (right.Status, right.Location));
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/account")).Status);
        using var owner = app.Open();
        Assert.True((await owner.RedeemAsync(await app.LinkForAsync(account), Passwords.New)).PasswordChanged);
        var again = await owner.SignInAsync(account.Email!, Passwords.New);
        Assert.Equal((HttpStatusCode.SeeOther, "/account"), (again.Status, again.Location));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_stranger_costs_as_many_hashes_for_every_kind_of_row(DatabaseProvider provider)
    {
        var hashes = 0;
        await using var app = await TestApp.StartAsync(
            provider: provider,
            replace: services =>
                services.AddScoped<IPasswordHasher<Account>>(scope => new BusyHasher(
                    () => Interlocked.Increment(ref hashes),
                    scope.GetRequiredService<IOptions<PasswordHasherOptions>>())));
        var rows = new Dictionary<string, Account>
        {
            ["known"] = await app.AddAccountAsync(),
            ["without a password"] = await app.AddAccountAsync(password: null),
            ["with a foreign hash"] = await app.AddAccountAsync(shape: row => row.PasswordHash = "$2a$11$abc"),
            ["unconfirmed"] = await app.AddAccountAsync(shape: row => row.EmailConfirmed = false),
            ["banned"] = await app.AddAccountAsync(shape: row => row.LockoutEnd = DateTimeOffset.MaxValue),
            ["with two-factor"] = await app.AddWithFactorAsync("on"),
            ["without a stamp"] = await app.AddAccountAsync(),
        };
        await app.WriteAsync(rows["without a stamp"].Id, row => row.SetProperty(known => known.SecurityStamp, (string?)null));
        var seen = new Dictionary<string, (int Hashes, string Class)>();
        foreach (
            var (kind, address) in rows.Select(row => (row.Key, row.Value.Email!))
                .Append(("unknown", $"nobody-{Guid.NewGuid():N}@example.com")))
        {
            using var visitor = app.Open();
            hashes = 0;
            var answer = await visitor.SignInAsync(address, "ein falsches Paßwort, é");
            seen[kind] = (hashes, AnswerMask.Class(answer, address));
        }

        Assert.All(seen, pair => Assert.Equal((pair.Key, seen["unknown"]), (pair.Key, pair.Value)));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_count_below_zero_gives_a_guesser_no_endless_guesses(DatabaseProvider provider)
    {
        var app = await apps.OnAsync(provider);
        var account = await app.AddAccountAsync();
        await app.WriteAsync(account.Id, row => row.SetProperty(known => known.AccessFailedCount, int.MinValue));
        using var guesser = app.Open();

        for (var i = 0; i < 6; i++)
            await guesser.SignInAsync(account.Email!, Passwords.Other);

        Assert.Equal(LockState.Paused, await app.LockOfAsync(account.Id));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_wrong_code_is_one_also_where_the_count_is_as_large_as_it_gets(DatabaseProvider provider)
    {
        var app = await apps.OnAsync(provider);
        var account = await app.AddWithFactorAsync("on");
        using var visitor = app.Open();
        await visitor.SignInAsync(account.Email!, Passwords.Old);
        await app.WriteAsync(account.Id, row => row.SetProperty(known => known.AccessFailedCount, int.MaxValue));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.EnterCodeAsync("000000")).Status);
        Assert.Equal(LockState.Paused, await app.LockOfAsync(account.Id));
    }

    [Fact]
    public async Task An_empty_address_stands_for_nobody()
    {
        await using var app = await TestApp.StartAsync();
        var account = await app.AddAccountAsync(shape: row => row.UserName = $"name-{Guid.NewGuid():N}");
        await app.WriteAsync(account.Id, row => row.SetProperty(known => known.Email, "").SetProperty(known => known.NormalizedEmail, ""));
        using var visitor = app.Open();

        for (var i = 0; i < 5; i++)
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.SignInAsync("", Passwords.Other)).Status);
        Assert.Equal(LockState.Open, await app.LockOfAsync(account.Id));
        Assert.Null((await visitor.SignInAsync(" ", Passwords.Old)).Location);
    }

    [Fact]
    public async Task A_stamp_column_that_takes_what_Identity_makes_takes_ours()
    {
        await using var app = await TestApp.StartAsync(provider: DatabaseProvider.PostgreSql);
        await app.WithAsync<AccountsContext, int>(database =>
            database.Database.ExecuteSqlAsync($"ALTER TABLE \"AspNetUsers\" ALTER COLUMN \"SecurityStamp\" TYPE varchar(36)"));
        var account = await app.AddAccountAsync();
        using var visitor = app.Open();

        var answer = await visitor.RedeemAsync(await app.LinkForAsync(account), Passwords.New);

        Assert.Equal((HttpStatusCode.SeeOther, true), (answer.Status, answer.PasswordChanged));
    }
}
