using OneTimeJwt.Web.Data;

namespace OneTimeJwt.Web.Admin;

/// <summary>Lines of the trail in words.</summary>
internal static class EventWords
{
    public static string Name(RecoveryEventKind kind) => kind switch
    {
        RecoveryEventKind.Requested => "Link asked for",
        RecoveryEventKind.Suppressed => "No mail sent",
        RecoveryEventKind.Mailed => "Mailed",
        RecoveryEventKind.MailFailed => "Mail failed, will be tried again",
        RecoveryEventKind.GaveUp => "Mail given up",
        RecoveryEventKind.LinkTooLong => "Link too long, not mailed",
        RecoveryEventKind.Opened => "Link opened",
        RecoveryEventKind.Refused => "Link refused",
        RecoveryEventKind.RefusedUnproven => "Links refused that aren’t ours",
        RecoveryEventKind.Redeemed => "Link redeemed, new password",
        RecoveryEventKind.PasswordChanged => "Password changed",
        RecoveryEventKind.NoticeMailed => "Notice mailed to the owner",
        RecoveryEventKind.MailRefused => "Mail refused for good",
        RecoveryEventKind.TriedAgain => "Mail to be tried again",
        RecoveryEventKind.Invited => "Invited",
        RecoveryEventKind.TwoFactorOn => "Two-factor turned on",
        RecoveryEventKind.TwoFactorOff => "Two-factor turned off",
        RecoveryEventKind.AuthenticatorChanged => "Another authenticator app",
        RecoveryEventKind.RecoveryCodesMade => "New recovery codes",
        RecoveryEventKind.PasskeyAdded => "Passkey added",
        RecoveryEventKind.PasskeyRemoved => "Passkey removed",
        RecoveryEventKind.PasskeyUsed => "Signed in with a passkey",
        RecoveryEventKind.RoleGranted => "Console role given",
        RecoveryEventKind.RoleRemoved => "Console role taken",
        RecoveryEventKind.LinkTriggered => "Link sent by an admin",
        RecoveryEventKind.LinksKilled => "Links killed, signed out everywhere",
        RecoveryEventKind.ResetRequired => "Reset required",
        RecoveryEventKind.Locked => "Locked",
        RecoveryEventKind.Unlocked => "Unlocked",
        RecoveryEventKind.TwoFactorReset => "Two-factor reset",
        RecoveryEventKind.ActRefused => "Act refused",
        RecoveryEventKind.CampaignStarted => "Campaign started",
        RecoveryEventKind.CampaignPaused => "Campaign paused",
        RecoveryEventKind.CampaignResumed => "Campaign resumed",
        RecoveryEventKind.CampaignStopped => "Campaign stopped",
        RecoveryEventKind.TrailExported => "Trail exported",
        _ => kind.ToString(),
    };

    /// <summary>What a line is at first sight: <c>bad</c>, <c>fine</c>, or nothing special.</summary>
    public static string? Tone(RecoveryEventKind kind) => kind switch
    {
        RecoveryEventKind.MailFailed or RecoveryEventKind.MailRefused or RecoveryEventKind.GaveUp or RecoveryEventKind.LinkTooLong or RecoveryEventKind.Refused
            or RecoveryEventKind.RefusedUnproven or RecoveryEventKind.ActRefused or RecoveryEventKind.Suppressed or RecoveryEventKind.Locked => "bad",
        RecoveryEventKind.Redeemed or RecoveryEventKind.PasswordChanged => "fine",
        _ => null,
    };
}
