using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OneTimeJwt.Web.Admin;

/// <summary>The key of a program that uses the API. The key itself is shown once, when it is made; only its hash is kept.</summary>
public sealed class ApiKey
{
    /// <summary>What every key starts with, so that secret scanners know one.</summary>
    public const string Prefix = "otj_";

    public const int MaxNameLength = 100;
    public const int MaxNetworksLength = 500;

    private const string ActorPrefix = "key:";
    private const int Bytes = 32;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required string Name { get; init; }

    public required string Hash { get; init; }

    public required ConsoleRole Role { get; init; }

    /// <summary>Addresses and ranges that it may come from, separated by spaces; null for any.</summary>
    public string? Networks { get; init; }

    /// <summary>Who made it, as the trail has it.</summary>
    public required string MadeBy { get; init; }

    /// <summary>What that one is called, where it isn't an account.</summary>
    public string? MadeByName { get; init; }

    public required DateTimeOffset MadeAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>To the minute.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>What the trail has as the actor.</summary>
    public string Actor => ActorPrefix + Id;

    /// <summary>256 random bits.</summary>
    public static string MakeText() => Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>What is kept of a key. There is nothing to guess, so that one round of SHA-256 will do.</summary>
    public static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <returns>The id of the key that an actor of the trail is; null where it is none.</returns>
    public static Guid? IdOf(string actor) =>
        actor.StartsWith(ActorPrefix, StringComparison.Ordinal) && Guid.TryParse(actor.AsSpan(ActorPrefix.Length), out var id) ? id : null;

    /// <returns>What it may do at that moment; null where it is revoked or has expired.</returns>
    public ConsoleRole? RightsAt(DateTimeOffset now) => RevokedAt is null && ExpiresAt > now ? Role : null;

    public bool IsAllowedFrom(IPAddress? address) =>
        Networks is null || (address is not null && Networks.Split(' ').Ranges().Any(range => range.Contains(address)));
}

internal sealed class ApiKeyConfiguration : IEntityTypeConfiguration<ApiKey>
{
    public void Configure(EntityTypeBuilder<ApiKey> key)
    {
        key.ToTable("RecoveryApiKeys");
        key.Property(k => k.Id).ValueGeneratedNever();
        key.Property(k => k.Name).HasMaxLength(ApiKey.MaxNameLength);
        key.Property(k => k.Hash).HasMaxLength(64);
        key.Property(k => k.Role).HasConversion<string>().HasMaxLength(ColumnLength.ConsoleRole);
        key.Property(k => k.Networks).HasMaxLength(ApiKey.MaxNetworksLength);
        key.Property(k => k.MadeBy).HasMaxLength(ColumnLength.Id);
        key.Property(k => k.MadeByName).HasMaxLength(ColumnLength.Name);
        key.Ignore(k => k.Actor);
        key.HasIndex(k => k.Hash).IsUnique();
    }
}
