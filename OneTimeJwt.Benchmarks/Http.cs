using System.Net;
using System.Text.RegularExpressions;

namespace OneTimeJwt.Benchmarks;

/// <summary>A browser as far as forms need one: it keeps cookies, and follows no redirects.</summary>
internal static partial class Http
{
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Reliability", "CA2000", Justification = "The client disposes of its handler.")]
    public static HttpClient Client(Uri address, CookieContainer? cookies = null) =>
        new(
            new HttpClientHandler
            {
                AllowAutoRedirect = false,
                CheckCertificateRevocationList = true,
                CookieContainer = cookies ?? new CookieContainer(),
            })
        {
            BaseAddress = address,
        };

    /// <summary>What our forms want beside what people type.</summary>
    public static async Task<string> ProofAsync(HttpClient client) =>
        WebUtility.HtmlDecode(Proof().Match(await client.GetStringAsync(new Uri("/forgot-password", UriKind.Relative))).Groups[1].Value);

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]*)\"")]
    private static partial Regex Proof();
}
