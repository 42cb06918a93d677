using System.Globalization;
using OneTimeJwt.Tokens;
using OneTimeJwt.Web.Data;

namespace OneTimeJwt.Web.Recovery;

/// <summary>The purposes that are bound to what we remember beside Identity's columns, and all there are.</summary>
public static class Purposes
{
    /// <summary>
    /// Another address. It waits in a row of ours and never rides in the token; redeeming makes it the account's own,
    /// replaces the stamp and empties that row. Whoever asks for another address meanwhile ends the link to this one.
    /// </summary>
    public static TokenPurpose Change { get; } = new(
        "change",
        "/change-email",
        lifetimes => lifetimes.Change,
        account => [account.SecurityStamp, .. account.AddressState(), Own(account)?.PendingAddress]);

    /// <summary>
    /// "This wasn't me". Redeeming raises the counter that alone is bound, besides the account: whatever an intruder does
    /// to password, address or second factor, the owner's link lives.
    /// </summary>
    public static TokenPurpose Secure { get; } = new(
        "secure",
        "/secure-account",
        lifetimes => lifetimes.Secure,
        account => [(Own(account)?.TimesSecured ?? 0).ToString(CultureInfo.InvariantCulture)]);

    public static IReadOnlyList<TokenPurpose> All { get; } = [.. TokenPurpose.All, Change, Secure];

    /// <summary>Whether a dead link may be traded for a fresh one.</summary>
    public static bool IsTradable(TokenPurpose purpose) => purpose == TokenPurpose.Reset || purpose == TokenPurpose.Confirm;

    /// <summary>Whether its use is to choose a password; else a button is pressed.</summary>
    public static bool ChoosesPassword(TokenPurpose purpose) => purpose == TokenPurpose.Reset || purpose == TokenPurpose.Invite;

    private static OwnState? Own(TokenAccount account) => (account.User as Account)?.Own;
}
