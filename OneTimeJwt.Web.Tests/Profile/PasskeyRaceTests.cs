using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Languages;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Tests.Profile;

/// <summary>A passkey that other requests change at the same moment, on each kind of database.</summary>
public sealed class PasskeyRaceTests(AppOnEach apps) : IClassFixture<AppOnEach>
{
    private const string Shape = $"on,key={Factors.Key},codes,passkey";
    private const int AtOnce = 6;

    public static TheoryData<DatabaseProvider> Providers => [.. AppOnEach.Providers];

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task One_that_is_removed_before_its_use_is_written_signs_nobody_in_and_stays_away(DatabaseProvider provider)
    {
        var (app, account, passkey) = await WithPasskeyAsync(provider, Shape);

        var entered = await app.EnterWithPasskeyAsync(
            account.Id,
            passkey,
            Guid.NewGuid(),
            async () => Assert.Null((await ChangeAsync(app, account, Removal(passkey))).Problem));

        Assert.False(entered);
        Assert.Empty(await app.PasskeysAsync(account.Id));
        Assert.DoesNotContain(await app.TrailAsync(account.Id), line => line.Kind == RecoveryEventKind.PasskeyUsed);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Of_several_who_remove_it_at_once_one_does_and_the_others_are_told(DatabaseProvider provider)
    {
        var (app, account, passkey) = await WithPasskeyAsync(provider, Shape);

        await AssertOneDoesAsync(app, account, Removal(passkey), RecoveryEventKind.PasskeyRemoved);

        Assert.Empty(await app.PasskeysAsync(account.Id));
    }

    [Theory]
    [InlineData("on,passkey")]
    [InlineData(Shape)]
    public async Task A_removal_that_comes_again_after_the_first_takes_nothing_else_away(string shape)
    {
        var (app, account, passkey) = await WithPasskeyAsync(DatabaseProvider.Sqlite, shape);
        var other = Factors.NewPasskey();
        Assert.Null((await ChangeAsync(app, account, (factor, row) => factor.AddPasskeyAsync(row, other, client: null))).Problem);
        Assert.Null((await ChangeAsync(app, account, Removal(passkey))).Problem);

        Assert.Equal(Words.ChangedMeanwhile, (await ChangeAsync(app, account, Removal(passkey))).Problem);

        Assert.Equal(other.CredentialId, Assert.Single(await app.PasskeysAsync(account.Id)).CredentialId);
        Assert.True((await app.ReadAsync(account.Id)).TwoFactorEnabled);
        Assert.Single(await app.TrailAsync(account.Id), line => line.Kind == RecoveryEventKind.PasskeyRemoved);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Of_several_who_add_it_at_once_one_does_and_the_others_are_told(DatabaseProvider provider)
    {
        var app = await apps.OnAsync(provider);
        var (account, passkey) = (await app.AddWithFactorAsync(Shape), Factors.NewPasskey());

        await AssertOneDoesAsync(
            app, account, (factor, row) => factor.AddPasskeyAsync(row, passkey, client: null), RecoveryEventKind.PasskeyAdded);

        Assert.Equal(2, (await app.PasskeysAsync(account.Id)).Count);
    }

    private async Task<(TestApp App, Account Account, UserPasskeyInfo Passkey)> WithPasskeyAsync(DatabaseProvider provider, string shape)
    {
        var app = await apps.OnAsync(provider);
        var account = await app.AddWithFactorAsync(shape);
        return (app, account, Assert.Single(await app.PasskeysAsync(account.Id)));
    }

    private static Func<SecondFactor, Account, Task<SecondFactorChange>> Removal(UserPasskeyInfo passkey) =>
        (factor, row) => factor.RemovePasskeyAsync(row, passkey.CredentialId, client: null);

    private static async Task AssertOneDoesAsync(
        TestApp app, Account account, Func<SecondFactor, Account, Task<SecondFactorChange>> change, RecoveryEventKind kind)
    {
        var (allHaveRead, reading) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), AtOnce);
        Task ReadyAsync()
        {
            if (Interlocked.Decrement(ref reading) == 0)
                allHaveRead.SetResult();
            return allHaveRead.Task;
        }

        var changes = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => ChangeAsync(app, account, change, ReadyAsync)));

        Assert.Single(changes, one => one.Problem is null);
        Assert.All(changes.Where(one => one.Problem is not null), one => Assert.Equal(Words.ChangedMeanwhile, one.Problem));
        Assert.Single(await app.TrailAsync(account.Id), line => line.Kind == kind);
    }

    private static Task<SecondFactorChange> ChangeAsync(
        TestApp app,
        Account account,
        Func<SecondFactor, Account, Task<SecondFactorChange>> change,
        Func<Task>? readyAsync = null) =>
        app.WithAsync<IServiceProvider, SecondFactorChange>(async services =>
        {
            var row = await services.GetRequiredService<UserManager<Account>>().FindByIdAsync(account.Id);
            if (readyAsync is not null)
                await readyAsync();
            return await change(services.GetRequiredService<SecondFactor>(), row!);
        });
}
