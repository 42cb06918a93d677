using Microsoft.AspNetCore.Builder;
using OneTimeJwt.Web.Accounts;

namespace OneTimeJwt.Web.Tests.App;

/// <summary>The app as its commands see it: put together and not started, on a database that nobody has touched.</summary>
internal sealed class UnstartedApp : IAsyncDisposable
{
    private readonly string _folder;
    private readonly WebApplication _app;

    private UnstartedApp(TestDatabase database, string folder, string? more = null, params string[] settings)
    {
        (Database, _folder) = (database, folder);
        _app = Program.Build(
        [
            "--environment", "Development",
            "--applicationName", "OneTimeJwt.Web",
            "--contentRoot", folder,
            $"--Database:Provider={database.Provider}",
            $"--ConnectionStrings:Accounts={database.ConnectionString}{more}",
            .. settings,
        ]);
    }

    public TestDatabase Database { get; }

    public string Folder => _folder;

    public IServiceProvider Services => _app.Services;

    public AdoptionCheck Adoption => Services.GetRequiredService<AdoptionCheck>();

    public Migrator Migrator => Services.GetRequiredService<Migrator>();

    public static async Task<UnstartedApp> OnAsync(DatabaseProvider provider, string? encoding = null)
    {
        var folder = Directory.CreateTempSubdirectory("ott-").FullName;
        return new UnstartedApp(await TestDatabase.MakeAsync(provider, folder, encoding), folder);
    }

    /// <summary>On a database that is there, and that somebody else takes away.</summary>
    public static UnstartedApp Beside(DatabaseProvider provider, string connectionString) =>
        new(TestDatabase.On(provider, connectionString), Directory.CreateTempSubdirectory("ott-").FullName);

    /// <summary>Another process's, on the same database.</summary>
    /// <param name="more">What its connection string says besides.</param>
    /// <param name="settings">As a command line has them.</param>
    public UnstartedApp Twin(string? more = null, params string[] settings) => new(Database, _folder, more, settings);

    public AccountsContext Open() => Services.GetRequiredService<IDbContextFactory<AccountsContext>>().CreateDbContext();

    public async ValueTask DisposeAsync()
    {
        if (Directory.Exists(_folder))
        {
            await using (var context = Open())
                await Database.DropAsync(context.Database.GetDbConnection());
            Directory.Delete(_folder, recursive: true);
        }

        await _app.DisposeAsync();
    }
}
