using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OneTimeJwt.Web.Audit;

namespace OneTimeJwt.Web.Outbox;

/// <summary>A stored request for a mail that is still to be sent. Tokens are minted when it is sent, and not stored here.</summary>
public sealed class OutboxMail
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required string Kind { get; init; }

    /// <summary>The account to write to; null while only the typed address is known.</summary>
    public string? AccountId { get; set; }

    /// <summary>What was typed into the form, encrypted, since people type passwords into it. With an account: the recipient
    /// instead of its own address.</summary>
    public string? TypedAddress { get; set; }

    /// <summary>Who requested it, as the trail has it; null where the account's own user did.</summary>
    public string? RequestedBy { get; init; }

    /// <summary>What that one is called, where it isn't an account.</summary>
    public string? RequestedByName { get; init; }

    /// <summary>The account that it is about, where that is another one.</summary>
    public string? AboutId { get; init; }

    /// <summary>The network address that the request came from.</summary>
    public string? Client { get; init; }

    /// <summary>The campaign that it belongs to.</summary>
    public Guid? CampaignId { get; init; }

    /// <summary>The language and, where it is known, the country of the request: <c>en-GB</c>. Null for the owner's.</summary>
    public string? Culture { get; init; }

    /// <summary>The time zone of the request, an IANA name.</summary>
    public string? Zone { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    public required DateTimeOffset DueAt { get; set; }

    public int Attempts { get; set; }

    public DateTimeOffset? LeasedUntil { get; set; }

    /// <summary>Changes with each lease, so that of two nodes only one gets a row.</summary>
    public Guid Lease { get; set; }

    /// <summary>Why it was not sent the last time, in our own words.</summary>
    public string? Cause { get; set; }

    /// <summary>When all of it was handed over and no answer came: it may have arrived. One copy is sent later.</summary>
    public DateTimeOffset? UnansweredAt { get; set; }

    /// <summary>When it was refused for good: it is tried again only when an admin asks for it.</summary>
    public DateTimeOffset? RefusedAt { get; set; }

    /// <summary>When an admin asked for another try; its age counts from then.</summary>
    public DateTimeOffset? TriedAgainAt { get; set; }

    /// <summary>For an account's own user, in the language and time zone of the request.</summary>
    /// <param name="kind">One of <see cref="OutboxKind"/>.</param>
    /// <param name="accountId">The account; null while only the typed address is known.</param>
    /// <param name="client">The network address that the request came from.</param>
    /// <param name="now">When it is requested, and due.</param>
    /// <param name="typedAddress">The encrypted recipient, instead of the account's own address.</param>
    public static OutboxMail ForUser(string kind, string? accountId, string? client, DateTimeOffset now, string? typedAddress = null) =>
        new()
        {
            Kind = kind,
            AccountId = accountId,
            TypedAddress = typedAddress,
            Client = client,
            RequestedAt = now,
            DueAt = now,
            Culture = ReaderCulture.Culture,
            Zone = ReaderCulture.ZoneId,
        };

    /// <summary>Caused by somebody else, and in the owner's last known language and time zone.</summary>
    /// <param name="kind">One of <see cref="OutboxKind"/>.</param>
    /// <param name="accountId">The account.</param>
    /// <param name="now">When it is requested, and due.</param>
    /// <param name="origin">Who requests it, from where and for which campaign; null for the app.</param>
    /// <param name="aboutId">The account that it is about, where that is another one.</param>
    public static OutboxMail ForAdmin(
        string kind,
        string accountId,
        DateTimeOffset now,
        AdminOrigin? origin = null,
        string? aboutId = null) =>
        new()
        {
            Kind = kind,
            AccountId = accountId,
            RequestedBy = origin?.Actor,
            RequestedByName = origin?.ActorName,
            AboutId = aboutId,
            Client = origin?.Client,
            CampaignId = origin?.CampaignId,
            RequestedAt = now,
            DueAt = now,
        };

    /// <summary>An event of this mail for the trail.</summary>
    public RecoveryEvent Event(
        RecoveryEventKind kind,
        DateTimeOffset at,
        string? nonce = null,
        string? detail = null,
        Guid? id = null,
        string? addressHash = null) =>
        new()
        {
            Id = id ?? Guid.CreateVersion7(),
            At = at,
            Kind = kind,
            AccountId = AccountId,
            AddressHash = addressHash,
            Nonce = nonce,
            Actor = RequestedBy,
            ActorName = RequestedByName,
            Client = Client,
            Detail = detail,
            CampaignId = CampaignId,
            MailId = Id,
        };

    /// <summary>The same row once the account of its typed address is known.</summary>
    public OutboxMail For(string accountId)
    {
        var found = (OutboxMail)MemberwiseClone();
        (found.AccountId, found.TypedAddress) = (accountId, null);
        return found;
    }

    /// <summary>Makes a refused mail due as if it had just been requested.</summary>
    public void TryAgain(DateTimeOffset now) => (RefusedAt, TriedAgainAt, DueAt, Attempts, Lease) = (null, now, now, 0, Guid.NewGuid());
}

