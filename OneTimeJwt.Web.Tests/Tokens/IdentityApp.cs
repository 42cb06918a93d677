using Microsoft.Data.Sqlite;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.SignIn;
using OneTimeJwt.Web.Site;
using OneTimeJwt.Web.Tests.Mail;

namespace OneTimeJwt.Web.Tests.Tokens;

/// <summary>ASP.NET Core Identity over a real SQLite database, set up with our provider as an application would.</summary>
internal sealed class IdentityApp : IAsyncDisposable
{
    private readonly SqliteConnection _connection = new("Data Source=:memory:");
    private readonly ServiceProvider _services;

    public IdentityApp()
    {
        _connection.Open();
        var services = new ServiceCollection().AddLogging();
        services.AddOptions<AccountsSettings>();
        services.AddHttpContextAccessor();
        services.AddSingleton<PasswordLength>();
        services.AddSingleton(new Brand(new BrandingSettings()));
        services.AddAccountsContext((_, options) => options.UseSqlite(_connection));
        services.AddSingleton(new OneTimeTokens([Issuer.Secret], Issuer.Origin, new TokenLifetimes(), Clock));
        services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = 100);
        services.AddIdentityCore<Account>(identity =>
            {
                identity.Stores.SchemaVersion = IdentitySchemaVersions.Version3;
                identity.Tokens.PasswordResetTokenProvider = OneTimeTokens.ProviderName;
                identity.Password = new PasswordOptions
                {
                    RequiredLength = 1,
                    RequireDigit = false,
                    RequireLowercase = false,
                    RequireUppercase = false,
                    RequireNonAlphanumeric = false,
                };
            })
            .AddEntityFrameworkStores<AccountsContext>()
            .AddPasswordValidator<PasswordPolicy>()
            .AddTokenProvider<OneTimeTokenProvider<Account, string>>(OneTimeTokens.ProviderName);
        _services = services.BuildServiceProvider(validateScopes: true);
        using var context = Contexts.CreateDbContext();
        context.Database.EnsureCreated();
    }

    public Clock Clock { get; } = new();

    public IDbContextFactory<AccountsContext> Contexts => _services.GetRequiredService<IDbContextFactory<AccountsContext>>();

    /// <summary>In a scope of its own, as each request has one.</summary>
    public async Task<T> WithAsync<T>(Func<UserManager<Account>, Account, Task<T>> act, string name = "ada")
    {
        await using var scope = _services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        return await act(users, (await users.FindByNameAsync(name))!);
    }

    public async Task AddAsync(string password, string name = "ada")
    {
        await using var scope = _services.CreateAsyncScope();
        var account = new Account { UserName = name, Email = $"{name}@example.com", EmailConfirmed = true };
        var result = await scope.ServiceProvider.GetRequiredService<UserManager<Account>>().CreateAsync(account, password);
        Assert.True(result.Succeeded, result.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
