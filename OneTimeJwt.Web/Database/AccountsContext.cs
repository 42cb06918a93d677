using System.Data;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Campaigns;
using OneTimeJwt.Web.Events;
using OneTimeJwt.Web.Oidc;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Database;

/// <summary>
/// Identity's tables of users as the framework makes them, and beside them our own, each under a name that starts with Recovery.
/// Each provider has a class of its own, with what is different there and with migrations.
/// </summary>
public abstract class AccountsContext(DbContextOptions<AccountsContext> options, SqliteWriteLock writer)
    : IdentityUserContext<Account, string>(options), IDataProtectionKeyContext
{
    /// <summary>What the names of our own tables start with.</summary>
    public const string OurPrefix = "Recovery";

    internal static bool IsOurs(string table) => table.StartsWith(OurPrefix, StringComparison.Ordinal);

    /// <summary>The table of applied migrations. Another application on the same database has its own.</summary>
    public const string HistoryTable = "RecoveryMigrations";

    /// <summary>The table of data protection's keys.</summary>
    public const string KeyRingTable = "RecoveryKeyRing";

    /// <summary>What Identity's tables are called and typed here.</summary>
    internal IdentityMap Identity { get; init; } = IdentityMap.Default;

    /// <summary>Where events of the trail go besides; null where that isn't known, as for the tools.</summary>
    internal EventDestinations? Destinations { get; init; }

    internal bool HasDestinations => Destinations is { All.Count: > 0 };

    /// <summary>For reads that have to fit each other, where the database can do that without being asked to beforehand.</summary>
    public abstract IsolationLevel SnapshotLevel { get; }

    /// <summary>Whether columns are compared character code by character code, so that a prefix is a range.</summary>
    public virtual bool ComparesByCode => true;

    /// <summary>The collation that a search has to name for that; null where it is the columns' own.</summary>
    public virtual string? SearchCollation => null;

    /// <summary>Whether the database has all characters of a text.</summary>
    public virtual Task<bool> CanStoreAsync(string text) => Task.FromResult(true);

    public DbSet<RecoveryState> RecoveryStates => Set<RecoveryState>();

    public DbSet<OutboxMail> Outbox => Set<OutboxMail>();

    public DbSet<RecoveryEvent> Trail => Set<RecoveryEvent>();

    public DbSet<EventDelivery> EventDeliveries => Set<EventDelivery>();

    public DbSet<Campaign> Campaigns => Set<Campaign>();

    public DbSet<CampaignAccount> CampaignAccounts => Set<CampaignAccount>();

    public DbSet<CampaignLine> CampaignLines => Set<CampaignLine>();

    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    public DbSet<ActAnswer> ActAnswers => Set<ActAnswer>();

    public DbSet<SavedFilter> SavedFilters => Set<SavedFilter>();

    public DbSet<StoredPasskey> Passkeys => Set<StoredPasskey>();

    public DbSet<RecoveryRole> ConsoleRoles => Set<RecoveryRole>();

    public DbSet<RecoveryRoleMember> ConsoleRoleMembers => Set<RecoveryRoleMember>();

    public DbSet<OidcSession> OidcSessions => Set<OidcSession>();

    public DbSet<OidcLogout> OidcLogouts => Set<OidcLogout>();

    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        AddDeliveries();
        return writer.RunAsync(
            () =>
                new HostRows(this) is { AreNeeded: true } rows
                    ? rows.SaveAsync(
                        () => base.SaveChangesAsync(acceptAllChangesOnSuccess: false, cancellationToken),
                        acceptAllChangesOnSuccess,
                        cancellationToken)
                    : base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken),
            cancellationToken);
    }

    /// <summary>
    /// A row to update by conditions of its own. Not through the filter of twins, whose sub-query would be judged as it was ahead of
    /// the row's lock, and those conditions with it; the tenant's stays.
    /// </summary>
    public IQueryable<Account> RowOf(Account account) =>
        Users.IgnoreQueryFilters([IdentityModel.Twins]).Where(row => row.Id == account.Id);

    /// <summary>The account's row of our own, added where there was none.</summary>
    public async Task<RecoveryState> EnsureRecoveryStateAsync(string accountId)
    {
        if (await RecoveryStates.FindAsync(accountId) is { } present)
            return present;

        var added = new RecoveryState { AccountId = accountId };
        Add(added);
        return added;
    }

    /// <summary>A context for the provider.</summary>
    internal static AccountsContext Create(
        DatabaseProvider provider,
        DbContextOptions<AccountsContext> options,
        SqliteWriteLock writer,
        IdentityMap identity,
        EventDestinations? destinations = null) =>
        provider switch
        {
            DatabaseProvider.SqlServer => new SqlServerAccounts(options, writer) { Identity = identity, Destinations = destinations },
            // On PostgreSQL each save has a transaction: the end of its commit is watched, see SynchronousCommitInterceptor.
            DatabaseProvider.PostgreSql => new PostgreSqlAccounts(options, writer)
            {
                Identity = identity,
                Destinations = destinations,
                Database = { AutoTransactionBehavior = AutoTransactionBehavior.Always },
            },
            _ => new SqliteAccounts(options, writer) { Identity = identity, Destinations = destinations },
        };

    // An event and what has to be sent of it are written together or not at all. A save that failed may come again, with other rows.
    private void AddDeliveries()
    {
        if (!HasDestinations)
            return;

        foreach (var earlier in ChangeTracker.Entries<EventDelivery>().Where(delivery => delivery.State == EntityState.Added).ToList())
            earlier.State = EntityState.Detached;
        var lines = ChangeTracker.Entries<RecoveryEvent>().Where(line => line.State == EntityState.Added).Select(line => line.Entity);
        AddRange(Destinations!.DeliveriesOf(lines));
    }

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);

        builder.ApplyConfigurationsFromAssembly(typeof(AccountsContext).Assembly);
        builder.Entity<DataProtectionKey>().ToTable(KeyRingTable);
        Identity.Apply(builder);
    }
}
