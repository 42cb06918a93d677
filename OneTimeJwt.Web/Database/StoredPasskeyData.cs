using System.Diagnostics.CodeAnalysis;

namespace OneTimeJwt.Web.Database;

/// <summary>One JSON text in the row of a passkey. Its names and types are stored, and stay as they are.</summary>
[SuppressMessage("Performance", "CA1819", Justification = "Entity Framework reads and writes them.")]
public sealed class StoredPasskeyData
{
    public byte[] PublicKey { get; set; } = [];

    public string? Name { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public uint SignCount { get; set; }

    public string[]? Transports { get; set; }

    public bool IsUserVerified { get; set; }

    public bool IsBackupEligible { get; set; }

    public bool IsBackedUp { get; set; }

    public byte[] AttestationObject { get; set; } = [];

    public byte[] ClientDataJson { get; set; } = [];
}
