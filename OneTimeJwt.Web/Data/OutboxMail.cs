namespace OneTimeJwt.Web.Data;

/// <summary>A stored request for mail that is still to be sent. It holds no token: tokens are minted when it is sent.</summary>
public sealed class OutboxMail
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required OutboxKind Kind { get; init; }

    /// <summary>The account to write to; null while only the typed address is known.</summary>
    public string? AccountId { get; init; }

    /// <summary>What was typed into the form, encrypted: people type passwords into it. With an account: the address to write to instead of its own.</summary>
    public string? TypedAddress { get; init; }

    /// <summary>The id of the admin who asked; null where the account's own user did.</summary>
    public string? RequestedBy { get; init; }

    /// <summary>The account that it tells of, where that is another one.</summary>
    public string? AboutId { get; init; }

    /// <summary>The network address that the request came from.</summary>
    public string? Client { get; init; }

    /// <summary>The campaign that it belongs to.</summary>
    public Guid? CampaignId { get; init; }

    /// <summary>The language and, where it is known, the country of whoever asked: <c>en-GB</c>. Null where nobody told.</summary>
    public string? Culture { get; init; }

    /// <summary>The zone that times are told in, after IANA.</summary>
    public string? Zone { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    public required DateTimeOffset DueAt { get; set; }

    public int Attempts { get; set; }

    public DateTimeOffset? LeasedUntil { get; set; }

    /// <summary>Changes with every lease, so that of two nodes only one gets a row.</summary>
    public Guid Lease { get; set; }

    /// <summary>Why it was not sent the last time, in our own words.</summary>
    public string? Cause { get; set; }

    /// <summary>When all of it was handed over and no answer came: it may have arrived. It is sent once more, later, and not again after that.</summary>
    public DateTimeOffset? UnansweredAt { get; set; }

    /// <summary>When it was refused for good: it is not tried any more unless somebody asks for it.</summary>
    public DateTimeOffset? RefusedAt { get; set; }

    /// <summary>When somebody asked for another try; its age counts from then.</summary>
    public DateTimeOffset? TriedAgainAt { get; set; }

    /// <summary>Sends a refused mail as if it had just been asked for.</summary>
    public void TryAgain(DateTimeOffset now) => (RefusedAt, TriedAgainAt, DueAt, Attempts, Lease) = (null, now, now, 0, Guid.NewGuid());
}

public enum OutboxKind
{
    ResetLink,
    Invitation,
    PasswordChangedNotice,
    RequiredReset,
    TwoFactorResetNotice,
    AdminNotice,
    TwoFactorOnNotice,
    TwoFactorOffNotice,
    AuthenticatorNotice,
    RecoveryCodesNotice,
    PasskeyAddedNotice,
    PasskeyRemovedNotice,
    ConfirmLink,
    ChangeLink,
    AddressChangedNotice,
    SecuredReset,
    SecuredNotice,
    SignInCode,
}
