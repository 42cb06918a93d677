using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Accounts;

/// <summary>Another application deletes an account by a statement of its own; what we remember of it goes.</summary>
public sealed class DeletedAccountsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider> Providers => [.. AppOnEach.Providers];

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Rows_of_a_deleted_account_go_and_those_of_a_living_one_stay(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider: provider);
        var (living, deleted) = (await KnownAsync(app), await KnownAsync(app));
        var many = Enumerable.Range(0, 1100).Select(i => $"gone-{i:D4}").ToList();
        await HostWrites.AddAsync(app, [.. many.Select(id => Remembered(id))]);
        Assert.Equal(1, await HostWrites.DeleteAsync(app, deleted));

        await SweepAsync(app);

        Assert.Equal((0, 0, 0), await RowsAsync(app, [deleted, .. many]));
        Assert.Equal((1, 2, Enum.GetValues<ConsoleRole>().Length), await RowsAsync(app, [living]));
        Assert.Equal(ConsoleRole.Admin, await app.Roles().OfAsync(living));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_passkey_and_a_role_of_a_deleted_account_give_nothing_before_they_go(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider: provider);
        var account = await KnownAsync(app);
        var passkey = await app.WithAsync<AccountsContext, byte[]>(database =>
            database.Passkeys.Where(row => row.UserId == account).Select(row => row.CredentialId).FirstAsync(Cancellation));
        Task<Account?> OwnerAsync() =>
            app.WithAsync<UserManager<Account>, Account?>(users => users.FindByPasskeyIdAsync(passkey));
        Task<(ConsoleRole?, bool)> RightsAsync() => app.WithAsync<AccountsContext, (ConsoleRole?, bool)>(async database =>
            (await app.Roles().RightsOfAsync(database, account), (await app.Roles().AdminsAsync(database)).Contains(account)));
        Assert.Equal(account, (await OwnerAsync())?.Id);
        Assert.Equal((ConsoleRole.Admin, true), await RightsAsync());

        await HostWrites.DeleteAsync(app, account);

        Assert.Equal((1, 2, Enum.GetValues<ConsoleRole>().Length), await RowsAsync(app, [account]));
        Assert.Null(await OwnerAsync());
        Assert.Equal((null, false), await RightsAsync());
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Where_no_account_is_seen_nothing_goes(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider: provider);
        await HostWrites.AddAsync(app, Remembered("hidden"));
        await HostWrites.SqlAsync(app, """DELETE FROM "AspNetUsers" """);

        await SweepAsync(app);

        Assert.Equal((1, 0, 0), await RowsAsync(app, ["hidden"]));
    }

    private static RecoveryState Remembered(string id) => new() { AccountId = id, Culture = "en" };

    private static async Task<string> KnownAsync(TestApp app)
    {
        var account = await app.AddAccountAsync();
        await HostWrites.AddAsync(app, Remembered(account.Id), Passkey(account.Id), Passkey(account.Id));
        foreach (var role in Enum.GetValues<ConsoleRole>())
            await app.Roles().GrantAsync(account.Id, role);
        return account.Id;
    }

    private static StoredPasskey Passkey(string accountId) => new(
        accountId,
        new UserPasskeyInfo(
            Guid.NewGuid().ToByteArray(), [1], DateTimeOffset.UnixEpoch, 0, transports: null,
            isUserVerified: true, isBackupEligible: false, isBackedUp: false, [], []));

    private static Task<int> SweepAsync(TestApp app) => app.Services.GetRequiredService<DeletedAccounts>().SweepAsync(Cancellation);

    private static Task<(int States, int Passkeys, int Roles)> RowsAsync(TestApp app, IReadOnlyList<string> ids) =>
        app.WithAsync<AccountsContext, (int, int, int)>(async database => (
            await database.RecoveryStates.CountAsync(row => ids.Contains(row.AccountId), Cancellation),
            await database.Passkeys.CountAsync(row => ids.Contains(row.UserId), Cancellation),
            await database.ConsoleRoleMembers.CountAsync(row => ids.Contains(row.AccountId), Cancellation)));
}
