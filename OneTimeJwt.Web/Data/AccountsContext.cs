using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace OneTimeJwt.Web.Data;

/// <summary>Identity's tables as the framework makes them, and beside them our own, each under a name that starts with Recovery.</summary>
public sealed class AccountsContext(DbContextOptions<AccountsContext> options, OneWriter writer)
    : IdentityDbContext<Account>(options), IDataProtectionKeyContext
{
    private const int IdLength = 450;

    public DbSet<OutboxMail> Outbox => Set<OutboxMail>();

    public DbSet<RecoveryEvent> Trail => Set<RecoveryEvent>();

    public DbSet<Campaign> Campaigns => Set<Campaign>();

    public DbSet<CampaignAccount> CampaignAccounts => Set<CampaignAccount>();

    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    protected override Version SchemaVersion => Microsoft.AspNetCore.Identity.IdentitySchemaVersions.Version3;

    public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default) =>
        writer.RunAsync(() => base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken), cancellationToken);

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);

        builder.Entity<DataProtectionKey>().ToTable("RecoveryKeyRing");

        builder.Entity<OutboxMail>(mail =>
        {
            mail.ToTable("RecoveryOutbox");
            mail.Property(m => m.Id).ValueGeneratedNever();
            mail.Property(m => m.Kind).HasConversion<string>().HasMaxLength(32);
            mail.Property(m => m.AccountId).HasMaxLength(IdLength);
            mail.Property(m => m.TypedAddress).HasMaxLength(2000);
            mail.Property(m => m.RequestedBy).HasMaxLength(IdLength);
            mail.Property(m => m.Client).HasMaxLength(64);
            mail.Property(m => m.Lease).IsConcurrencyToken();
            mail.Property(m => m.Cause).HasMaxLength(200);
            mail.HasIndex(m => m.DueAt);
            mail.HasIndex(m => m.AccountId);
            mail.HasIndex(m => m.CampaignId);
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

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);

        // SQLite compares text; one offset and a fixed width make that the order of time.
        if (Database.IsSqlite())
            configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcText>().HaveMaxLength(32);
    }

    private sealed class UtcText() : ValueConverter<DateTimeOffset, string>(
        moment => moment.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss.fffffffzzz", System.Globalization.CultureInfo.InvariantCulture),
        text => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture));
}
