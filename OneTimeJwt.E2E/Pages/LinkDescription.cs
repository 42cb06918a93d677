namespace OneTimeJwt.E2E.Pages;

/// <summary>What a link is for whose use is to press a button.</summary>
/// <param name="Path">Of its page.</param>
/// <param name="Heading">Of its page.</param>
/// <param name="Button">What is pressed.</param>
/// <param name="Outcome">What the page after that says to machines.</param>
public sealed record LinkDescription(string Path, string Heading, string Button, string Outcome)
{
    public static readonly LinkDescription Confirm = new(
        "/confirm-email",
        "Confirm your address",
        "Confirm my address",
        "address-confirmed");
    public static readonly LinkDescription Change = new(
        "/change-email",
        "Use this address from now on",
        "Use this address",
        "address-changed");
    public static readonly LinkDescription Secure = new("/secure-account", "This wasn’t you?", "Secure my account", "account-secured");

    public static LinkDescription Of(string link) =>
        new[] { Confirm, Change, Secure }.Single(description => link.Contains($"{description.Path}?", StringComparison.Ordinal));
}
