using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using OneTimeJwt.Web.Tests.Mail;

namespace OneTimeJwt.Web.Tests.Tokens;

/// <summary>Identity over a real database, with each type of key that it takes, registered in the one line that README shows.</summary>
public sealed class KeyTypesTests
{
    private const string Old = "Seven wet umbrellas 1";
    private const string New = "A brass kettle 2";

    private static readonly Dictionary<string, Func<Task>> Cycles = new()
    {
        ["string"] = () => CycleAsync("0f8fad5b-d9cb-469f-a165-70867728950e", "0f8fad5b-d9cb-469f-a165-70867728950e"),
        ["a string that has to be escaped"] = () => CycleAsync("ada \"ł\" \\ 1", "ada \"ł\" \\ 1"),
        ["Guid"] = () => CycleAsync(new Guid("0F8FAD5B-D9CB-469F-A165-70867728950E"), "0f8fad5b-d9cb-469f-a165-70867728950e"),
        ["int"] = () => CycleAsync(1815, "1815"),
        ["a negative int"] = () => CycleAsync(-1815, "-1815"),
        ["long"] = () => CycleAsync(long.MinValue, "-9223372036854775808"),
    };

    public static TheoryData<string> Keys => [.. Cycles.Keys];

    [Theory]
    [MemberData(nameof(Keys))]
    public Task A_reset_works_once_whatever_type_the_key_has_and_whatever_the_culture(string key) => Cycles[key]();

    [Fact]
    public void A_user_that_is_none_of_Identitys_is_refused() =>
        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddIdentityCore<object>().AddOneTimeTokens(Issuer.Origin));

    private static async Task CycleAsync<TKey>(TKey id, string text)
        where TKey : IEquatable<TKey>
    {
        CultureInfo.CurrentCulture = new CultureInfo("sv") { NumberFormat = { NegativeSign = "−" } };
        await using var connection = new SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var services = Services<TKey>(connection);
        var user = new IdentityUser<TKey> { Id = id, UserName = "ada", Email = "ada@example.com" };
        Assert.True((await WithAsync<TKey, IdentityResult>(services, users => users.CreateAsync(user, Old))).Succeeded);

        var token = await OfRowAsync<TKey, string>(services, text, (users, row) => users.GeneratePasswordResetTokenAsync(row));
        var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(token.Split('.')[1])).RootElement;
        Assert.Equal((text, "reset"), (claims.GetProperty("sub").GetString(), claims.GetProperty("aud").GetString()));
        Assert.Equal(
            new ProvenClaims(text, "", default),
            (await VerifyAsync<TKey>(services, token, TokenVerdict.Valid))! with
            {
                Nonce = "",
                ExpiresAt = default,
            });

        Assert.True((await ResetAsync<TKey>(services, text, token, New)).Succeeded);
        Assert.True(await OfRowAsync<TKey, bool>(services, text, (users, row) => users.CheckPasswordAsync(row, New)));
        Assert.Equal("InvalidToken", Assert.Single((await ResetAsync<TKey>(services, text, token, Old)).Errors).Code);
        await VerifyAsync<TKey>(services, token, TokenVerdict.Spent);
    }

    private static Task<IdentityResult> ResetAsync<TKey>(ServiceProvider services, string id, string token, string password)
        where TKey : IEquatable<TKey> =>
        OfRowAsync<TKey, IdentityResult>(services, id, (users, row) => users.ResetPasswordAsync(row, token, password));

    private static async Task<ProvenClaims?> VerifyAsync<TKey>(ServiceProvider services, string token, TokenVerdict verdict)
        where TKey : IEquatable<TKey>
    {
        var tokens = services.GetRequiredService<OneTimeTokens>();
        var verification = await WithAsync<TKey, Verification>(
            services, users => tokens.VerifyAsync(token, TokenPurpose.Reset, async id => TokenAccount.Of(await users.FindByIdAsync(id))));
        Assert.Equal(verdict, verification.Verdict);
        return verification.Claims;
    }

    private static Task<T> OfRowAsync<TKey, T>(
        ServiceProvider services,
        string id,
        Func<UserManager<IdentityUser<TKey>>, IdentityUser<TKey>, Task<T>> act)
        where TKey : IEquatable<TKey> => WithAsync<TKey, T>(services, async users => await act(users, (await users.FindByIdAsync(id))!));

    // In a scope of its own, as each request has one.
    private static async Task<T> WithAsync<TKey, T>(ServiceProvider services, Func<UserManager<IdentityUser<TKey>>, Task<T>> act)
        where TKey : IEquatable<TKey>
    {
        await using var scope = services.CreateAsyncScope();
        return await act(scope.ServiceProvider.GetRequiredService<UserManager<IdentityUser<TKey>>>());
    }

    private static ServiceProvider Services<TKey>(SqliteConnection connection)
        where TKey : IEquatable<TKey>
    {
        var place = new TestHostEnvironment("Production");
        var services = new ServiceCollection().AddLogging();
        services.AddSingleton<Microsoft.Extensions.Hosting.IHostEnvironment>(_ => place);
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Tokens:Secrets:0:Id"] = "2026a",
            ["Tokens:Secrets:0:Value"] = Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)),
        }).Build());
        services.AddDbContext<IdentityDbContext<IdentityUser<TKey>, IdentityRole<TKey>, TKey>>(database => database.UseSqlite(connection));
        services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = 100);
        services.AddIdentityCore<IdentityUser<TKey>>()
            .AddEntityFrameworkStores<IdentityDbContext<IdentityUser<TKey>, IdentityRole<TKey>, TKey>>()
            .AddOneTimeTokens(Issuer.Origin);
        services.AddOptions<IdentityOptions>().Configure(identity => identity.User.AllowedUserNameCharacters = "");
        var provider = services.BuildServiceProvider(validateScopes: true);
        using var scope = provider.CreateScope();
        scope
            .ServiceProvider.GetRequiredService<IdentityDbContext<IdentityUser<TKey>, IdentityRole<TKey>, TKey>>()
            .Database.EnsureCreated();
        return provider;
    }
}
