using System.Text.RegularExpressions;

namespace OneTimeJwt.Benchmarks;

/// <summary>What a browser that has never been there gets over the wire for the forgot page and all that it asks for at once.</summary>
internal static partial class FirstVisit
{
    public static async Task<long> BytesAsync(Subject subject)
    {
        using var client = new HttpClient { BaseAddress = subject.Address };
        var page = await client.GetStringAsync(new Uri(subject.ForgotPassword, UriKind.Relative));
        var paths = Links()
            .Matches(page)
            .Select(link => System.Net.WebUtility.HtmlDecode(link.Groups[1].Value))
            .Where(path => !path.Contains("://", StringComparison.Ordinal))
            .Distinct();
        client.DefaultRequestHeaders.Add("Accept-Encoding", "gzip, br");
        var bytes = 0L;
        foreach (var path in paths.Prepend(subject.ForgotPassword))
        {
            using var answer = await client.GetAsync(new Uri(subject.Address, path));
            answer.EnsureSuccessStatusCode();
            bytes +=
                (await answer.Content.ReadAsByteArrayAsync()).Length
                + answer
                    .Headers.Concat(answer.Content.Headers)
                    .Sum(header => header.Key.Length + string.Join(", ", header.Value).Length + 4);
        }

        return bytes;
    }

    [GeneratedRegex("""(?:<link[^>]+(?:stylesheet|icon)[^>]+href|<script[^>]+src)="([^"]+)""")]
    private static partial Regex Links();
}
