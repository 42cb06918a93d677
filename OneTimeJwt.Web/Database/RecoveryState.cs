using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OneTimeJwt.Web.Database;

/// <summary>What is remembered of an account beyond Identity's columns: one row of our own, which goes when the
/// account goes. Never a token.</summary>
public sealed class RecoveryState
{
    public required string AccountId { get; init; }

    /// <summary>The address that the account is to have once a link to there was used.</summary>
    public string? PendingAddress { get; set; }

    /// <summary>Where links that secure the account went to. Whoever changes the address can't make it another one
    /// while they live.</summary>
    public string? TrustedAddress { get; private set; }

    public DateTimeOffset? TrustedUntil { get; private set; }

    /// <summary>How often "this wasn't me" was used: the state that links which secure the account are bound to.</summary>
    public int TimesSecured { get; set; }

    /// <summary>The end of the lock-out that "this wasn't me" set. The account is locked by us while its lock-out
    /// still has this very end.</summary>
    public DateTimeOffset? SecuredLock { get; set; }

    /// <summary>The language and, where it is known, the country that its owner last used here: <c>en-GB</c>.</summary>
    public string? Culture { get; set; }

    /// <summary>The zone that its owner was last told times in, after IANA.</summary>
    public string? Zone { get; set; }

    public Guid Version { get; private set; } = Guid.NewGuid();

    /// <summary>Of two writes that read the same row, one is refused.</summary>
    public void Renew() => Version = Guid.NewGuid();

    /// <summary>A link that secures the account goes to this address and lives until then.</summary>
    public void Trust(string address, DateTimeOffset now, DateTimeOffset until)
    {
        if (TrustedAt(now) is not { } trusted)
            (TrustedAddress, TrustedUntil) = (address, until);
        else if (trusted.Equals(address, StringComparison.OrdinalIgnoreCase) && until > TrustedUntil)
            TrustedUntil = until;
        Renew();
    }

    public string? TrustedAt(DateTimeOffset now) => TrustedUntil > now ? TrustedAddress : null;
}

internal sealed class RecoveryStateConfiguration : IEntityTypeConfiguration<RecoveryState>
{
    public void Configure(EntityTypeBuilder<RecoveryState> state)
    {
        state.ToTable("RecoveryAccounts");
        state.HasKey(s => s.AccountId);
        state.Property(s => s.AccountId).HasMaxLength(ColumnLength.Id);
        state.Property(s => s.PendingAddress).HasMaxLength(ColumnLength.Address);
        state.Property(s => s.TrustedAddress).HasMaxLength(ColumnLength.Address);
        state.Property(s => s.Culture).HasMaxLength(ColumnLength.Culture);
        state.Property(s => s.Zone).HasMaxLength(ColumnLength.Zone);
        state.Property(s => s.Version).IsConcurrencyToken();
        state.HasOne<Account>().WithOne(account => account.RecoveryState).HasForeignKey<RecoveryState>(s => s.AccountId);
    }
}
