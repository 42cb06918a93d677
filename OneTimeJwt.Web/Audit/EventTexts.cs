namespace OneTimeJwt.Web.Audit;

/// <summary>The texts of events.</summary>
internal static class EventTexts
{
    public static string Name(RecoveryEventKind kind) => kind switch
    {
        RecoveryEventKind.Requested => Words.EventRequested,
        RecoveryEventKind.Suppressed => Words.EventSuppressed,
        RecoveryEventKind.Mailed => Words.EventMailed,
        RecoveryEventKind.MailFailed => Words.EventMailFailed,
        RecoveryEventKind.GaveUp => Words.EventGaveUp,
        RecoveryEventKind.LinkTooLong => Words.EventLinkTooLong,
        RecoveryEventKind.Opened => Words.EventOpened,
        RecoveryEventKind.Refused => Words.EventRefused,
        RecoveryEventKind.RefusedUnproven => Words.EventRefusedUnproven,
        RecoveryEventKind.Redeemed => Words.EventRedeemed,
        RecoveryEventKind.PasswordChanged => Words.EventPasswordChanged,
        RecoveryEventKind.NoticeMailed => Words.EventNoticeMailed,
        RecoveryEventKind.MailRefused => Words.EventMailRefused,
        RecoveryEventKind.MailUnanswered => Words.EventMailUnanswered,
        RecoveryEventKind.MailDelivered => Words.EventMailDelivered,
        RecoveryEventKind.MailDeferred => Words.EventMailDeferred,
        RecoveryEventKind.MailBounced => Words.EventMailBounced,
        RecoveryEventKind.MailDropped => Words.EventMailDropped,
        RecoveryEventKind.TriedAgain => Words.EventTriedAgain,
        RecoveryEventKind.Invited => Words.EventInvited,
        RecoveryEventKind.TwoFactorOn => Words.EventTwoFactorOn,
        RecoveryEventKind.TwoFactorOff => Words.EventTwoFactorOff,
        RecoveryEventKind.AuthenticatorChanged => Words.EventAuthenticatorChanged,
        RecoveryEventKind.RecoveryCodesMade => Words.EventRecoveryCodesMade,
        RecoveryEventKind.PasskeyAdded => Words.EventPasskeyAdded,
        RecoveryEventKind.PasskeyRemoved => Words.EventPasskeyRemoved,
        RecoveryEventKind.PasskeyUsed => Words.EventPasskeyUsed,
        RecoveryEventKind.CodeMailed => Words.EventCodeMailed,
        RecoveryEventKind.MailedCodeTried => Words.EventMailedCodeTried,
        RecoveryEventKind.MailedCodeUsed => Words.EventMailedCodeUsed,
        RecoveryEventKind.RoleGranted => Words.EventRoleGranted,
        RecoveryEventKind.RoleRemoved => Words.EventRoleRemoved,
        RecoveryEventKind.LinkTriggered => Words.EventLinkTriggered,
        RecoveryEventKind.LinksKilled => Words.EventLinksKilled,
        RecoveryEventKind.ResetRequired => Words.EventResetRequired,
        RecoveryEventKind.Locked => Words.EventLocked,
        RecoveryEventKind.Unlocked => Words.EventUnlocked,
        RecoveryEventKind.TwoFactorReset => Words.EventTwoFactorReset,
        RecoveryEventKind.ActRefused => Words.EventActRefused,
        RecoveryEventKind.CampaignStarted => Words.EventCampaignStarted,
        RecoveryEventKind.CampaignPaused => Words.EventCampaignPaused,
        RecoveryEventKind.CampaignResumed => Words.EventCampaignResumed,
        RecoveryEventKind.CampaignStopped => Words.EventCampaignStopped,
        RecoveryEventKind.TrailExported => Words.EventTrailExported,
        RecoveryEventKind.AddressConfirmed => Words.EventAddressConfirmed,
        RecoveryEventKind.AddressChanged => Words.EventAddressChanged,
        RecoveryEventKind.Secured => Words.EventSecured,
        RecoveryEventKind.StampGiven => Words.EventStampGiven,
        RecoveryEventKind.ApiKeyMade => Words.EventApiKeyMade,
        RecoveryEventKind.ApiKeyRevoked => Words.EventApiKeyRevoked,
        _ => kind.ToString(),
    };

    /// <summary>The CSS class: <c>bad</c>, <c>fine</c> or none.</summary>
    public static string? Tone(RecoveryEventKind kind) =>
        kind switch
        {
            RecoveryEventKind.MailFailed
            or RecoveryEventKind.MailRefused
            or RecoveryEventKind.GaveUp
            or RecoveryEventKind.MailUnanswered
            or RecoveryEventKind.MailBounced
            or RecoveryEventKind.MailDropped
            or RecoveryEventKind.MailDeferred
            or RecoveryEventKind.LinkTooLong
            or RecoveryEventKind.Refused
            or RecoveryEventKind.RefusedUnproven
            or RecoveryEventKind.ActRefused
            or RecoveryEventKind.Suppressed
            or RecoveryEventKind.Locked
            or RecoveryEventKind.Secured => "bad",
            RecoveryEventKind.Redeemed
            or RecoveryEventKind.PasswordChanged
            or RecoveryEventKind.AddressConfirmed
            or RecoveryEventKind.AddressChanged
            or RecoveryEventKind.MailDelivered => "fine",
            _ => null,
        };
}
