namespace OneTimeJwt.Web.Tests.App;

internal static class Passwords
{
    public const string Old = "yellow submarine beneath a lighthouse";
    public const string New = "violet thunder counts eleven geese";
    public const string Other = "a quiet ferry leaves before breakfast";
}
