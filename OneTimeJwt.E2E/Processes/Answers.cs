using System.Text.RegularExpressions;

namespace OneTimeJwt.E2E.Processes;

/// <summary>What the tests of running processes ask of answers.</summary>
internal static partial class Answers
{
    /// <summary>Status, location, headers and body without what differs from answer to answer: equal where nothing is told.</summary>
    public static async Task<string> ClassAsync(this HttpResponseMessage answer)
    {
        var headers = answer.Headers.Concat(answer.Content.Headers)
            .Where(header => header.Key != "Date")
            .OrderBy(header => header.Key, StringComparer.Ordinal)
            .Select(header => $"{header.Key}: {string.Join(", ", header.Value)}");
        return Random().Replace($"{(int)answer.StatusCode}\n{string.Join('\n', headers)}\n\n{await answer.Content.ReadAsStringAsync()}", "masked");
    }

    /// <summary>A password was changed, and nothing else than that.</summary>
    public static bool IsSuccess(this HttpResponseMessage answer) =>
        (int)answer.StatusCode == 303 && answer.Headers.Location?.OriginalString == "/reset-password/done";

    [GeneratedRegex("'nonce-[^']+'|nonce=\"[^\"]+\"|name=\"__RequestVerificationToken\" value=\"[^\"]+\"")]
    private static partial Regex Random();
}
