using OneTimeJwt.Web.Data;

namespace OneTimeJwt.Web.Recovery;

/// <summary>What a requested mail is for. Each has a budget of its own, so that none can use up another's.</summary>
internal enum MailPurpose
{
    Reset,
    Confirm,
    Change,

    /// <summary>It says why there is no link: confirmed already, address taken, signs in elsewhere.</summary>
    NoLink,
}

/// <summary>How the trail tells purposes apart.</summary>
internal static class MailPurposes
{
    private const string ToConfirm = "to confirm the address";
    private const string ToChange = "to change the address";

    /// <summary>The detail of lines about links; null for links to choose a password.</summary>
    public static string? Detail(OutboxKind kind) => kind switch
    {
        OutboxKind.ConfirmLink => ToConfirm,
        OutboxKind.ChangeLink => ToChange,
        _ => null,
    };

    /// <summary>The purpose of a <see cref="RecoveryEventKind.Mailed"/> line.</summary>
    public static MailPurpose Of(string? nonce, string? detail) => (nonce, detail) switch
    {
        (null, _) => MailPurpose.NoLink,
        (_, ToConfirm) => MailPurpose.Confirm,
        (_, ToChange) => MailPurpose.Change,
        _ => MailPurpose.Reset,
    };
}
