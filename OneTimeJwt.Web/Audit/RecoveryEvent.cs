using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OneTimeJwt.Web.Audit;

/// <summary>One line of the trail: append-only, in UTC, without secrets.</summary>
public sealed class RecoveryEvent
{
    public const int MaxReasonLength = 500;

    /// <summary>A link was used.</summary>
    public static readonly RecoveryEventKind[] Uses =
    [
        RecoveryEventKind.Redeemed,
        RecoveryEventKind.AddressConfirmed,
        RecoveryEventKind.AddressChanged,
        RecoveryEventKind.Secured,
    ];

    /// <summary>A mail was sent.</summary>
    public static readonly RecoveryEventKind[] Departures =
    [
        RecoveryEventKind.Mailed,
        RecoveryEventKind.NoticeMailed,
        RecoveryEventKind.CodeMailed,
        RecoveryEventKind.MailUnanswered,
    ];

    /// <summary>A mail's delivery was reported; what is known later or matters more comes last.</summary>
    public static readonly RecoveryEventKind[] Reports =
    [
        RecoveryEventKind.MailDeferred,
        RecoveryEventKind.MailDelivered,
        RecoveryEventKind.MailDropped,
        RecoveryEventKind.MailBounced,
    ];

    /// <summary>An event that the account's own user or the app caused.</summary>
    public static RecoveryEvent Of(
        RecoveryEventKind kind,
        string accountId,
        DateTimeOffset at,
        string? client = null,
        string? detail = null,
        Guid? id = null,
        string? nonce = null) =>
        new()
        {
            Id = id ?? Guid.CreateVersion7(),
            At = at,
            Kind = kind,
            AccountId = accountId,
            Nonce = nonce,
            Client = client,
            Detail = detail,
        };

    /// <summary>What an admin did or was refused.</summary>
    public static RecoveryEvent ByAdmin(
        RecoveryEventKind kind,
        AdminOrigin origin,
        string? accountId = null,
        string? detail = null,
        Guid? id = null) =>
        new()
        {
            Id = id ?? Guid.CreateVersion7(),
            At = origin.At,
            Kind = kind,
            AccountId = accountId,
            Actor = origin.Actor,
            ActorName = origin.ActorName,
            Client = origin.Client,
            Detail = detail,
            Reason = origin.Reason,
            CampaignId = origin.CampaignId,
        };

    /// <summary>A derived id, for what is recorded once however often and by however many nodes it is seen.</summary>
    public static Guid IdOf(string what) => new(SHA256.HashData(Encoding.UTF8.GetBytes(what)).AsSpan(0, 16));

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required DateTimeOffset At { get; init; }

    public required RecoveryEventKind Kind { get; init; }

    public string? AccountId { get; init; }

    /// <summary>A keyed hash of a mail's recipient, or of a typed address without an account.</summary>
    public string? AddressHash { get; init; }

    /// <summary>Of the token.</summary>
    public string? Nonce { get; init; }

    /// <summary>Who acted: an account's id, a provider's issuer and subject, or the key or client of a machine. Null for the
    /// account's own user and the app.</summary>
    public string? Actor { get; init; }

    /// <summary>What the actor was called then; null for an account, whose name is looked up.</summary>
    public string? ActorName { get; init; }

    /// <summary>The network address that the request came from.</summary>
    public string? Client { get; init; }

    /// <summary>Only texts of our own.</summary>
    public string? Detail { get; init; }

    /// <summary>Why an admin acted, in their words.</summary>
    public string? Reason { get; init; }

    /// <summary>The campaign that it belongs to.</summary>
    public Guid? CampaignId { get; init; }

    /// <summary>The id of the mail's outbox row, which reports of its delivery contain.</summary>
    public Guid? MailId { get; init; }
}

/// <summary>Who acts in the console, from where, when and why.</summary>
/// <param name="Actor">As in the event; null on the command line.</param>
/// <param name="Client">The network address that it comes from.</param>
/// <param name="At">When the admin's role was judged.</param>
/// <param name="Reason">Why, in the admin's words.</param>
/// <param name="CampaignId">The campaign that it is about.</param>
/// <param name="ActorName">What the actor is called, where that isn't an account.</param>
public sealed record AdminOrigin(
    string? Actor, string? Client, DateTimeOffset At, string? Reason = null, Guid? CampaignId = null, string? ActorName = null);

/// <summary>Stored by name.</summary>
public enum RecoveryEventKind
{
    Requested,
    Suppressed,
    Mailed,
    MailFailed,
    GaveUp,
    LinkTooLong,
    Opened,
    Refused,
    RefusedUnproven,
    Redeemed,
    PasswordChanged,
    NoticeMailed,
    MailRefused,
    TriedAgain,
    Invited,
    RoleGranted,
    RoleRemoved,
    TwoFactorOn,
    TwoFactorOff,
    AuthenticatorChanged,
    RecoveryCodesMade,
    PasskeyAdded,
    PasskeyRemoved,
    PasskeyUsed,
    LinkTriggered,
    LinksKilled,
    ResetRequired,
    Locked,
    Unlocked,
    TwoFactorReset,
    ActRefused,
    CampaignStarted,
    CampaignPaused,
    CampaignResumed,
    CampaignStopped,
    TrailExported,
    AddressConfirmed,
    AddressChanged,
    Secured,
    StampGiven,
    CodeMailed,
    MailedCodeTried,
    MailedCodeUsed,
    MailUnanswered,
    MailDelivered,
    MailDeferred,
    MailBounced,
    MailDropped,
    ApiKeyMade,
    ApiKeyRevoked,
}

internal sealed class RecoveryEventConfiguration : IEntityTypeConfiguration<RecoveryEvent>
{
    public void Configure(EntityTypeBuilder<RecoveryEvent> line)
    {
        line.ToTable("RecoveryTrail");
        line.Property(e => e.Id).ValueGeneratedNever();
        line.Property(e => e.Kind).HasConversion<string>().HasMaxLength(32);
        line.Property(e => e.AccountId).HasMaxLength(ColumnLength.Id);
        line.Property(e => e.AddressHash).HasMaxLength(64);
        line.Property(e => e.Nonce).HasMaxLength(16);
        line.Property(e => e.Actor).HasMaxLength(ColumnLength.Id);
        line.Property(e => e.ActorName).HasMaxLength(ColumnLength.Name);
        line.Property(e => e.Client).HasMaxLength(ColumnLength.Client);
        line.Property(e => e.Detail).HasMaxLength(500);
        line.Property(e => e.Reason).HasMaxLength(RecoveryEvent.MaxReasonLength);
        line.HasIndex(e => e.At);
        line.HasIndex(e => new { e.Kind, e.At });
        line.HasIndex(e => new { e.Actor, e.At });
        line.HasIndex(e => new { e.CampaignId, e.Kind });
        line.HasIndex(e => new { e.AccountId, e.At });
        line.HasIndex(e => e.Nonce);
        line.HasIndex(e => e.MailId);
        line.HasIndex(e => new { e.AddressHash, e.At });
    }
}
