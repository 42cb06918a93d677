using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OneTimeJwt.Web.Oidc;

/// <summary>What the provider said of a person, and until when that counts. Rights are read from here at each act.</summary>
public sealed class OidcSession
{
    /// <summary>Of the session's id, which only its cookie has.</summary>
    public required string IdHash { get; init; }

    /// <summary>Issuer and subject with a space between, as the trail has them.</summary>
    public required string Person { get; init; }

    public required string Name { get; init; }

    /// <summary>Null where the provider said that the person has none here.</summary>
    public ConsoleRole? Role { get; init; }

    /// <summary>Of the provider's id of its own session (<c>sid</c>), where it told one.</summary>
    public string? SidHash { get; init; }

    /// <summary>When the ID token was issued, by the provider's clock.</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>When the provider has to be asked again, by ours.</summary>
    public required DateTimeOffset AskAgainAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }
}

/// <summary>A logout that the provider told of (OpenID Connect Back-Channel Logout 1.0). It ends sessions that are older.</summary>
public sealed class OidcLogout
{
    /// <summary>Of the token's issuer and <c>jti</c>, so that none counts twice.</summary>
    public required string TokenHash { get; init; }

    /// <summary>Null where it is about one session of the provider, whoever's.</summary>
    public string? Person { get; init; }

    /// <summary>Null where it is about all sessions of the person.</summary>
    public string? SidHash { get; init; }

    /// <summary>By the provider's clock.</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>By ours.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }
}

internal sealed class OidcSessionConfiguration : IEntityTypeConfiguration<OidcSession>, IEntityTypeConfiguration<OidcLogout>
{
    private const int HashLength = 64;

    public void Configure(EntityTypeBuilder<OidcSession> session)
    {
        session.ToTable("RecoveryOidcSessions");
        session.HasKey(s => s.IdHash);
        session.Property(s => s.IdHash).HasMaxLength(HashLength);
        session.Property(s => s.Person).HasMaxLength(ColumnLength.Id);
        session.Property(s => s.Name).HasMaxLength(ColumnLength.Name);
        session.Property(s => s.Role).HasConversion<string>().HasMaxLength(ColumnLength.ConsoleRole);
        session.Property(s => s.SidHash).HasMaxLength(HashLength);
        session.HasIndex(s => s.Person);
        session.HasIndex(s => s.AskAgainAt);
    }

    public void Configure(EntityTypeBuilder<OidcLogout> logout)
    {
        logout.ToTable("RecoveryOidcLogouts");
        logout.HasKey(l => l.TokenHash);
        logout.Property(l => l.TokenHash).HasMaxLength(HashLength);
        logout.Property(l => l.Person).HasMaxLength(ColumnLength.Id);
        logout.Property(l => l.SidHash).HasMaxLength(HashLength);
        logout.HasIndex(l => l.ReceivedAt);
    }
}
