using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OneTimeJwt.Web.Database;

/// <summary>
/// A passkey of this site. Identity's entity is not used: its mapping and its members differ between .NET 10 and .NET 11, and
/// rows have to be the same under both.
/// </summary>
public sealed class StoredPasskey
{
    private StoredPasskey()
    {
    }

    public StoredPasskey(string accountId, UserPasskeyInfo passkey)
    {
        ArgumentNullException.ThrowIfNull(passkey);
        (UserId, CredentialId) = (accountId, passkey.CredentialId);
        Data = new StoredPasskeyData
        {
            PublicKey = passkey.PublicKey,
            Name = passkey.Name,
            CreatedAt = passkey.CreatedAt,
            SignCount = passkey.SignCount,
            Transports = passkey.Transports,
            IsUserVerified = passkey.IsUserVerified,
            IsBackupEligible = passkey.IsBackupEligible,
            IsBackedUp = passkey.IsBackedUp,
            AttestationObject = passkey.AttestationObject,
            ClientDataJson = passkey.ClientDataJson,
        };
    }

    [SuppressMessage("Performance", "CA1819", Justification = "A key column.")]
    public byte[] CredentialId { get; private set; } = [];

    public string UserId { get; private set; } = "";

    public StoredPasskeyData Data { get; private set; } = new();

    /// <summary>Takes over what may change after a passkey was made (Web Authentication Level 3, section 7.2).</summary>
    public void Update(UserPasskeyInfo passkey)
    {
        ArgumentNullException.ThrowIfNull(passkey);
        (Data.Name, Data.SignCount) = (passkey.Name, passkey.SignCount);
        (Data.IsUserVerified, Data.IsBackedUp) = (passkey.IsUserVerified, passkey.IsBackedUp);
    }

    public UserPasskeyInfo ToInfo() => new(
        CredentialId,
        Data.PublicKey,
        Data.CreatedAt,
        Data.SignCount,
        Data.Transports,
        Data.IsUserVerified,
        Data.IsBackupEligible,
        Data.IsBackedUp,
        Data.AttestationObject,
        Data.ClientDataJson)
    {
        Name = Data.Name,
    };
}

/// <summary>
/// Not where Identity would keep them: an adopted database may be older than passkeys, and those of another site don't work
/// on ours.
/// </summary>
internal sealed class StoredPasskeyConfiguration : IEntityTypeConfiguration<StoredPasskey>
{
    public void Configure(EntityTypeBuilder<StoredPasskey> passkey)
    {
        passkey.ToTable("RecoveryPasskeys");
        passkey.HasKey(p => p.CredentialId);
        passkey.Property(p => p.CredentialId).HasMaxLength(1024);
        passkey.OwnsOne(p => p.Data).ToJson();
        passkey.HasOne<Account>().WithMany().HasForeignKey(p => p.UserId).IsRequired();
    }
}
