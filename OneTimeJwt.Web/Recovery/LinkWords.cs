using OneTimeJwt.Tokens;
using OneTimeJwt.Web.Languages;

namespace OneTimeJwt.Web.Recovery;

/// <summary>What the page behind a link says of its purpose.</summary>
/// <param name="Title">Of the page with the button.</param>
/// <param name="Lead">What pressing it does.</param>
/// <param name="Field">Which address has to be typed.</param>
/// <param name="Wrong">That it was another one.</param>
/// <param name="Button">What is on it.</param>
/// <param name="DoneTitle">Of the page after that.</param>
/// <param name="DoneLead">What has happened, and what comes next.</param>
/// <param name="Outcome">The same for machines.</param>
internal sealed record PressWords(string Title, string Lead, string Field, string Wrong, string Button, string DoneTitle, string DoneLead, string Outcome)
{
    /// <summary>Why nothing has happened yet.</summary>
    public string Fault(TypedAddressVerdict address) => address switch
    {
        TypedAddressVerdict.Missing => Words.OwnAddressMissing,
        TypedAddressVerdict.TooOften => Words.OwnAddressTooOften,
        _ => Wrong,
    };

    public static PressWords Of(TokenPurpose purpose) =>
        purpose == TokenPurpose.Confirm ? new(Words.ConfirmTitle, Words.ConfirmLead, Words.OwnAddress, Words.OwnAddressWrong, Words.ConfirmButton, Words.ConfirmedTitle, Words.ConfirmedLead, "address-confirmed")
        : purpose == Purposes.Change ? new(Words.ChangeTitle, Words.ChangeLead, Words.OwnAddressSoFar, Words.OwnAddressSoFarWrong, Words.ChangeButton, Words.AddressChangedTitle, Words.AddressChangedLead, "address-changed")
        : new(Words.SecureTitle, Words.SecureLead, Words.OwnAddress, Words.OwnAddressWrong, Words.SecureButton, Words.SecuredTitle, Words.SecuredLead, "account-secured");
}

/// <summary>What a link that doesn't work says of its purpose.</summary>
/// <param name="Expired">Until when it was good, with a place for that.</param>
/// <param name="Used">That it was used, with a place for when.</param>
/// <param name="IfNotYou">What to do where that was somebody else.</param>
internal sealed record DeadWords(string Expired, string Used, string IfNotYou)
{
    public static DeadWords Of(TokenPurpose purpose) =>
        purpose == TokenPurpose.Reset ? new(Words.ExpiredReset, Words.UsedReset, Words.WasThatYou)
        : purpose == TokenPurpose.Invite ? new(Words.ExpiredInvitation, Words.UsedInvitation, Words.WasThatYou)
        : purpose == TokenPurpose.Confirm ? new(Words.ExpiredConfirm, Words.UsedConfirm, Words.UsedConfirmNext)
        : purpose == Purposes.Change ? new(Words.ExpiredChange, Words.UsedChange, Words.UsedChangeNext)
        : new(Words.ExpiredSecure, Words.UsedSecure, Words.UsedSecureNext);
}
