namespace OneTimeJwt.Web.Accounts;

public static class Addresses
{
    private const int Longest = 256;

    /// <summary>Whether this could be an address at all; the same rules for everyone.</summary>
    public static bool IsAddress(string text) =>
        text.Length is >= 3 and <= Longest
        && text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at
        && at < text.Length - 1
        && at == text.AsSpan().LastIndexOf('@')
        && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))
        && CanBeNormalised(text);

    /// <summary>Whether a mail can be sent to it as it stands.</summary>
    public static bool CanBeMailed(string text) => IsAddress(text) && StoredMailbox.TryCreate(text, out _);

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
