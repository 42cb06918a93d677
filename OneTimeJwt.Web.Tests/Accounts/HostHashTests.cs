using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Tests.Accounts;

/// <summary>Password hashes belong to the application whose database it is.</summary>
public sealed class HostHashTests(AppOnEach apps) : IClassFixture<AppOnEach>
{
    private static readonly PasswordHasher<Account> V2 = Hasher(PasswordHasherCompatibilityMode.IdentityV2);
    private static readonly PasswordHasher<Account> Cheap = Hasher(PasswordHasherCompatibilityMode.IdentityV3);

    public static TheoryData<DatabaseProvider, string> FormsOnEach => AppOnEach.Cases(["NFC", "NFD", "mixed"]);

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.PostgreSql)]
    public async Task A_hash_is_renewed_only_while_no_link_is_out_that_is_made_of_it(DatabaseProvider provider)
    {
        var app = await apps.OnAsync(provider);
        var account = await app.AddAccountAsync(shape: row => row.PasswordHash = Cheap.HashPassword(row, Passwords.Old));
        var link = await app.LinkForAsync(account);
        await SignInAsync(app, account);
        Assert.Equal(account.PasswordHash, (await app.ReadAsync(account.Id)).PasswordHash);
        using var visitor = app.Open();
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync(link)).Status);

        var other = await app.AddAccountAsync(shape: row => row.PasswordHash = Cheap.HashPassword(row, Passwords.Old));
        await SignInAsync(app, other);
        Assert.NotEqual(other.PasswordHash, (await app.ReadAsync(other.Id)).PasswordHash);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("false", false)]
    [InlineData("true", true)]
    public async Task In_an_adopted_database_a_hash_is_renewed_only_where_the_settings_say_so(string? setting, bool renews)
    {
        await using var app = await TestApp.StartAsync(new() { ["Accounts:Hashes:Renew"] = setting });
        await app.WithAsync<AccountsContext, int>(database =>
            database.Database.ExecuteSqlAsync(
                $"UPDATE \"RecoveryMigrations\" SET \"ProductVersion\" = 'adopted' WHERE \"MigrationId\" LIKE '%IdentityTables'"));
        var account = await app.AddAccountAsync(shape: row => row.PasswordHash = Cheap.HashPassword(row, Passwords.Old));

        await SignInAsync(app, account);

        Assert.Equal(renews, account.PasswordHash != (await app.ReadAsync(account.Id)).PasswordHash);
    }

    [Fact]
    public async Task Where_version_2_is_asked_for_every_hash_that_is_written_is_one_and_none_is_renewed()
    {
        await using var app = await TestApp.StartAsync(
            new() { ["Accounts:Hashes:Format"] = "IdentityV2", ["Accounts:Hashes:Renew"] = "true" });
        var account = await app.AddAccountAsync(shape: row => row.PasswordHash = V2.HashPassword(row, Passwords.Old));
        var modern = await app.AddAccountAsync(shape: row => row.PasswordHash = Cheap.HashPassword(row, Passwords.Old));
        await SignInAsync(app, account);
        await SignInAsync(app, modern);
        Assert.Equal(
            (account.PasswordHash, modern.PasswordHash),
            ((await app.ReadAsync(account.Id)).PasswordHash, (await app.ReadAsync(modern.Id)).PasswordHash));

        using var visitor = app.Open();
        Assert.True((await visitor.RedeemAsync(await app.LinkForAsync(account), Passwords.New)).PasswordChanged);
        Assert.Equal(HashFormat.V2, HashFormats.Of((await app.ReadAsync(account.Id)).PasswordHash!));
        Assert.Equal(
            PasswordVerificationResult.Success,
            V2.VerifyHashedPassword(account, (await app.ReadAsync(account.Id)).PasswordHash!, Passwords.New));
        Assert.Equal(HashFormat.V2, HashFormats.Of(app.Services.GetRequiredService<UnusablePassword>().NewHash()));
    }

    // Keyboards and systems differ in the form that they send.
    [Theory]
    [MemberData(nameof(FormsOnEach))]
    public async Task A_password_that_is_chosen_in_one_Unicode_form_signs_in_when_it_is_typed_in_another(
        DatabaseProvider provider,
        string form)
    {
        const string Chosen = "sieben Störche fliegen über ein Häuschen é";
        var app = await apps.OnAsync(provider);
        var account = await app.AddAccountAsync();
        var chosen = form switch
        {
            "NFC" => Chosen.Normalize(System.Text.NormalizationForm.FormC),
            "NFD" => Chosen.Normalize(System.Text.NormalizationForm.FormD),
            _ => Chosen[..12].Normalize(System.Text.NormalizationForm.FormC) + Chosen[12..].Normalize(System.Text.NormalizationForm.FormD),
        };
        using (var owner = app.Open())
            Assert.True((await owner.RedeemAsync(await app.LinkForAsync(account), chosen)).PasswordChanged);

        var hash = (await app.ReadAsync(account.Id)).PasswordHash!;
        Assert.NotEqual(PasswordVerificationResult.Failed, Cheap.VerifyHashedPassword(account, hash, chosen));
        string[] typed =
            form == "mixed"
                ? [chosen]
                : [chosen, chosen.Normalize(System.Text.NormalizationForm.FormC), chosen.Normalize(System.Text.NormalizationForm.FormD)];
        foreach (var password in typed)
        {
            using var visitor = app.Open();
            Assert.Equal("/account", (await visitor.SignInAsync(account.Email!, password)).Location);
        }
    }

    private static async Task SignInAsync(TestApp app, Account account)
    {
        using var visitor = app.Open();
        Assert.Equal("/account", (await visitor.SignInAsync(account.Email!, Passwords.Old)).Location);
    }

    private static PasswordHasher<Account> Hasher(PasswordHasherCompatibilityMode mode) =>
        new(Options.Create(new PasswordHasherOptions { CompatibilityMode = mode, IterationCount = 100 }));
}
