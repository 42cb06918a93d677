using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OneTimeJwt.Web.Events;

/// <summary>An event of the trail that one destination is still to get. It is written in the transaction of its event.</summary>
public sealed class EventDelivery
{
    public const int MaxDestinationLength = 64;

    /// <summary>In the order in which they were written.</summary>
    public long Id { get; init; }

    public required Guid EventId { get; init; }

    /// <summary>The destination's name.</summary>
    public required string Destination { get; init; }

    /// <summary>Whose events stay in order; null for those of no account.</summary>
    public string? AccountId { get; init; }

    public required DateTimeOffset WrittenAt { get; init; }

    public required DateTimeOffset DueAt { get; init; }

    /// <summary>How often it failed.</summary>
    public int Attempts { get; init; }

    public DateTimeOffset? LeasedUntil { get; init; }

    /// <summary>Changes with each lease, so that of two nodes only one gets a row.</summary>
    public Guid Lease { get; set; }
}

internal sealed class EventDeliveryConfiguration : IEntityTypeConfiguration<EventDelivery>
{
    public void Configure(EntityTypeBuilder<EventDelivery> delivery)
    {
        delivery.ToTable("RecoveryEventDeliveries");
        delivery.Property(d => d.Destination).HasMaxLength(EventDelivery.MaxDestinationLength);
        delivery.Property(d => d.AccountId).HasMaxLength(ColumnLength.Id);
        delivery.HasIndex(d => new { d.Destination, d.DueAt });
        delivery.HasIndex(d => new { d.Destination, d.AccountId, d.Id });
    }
}
