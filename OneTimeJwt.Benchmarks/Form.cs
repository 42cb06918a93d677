using System.Net;
using System.Text.RegularExpressions;

namespace OneTimeJwt.Benchmarks;

/// <summary>What our forms want beside what people type.</summary>
internal static partial class Form
{
    public static async Task<string> ProofAsync(HttpClient client) =>
        WebUtility.HtmlDecode(Proof().Match(await client.GetStringAsync(new Uri("/forgot-password", UriKind.Relative))).Groups[1].Value);

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]*)\"")]
    private static partial Regex Proof();
}
