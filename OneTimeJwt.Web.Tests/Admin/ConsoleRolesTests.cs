using OneTimeJwt.Web.Admin;

namespace OneTimeJwt.Web.Tests.Admin;

public sealed class ConsoleRolesTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private readonly TestApp _shared = shared.App;

    [Fact]
    public async Task Rights_are_given_found_and_taken_and_the_trail_says_so()
    {
        var account = await _shared.AddAccountAsync();
        Assert.Null(await OfAsync(_shared, account));

        Assert.Equal(RoleOutcome.Done, await GrantAsync(_shared, account, ConsoleRole.Support));
        Assert.Equal(RoleOutcome.Unchanged, await GrantAsync(_shared, account, ConsoleRole.Support));
        Assert.Equal(ConsoleRole.Support, await OfAsync(_shared, account));
        await GrantAsync(_shared, account, ConsoleRole.Admin);
        Assert.Equal(ConsoleRole.Admin, await OfAsync(_shared, account));

        Assert.Equal(RoleOutcome.Done, await RemoveAsync(_shared, account, ConsoleRole.Admin));
        Assert.Equal(RoleOutcome.Unchanged, await RemoveAsync(_shared, account, ConsoleRole.Admin));
        Assert.Equal(ConsoleRole.Support, await OfAsync(_shared, account));
        Assert.Equal(
            [
                (RecoveryEventKind.RoleGranted, "Support of the console"),
                (RecoveryEventKind.RoleGranted, "Admin of the console"),
                (RecoveryEventKind.RoleRemoved, "Admin of the console"),
            ],
            (await _shared.TrailAsync(account.Id)).Select(line => (line.Kind, line.Detail!)));
    }

    [Fact]
    public async Task A_role_that_is_named_otherwise_keeps_its_members()
    {
        await using var app = await TestApp.StartAsync();
        var account = await app.AddAccountAsync();
        await GrantAsync(app, account, ConsoleRole.Admin);
        await using var renamed = await TestApp.StartAsync(
            new()
            {
                ["Admin:Roles:Admin"] = "Owner",
                ["Admin:Roles:Support"] = "Desk",
                ["Seed:Accounts:3:Roles:0"] = "owner",
                ["Seed:Accounts:4:Roles:0"] = "desk",
            },
            beside: app);

        Assert.Equal(ConsoleRole.Admin, await OfAsync(renamed, account));
        Assert.Equal(RoleOutcome.Unchanged, await GrantAsync(renamed, account, ConsoleRole.Admin));
    }

    [Fact]
    public async Task Seeded_roles_count() =>
        Assert.Equal(
            ConsoleRole.Admin,
            await OfAsync(
                _shared,
                await _shared.WithAsync<AccountsContext, Account>(database =>
                    database.Users.SingleAsync(account => account.Email == "admin@example.com"))));

    [Fact]
    public async Task Of_admins_who_take_each_others_role_at_once_on_two_nodes_one_keeps_it()
    {
        await using var app = await TestApp.StartAsync(WithoutAdmin());
        await using var other = await TestApp.StartAsync(beside: app);
        var admins = new List<Account>();
        for (var i = 0; i < 6; i++)
        {
            admins.Add(await app.AddAccountAsync());
            await GrantAsync(app, admins[i], ConsoleRole.Admin);
        }

        var outcomes = await Task.WhenAll(
            admins.Select((admin, i) => Task.Run(() => RemoveAsync(i % 2 == 0 ? app : other, admin, ConsoleRole.Admin))));

        Assert.Equal(5, outcomes.Count(outcome => outcome == RoleOutcome.Done));
        Assert.Single(outcomes, outcome => outcome == RoleOutcome.LastAdmin);
    }

    [Fact]
    public async Task An_admin_who_is_locked_for_good_doesnt_count_as_one_who_stays()
    {
        await using var app = await TestApp.StartAsync(WithoutAdmin());
        var admin = await app.AddAccountAsync();
        var locked = await app.AddAccountAsync(shape: row => row.LockoutEnd = DateTimeOffset.MaxValue);
        var paused = await app.AddAccountAsync(shape: row => row.LockoutEnd = DateTimeOffset.UtcNow.AddMinutes(15));
        await GrantAsync(app, admin, ConsoleRole.Admin);
        await GrantAsync(app, locked, ConsoleRole.Admin);

        Assert.Equal(RoleOutcome.LastAdmin, await RemoveAsync(app, admin, ConsoleRole.Admin));
        await GrantAsync(app, paused, ConsoleRole.Admin);
        Assert.Equal(RoleOutcome.Done, await RemoveAsync(app, admin, ConsoleRole.Admin));
    }

    // Who is seeded as an admin would be one who stays.
    private static Dictionary<string, string?> WithoutAdmin() => new() { ["Seed:Accounts:3:Roles:0"] = "Recovery.Support" };

    private static Task<ConsoleRole?> OfAsync(TestApp app, Account account) =>
        app.WithAsync<ConsoleRoles, ConsoleRole?>(roles => roles.OfAsync(account.Id));

    private static Task<RoleOutcome> GrantAsync(TestApp app, Account account, ConsoleRole role) =>
        app.WithAsync<ConsoleRoles, RoleOutcome>(roles => roles.GrantAsync(account.Id, role));

    private static Task<RoleOutcome> RemoveAsync(TestApp app, Account account, ConsoleRole role) =>
        app.WithAsync<ConsoleRoles, RoleOutcome>(roles => roles.RemoveAsync(account.Id, role));
}