/// <summary>The kinds of mails. An added purpose brings its own.</summary>
public static class OutboxKind
{
    public const string ResetLink = nameof(ResetLink);
    public const string Invitation = nameof(Invitation);
    public const string PasswordChangedNotice = nameof(PasswordChangedNotice);
    public const string RequiredReset = nameof(RequiredReset);
    public const string TwoFactorResetNotice = nameof(TwoFactorResetNotice);
    public const string AdminNotice = nameof(AdminNotice);
    public const string TwoFactorOnNotice = nameof(TwoFactorOnNotice);
    public const string TwoFactorOffNotice = nameof(TwoFactorOffNotice);
    public const string AuthenticatorNotice = nameof(AuthenticatorNotice);
    public const string RecoveryCodesNotice = nameof(RecoveryCodesNotice);
    public const string PasskeyAddedNotice = nameof(PasskeyAddedNotice);
    public const string PasskeyRemovedNotice = nameof(PasskeyRemovedNotice);
    public const string ConfirmLink = nameof(ConfirmLink);
    public const string ChangeLink = nameof(ChangeLink);
    public const string AddressChangedNotice = nameof(AddressChangedNotice);
    public const string SecuredReset = nameof(SecuredReset);
    public const string SecuredNotice = nameof(SecuredNotice);
    public const string SignInCode = nameof(SignInCode);
}

internal sealed class OutboxMailConfiguration : IEntityTypeConfiguration<OutboxMail>
{
    private const string Waits = "\"RefusedAt\" IS NULL";

    public void Configure(EntityTypeBuilder<OutboxMail> mail)
    {
        mail.ToTable("RecoveryOutbox");
        mail.Property(m => m.Id).ValueGeneratedNever();
        mail.Property(m => m.Kind).HasMaxLength(32);
        mail.Property(m => m.AccountId).HasMaxLength(ColumnLength.Id);
        mail.Property(m => m.TypedAddress).HasMaxLength(2000);
        mail.Property(m => m.RequestedBy).HasMaxLength(ColumnLength.Id);
        mail.Property(m => m.RequestedByName).HasMaxLength(ColumnLength.Name);
        mail.Property(m => m.AboutId).HasMaxLength(ColumnLength.Id);
        mail.Property(m => m.Client).HasMaxLength(ColumnLength.Client);
        mail.Property(m => m.Culture).HasMaxLength(ColumnLength.Culture);
        mail.Property(m => m.Zone).HasMaxLength(ColumnLength.Zone);
        mail.Property(m => m.Lease).IsConcurrencyToken();
        mail.Property(m => m.Cause).HasMaxLength(200);
        mail.HasIndex(m => m.DueAt).HasFilter(Waits);
        mail.HasIndex(m => m.RequestedAt).HasFilter(Waits);
        mail.HasIndex(m => m.AccountId);
        mail.HasIndex(m => m.CampaignId);
        mail.HasIndex(m => m.RefusedAt).HasFilter("\"RefusedAt\" IS NOT NULL");
    }
}
