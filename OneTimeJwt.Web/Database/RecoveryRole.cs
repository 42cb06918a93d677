using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OneTimeJwt.Web.Database;

/// <summary>A role of the console: one row for each, which is locked while roles are judged and changed.</summary>
public sealed class RecoveryRole
{
    private RecoveryRole()
    {
    }

    public ConsoleRole Role { get; private init; }

    public Guid Version { get; private set; }

    /// <summary>Of two changes of its members that read the same row, one is refused.</summary>
    public void Renew() => Version = Guid.NewGuid();
}

/// <summary>Who has a role. Not in Identity's tables: those roles are another application's, where there are any.</summary>
public sealed class RecoveryRoleMember(string accountId, ConsoleRole role)
{
    public string AccountId { get; private init; } = accountId;

    public ConsoleRole Role { get; private init; } = role;
}

internal sealed class RecoveryRoleConfiguration : IEntityTypeConfiguration<RecoveryRole>, IEntityTypeConfiguration<RecoveryRoleMember>
{
    public void Configure(EntityTypeBuilder<RecoveryRole> role)
    {
        role.ToTable("RecoveryRoles");
        role.HasKey(r => r.Role);
        role.Property(r => r.Role).HasConversion<string>().HasMaxLength(ColumnLength.ConsoleRole).ValueGeneratedNever();
        role.Property(r => r.Version).IsConcurrencyToken();
        role.HasData(Enum.GetValues<ConsoleRole>().Select(known => new { Role = known, Version = Guid.Empty }));
    }

    public void Configure(EntityTypeBuilder<RecoveryRoleMember> member)
    {
        member.ToTable("RecoveryRoleMembers");
        member.HasKey(m => new { m.AccountId, m.Role });
        member.Property(m => m.AccountId).HasMaxLength(ColumnLength.Id);
        member.Property(m => m.Role).HasConversion<string>().HasMaxLength(ColumnLength.ConsoleRole);
        member.HasOne<Account>().WithMany().HasForeignKey(m => m.AccountId);
        member.HasOne<RecoveryRole>().WithMany().HasForeignKey(m => m.Role);
    }
}
