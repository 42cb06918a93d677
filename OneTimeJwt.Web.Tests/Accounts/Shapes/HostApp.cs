using System.Security.Claims;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace OneTimeJwt.Web.Tests.Accounts.Shapes;

/// <summary>The application whose database it is: Identity over entity types that are mapped to its tables.</summary>
internal abstract class HostApp
{
    public static HostApp On(TestDatabase database, HostShape shape) =>
        shape.Key == typeof(Guid) ? new HostApp<Guid>(database, shape)
        : shape.Key == typeof(int) ? new HostApp<int>(database, shape)
        : shape.Key == typeof(long) ? new HostApp<long>(database, shape)
        : new HostApp<string>(database, shape);

    /// <summary>Signs in as its own page does.</summary>
    /// <returns>What its cookie would hold; null where the password is wrong.</returns>
    public abstract Task<ClaimsPrincipal?> SignInAsync(HostAccount account, string password);

    /// <summary>As the host's validator asks from time to time.</summary>
    public abstract Task<bool> IsLiveAsync(ClaimsPrincipal session);
}

internal sealed class HostApp<TKey> : HostApp
    where TKey : IEquatable<TKey>
{
    private readonly ServiceProvider _services;

    public HostApp(TestDatabase database, HostShape shape)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddHttpContextAccessor();
        services.AddAuthentication();
        services.AddSingleton(shape);
        services.AddSingleton(database);
        services.AddDbContext<HostContext<TKey>>(options =>
        {
            options.ReplaceService<IModelCacheKeyFactory, HostModelKey>();
            _ = database.Provider switch
            {
                DatabaseProvider.Sqlite => options.UseSqlite($"{database.ConnectionString};Pooling=False"),
                DatabaseProvider.PostgreSql => options.UseNpgsql($"{database.ConnectionString};Pooling=False"),
                _ => options.UseSqlServer($"{database.ConnectionString};Pooling=False"),
            };
        });
        services
            .AddIdentityCore<IdentityUser<TKey>>(options => options.Stores.SchemaVersion = new Version(Math.Max(shape.SchemaVersion, 1), 0))
            .AddEntityFrameworkStores<HostContext<TKey>>()
            .AddSignInManager();
        services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = 1_000);
        _services = services.BuildServiceProvider();
    }

    public override Task<ClaimsPrincipal?> SignInAsync(HostAccount account, string password) =>
        WithAsync(async signIn =>
        {
            var user = await signIn.UserManager.FindByIdAsync($"{account.Id}");
            Assert.Equal(account.Address, user?.Email);
            return (await signIn.CheckPasswordSignInAsync(user!, password, lockoutOnFailure: false)).Succeeded
                ? await signIn.CreateUserPrincipalAsync(user!)
                : null;
        });

    public override Task<bool> IsLiveAsync(ClaimsPrincipal session) =>
        WithAsync(async signIn => await signIn.ValidateSecurityStampAsync(session) is not null);

    private async Task<T> WithAsync<T>(Func<SignInManager<IdentityUser<TKey>>, Task<T>> use)
    {
        await using var scope = _services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<SignInManager<IdentityUser<TKey>>>());
    }
}
