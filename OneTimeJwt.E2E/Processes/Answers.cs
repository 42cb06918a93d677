using System.Text.RegularExpressions;

namespace OneTimeJwt.E2E.Processes;

/// <summary>What the tests of running processes ask of answers.</summary>
internal static partial class Answers
{
    /// <summary>Status, location, headers and body without what differs from answer to answer: equal where nothing is told.</summary>
    public static string Class(this Answer answer)
    {
        var headers = answer.Headers
            .Where(header => header.Key != "Date")
            .OrderBy(header => header.Key, StringComparer.Ordinal)
            .Select(header => $"{header.Key}: {header.Value}");
        return Random().Replace($"{(int)answer.Status}\n{string.Join('\n', headers)}\n\n{answer.Body}", "masked");
    }

    /// <summary>A password was changed, and nothing else than that.</summary>
    public static bool IsSuccess(this Answer answer) =>
        (int)answer.Status == 303 && answer.Location == "/reset-password/done";

    [GeneratedRegex("'nonce-[^']+'|nonce=\"[^\"]+\"|name=\"__RequestVerificationToken\" value=\"[^\"]+\"")]
    private static partial Regex Random();
}
