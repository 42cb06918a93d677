namespace OneTimeJwt.Web.Accounts;

public static class Addresses
{
    /// <summary>Whether Identity's normaliser takes it: unpaired surrogates and noncharacters make it throw.</summary>
    public static bool CanBeNormalised(string address)
    {
        try
        {
            _ = address.Normalize();
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
