namespace OneTimeJwt.Web.Audit;

/// <summary>The texts of events.</summary>
internal static class EventTexts
{
    /// <summary>The word that is called after the kind; a test says that each has one.</summary>
    public static string Name(RecoveryEventKind kind) =>
        Words.ResourceManager.GetString($"Event{kind}", Words.Culture) ?? kind.ToString();

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
