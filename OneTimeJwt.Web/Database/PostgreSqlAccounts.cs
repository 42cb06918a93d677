using System.Data;
using System.Data.Common;
using System.Text;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Campaigns;

namespace OneTimeJwt.Web.Database;

public sealed class PostgreSqlAccounts(DbContextOptions<AccountsContext> options, SqliteWriteLock writer) : AccountsContext(options, writer)
{
    public override IsolationLevel SnapshotLevel => IsolationLevel.RepeatableRead;

    // By language, as databases usually sort, a prefix is no range of an index.
    public override string SearchCollation => "C";

    public override async Task<bool> CanStoreAsync(string text) =>
        Ascii.IsValid(text) || await WithConnectionAsync(connection => ServerEncoding.Fit(connection, text) == text);

    // What people write about their acts, and the trail's own words, must not keep the act from being recorded.
    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        var texts = ChangeTracker.Entries()
            .Where(entry => entry is { State: EntityState.Added or EntityState.Modified, Entity: RecoveryEvent or Campaign })
            .SelectMany(entry => entry.Properties)
            .Where(property => property.CurrentValue is string text && !Ascii.IsValid(text))
            .ToList();
        if (texts.Count > 0)
        {
            await WithConnectionAsync(connection =>
            {
                texts.ForEach(property =>
                    property.CurrentValue = ServerEncoding.Fit(connection, (string)property.CurrentValue!, missing: '?'));
                return true;
            });
        }

        return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    private Task<bool> WithConnectionAsync(Func<DbConnection, bool> use) => Database.CreateExecutionStrategy().ExecuteAsync(async () =>
    {
        await Database.OpenConnectionAsync();
        try
        {
            return use(Database.GetDbConnection());
        }
        finally
        {
            await Database.CloseConnectionAsync();
        }
    });

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);

        builder.Entity<Account>(account =>
        {
            account.HasIndex(a => a.Id, "IX_AspNetUsers_Id_C").UseCollation(SearchCollation);
            account
                .HasIndex(a => new { a.NormalizedEmail, a.Id }, "IX_AspNetUsers_NormalizedEmail_C")
                .UseCollation(SearchCollation, SearchCollation);
            account
                .HasIndex(a => new { a.NormalizedUserName, a.Id }, "IX_AspNetUsers_NormalizedUserName_C")
                .UseCollation(SearchCollation, SearchCollation);
        });
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);

        // The driver takes no other offset.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<Utc>();
    }

    private sealed class Utc() : ValueConverter<DateTimeOffset, DateTimeOffset>(moment => moment.ToUniversalTime(), moment => moment);
}
