using System.Data;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace OneTimeJwt.Web.Data;

/// <summary>
/// Identity's tables as the framework makes them, and beside them our own, each under a name that starts with Recovery.
/// Each provider has a class of its own, with what is different there and with migrations.
/// </summary>
public abstract class AccountsContext(DbContextOptions<AccountsContext> options, OneWriter writer)
    : IdentityDbContext<Account>(options), IDataProtectionKeyContext
{
    /// <summary>What the names of our own tables start with.</summary>
    public const string OurPrefix = "Recovery";

    /// <summary>Where it stands which migrations were applied. Another application on the same database has a list of its own.</summary>
    public const string HistoryTable = "RecoveryMigrations";

    private const int IdLength = 450;
    private const int AddressLength = 256;
    private const int CultureLength = 16;
    private const int ZoneLength = 64;
    private const string Waits = "\"RefusedAt\" IS NULL";

    /// <summary>For reads that have to fit each other, where the database can do that without being asked to beforehand.</summary>
    public abstract IsolationLevel SnapshotLevel { get; }

    /// <summary>Whether columns are compared character code by character code, so that a prefix is a range.</summary>
    public virtual bool ComparesByCode => true;

    /// <summary>The collation that a search has to name for that; null where it is the columns' own.</summary>
    public virtual string? SearchCollation => null;

    /// <summary>Whether the database has all characters of a text.</summary>
    public virtual Task<bool> CanStoreAsync(string text) => Task.FromResult(true);

    public DbSet<OwnState> OwnStates => Set<OwnState>();

    public DbSet<OutboxMail> Outbox => Set<OutboxMail>();

    public DbSet<RecoveryEvent> Trail => Set<RecoveryEvent>();

    public DbSet<Campaign> Campaigns => Set<Campaign>();

    public DbSet<CampaignAccount> CampaignAccounts => Set<CampaignAccount>();

    public DbSet<StoredPasskey> Passkeys => Set<StoredPasskey>();

    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default) =>
        writer.RunAsync(() => base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken), cancellationToken);

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);

        // Not where Identity would keep them: an adopted database may be older than passkeys, and those of another site
        // don't work on ours.
        builder.Entity<StoredPasskey>(passkey =>
        {
            passkey.ToTable("RecoveryPasskeys");
            passkey.HasKey(p => p.CredentialId);
            passkey.Property(p => p.CredentialId).HasMaxLength(1024);
            passkey.OwnsOne(p => p.Data).ToJson();
            passkey.HasOne<Account>().WithMany().HasForeignKey(p => p.UserId).IsRequired();
        });

        builder.Entity<OwnState>(own =>
        {
            own.ToTable("RecoveryAccounts");
            own.HasKey(o => o.AccountId);
            own.Property(o => o.AccountId).HasMaxLength(IdLength);
            own.Property(o => o.PendingAddress).HasMaxLength(AddressLength);
            own.Property(o => o.TrustedAddress).HasMaxLength(AddressLength);
            own.Property(o => o.Culture).HasMaxLength(CultureLength);
            own.Property(o => o.Zone).HasMaxLength(ZoneLength);
            own.Property(o => o.Version).IsConcurrencyToken();
            own.HasOne<Account>().WithOne(account => account.Own).HasForeignKey<OwnState>(o => o.AccountId);
        });
        // Keys of links are made of it: an account is never read without.
        builder.Entity<Account>().Navigation(account => account.Own).AutoInclude();

        builder.Entity<DataProtectionKey>().ToTable("RecoveryKeyRing");

        builder.Entity<OutboxMail>(mail =>
        {
            mail.ToTable("RecoveryOutbox");
            mail.Property(m => m.Id).ValueGeneratedNever();
            mail.Property(m => m.Kind).HasConversion<string>().HasMaxLength(32);
            mail.Property(m => m.AccountId).HasMaxLength(IdLength);
            mail.Property(m => m.TypedAddress).HasMaxLength(2000);
            mail.Property(m => m.RequestedBy).HasMaxLength(IdLength);
            mail.Property(m => m.AboutId).HasMaxLength(IdLength);
            mail.Property(m => m.Client).HasMaxLength(64);
            mail.Property(m => m.Culture).HasMaxLength(CultureLength);
            mail.Property(m => m.Zone).HasMaxLength(ZoneLength);
            mail.Property(m => m.Lease).IsConcurrencyToken();
            mail.Property(m => m.Cause).HasMaxLength(200);
            mail.HasIndex(m => m.DueAt).HasFilter(Waits);
            mail.HasIndex(m => m.RequestedAt).HasFilter(Waits);
            mail.HasIndex(m => m.AccountId);
            mail.HasIndex(m => m.CampaignId);
            mail.HasIndex(m => m.RefusedAt).HasFilter("\"RefusedAt\" IS NOT NULL");
        });

        builder.Entity<RecoveryEvent>(line =>
        {
            line.ToTable("RecoveryTrail");
            line.Property(e => e.Id).ValueGeneratedNever();
            line.Property(e => e.Kind).HasConversion<string>().HasMaxLength(32);
            line.Property(e => e.AccountId).HasMaxLength(IdLength);
            line.Property(e => e.AddressHash).HasMaxLength(64);
            line.Property(e => e.Nonce).HasMaxLength(16);
            line.Property(e => e.Actor).HasMaxLength(IdLength);
            line.Property(e => e.Client).HasMaxLength(64);
            line.Property(e => e.Detail).HasMaxLength(500);
            line.Property(e => e.Reason).HasMaxLength(RecoveryEvent.LongestReason);
            line.HasIndex(e => e.At);
            line.HasIndex(e => new { e.Kind, e.At });
            line.HasIndex(e => new { e.Actor, e.At });
            line.HasIndex(e => new { e.CampaignId, e.Kind });
            line.HasIndex(e => new { e.AccountId, e.At });
            line.HasIndex(e => e.Nonce);
            line.HasIndex(e => e.MailId);
            line.HasIndex(e => new { e.AddressHash, e.At });
        });

        builder.Entity<Campaign>(campaign =>
        {
            campaign.ToTable("RecoveryCampaigns");
            campaign.Property(c => c.Id).ValueGeneratedNever();
            campaign.Property(c => c.State).HasConversion<string>().HasMaxLength(16);
            campaign.Property(c => c.StartedBy).HasMaxLength(IdLength);
            campaign.Property(c => c.Client).HasMaxLength(64);
            campaign.Property(c => c.Reason).HasMaxLength(RecoveryEvent.LongestReason);
            campaign.Property(c => c.Chosen).HasMaxLength(200);
            campaign.Property(c => c.UnmatchedLines).HasMaxLength(Campaign.LongestUnmatched);
            campaign.Property(c => c.Version).IsConcurrencyToken();
            campaign.HasIndex(c => c.State);
        });

        builder.Entity<CampaignAccount>(account =>
        {
            account.ToTable("RecoveryCampaignAccounts");
            account.HasKey(a => new { a.CampaignId, a.Position });
            account.Property(a => a.AccountId).HasMaxLength(IdLength);
            account.HasIndex(a => new { a.CampaignId, a.AccountId }).IsUnique();
        });
    }
}
