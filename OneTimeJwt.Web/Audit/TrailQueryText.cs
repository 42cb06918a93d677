using System.Globalization;

namespace OneTimeJwt.Web.Audit;

/// <summary>Parses the query string of the trail.</summary>
internal static class TrailQueryText
{
    private const int MaxNameLength = 450;
    private const int NonceLength = 16;

    /// <returns>The query, and the problems of fields that were left out.</returns>
    public static (TrailQuery Query, IReadOnlyList<string> Problems) Parse(
        string? account,
        string? actor,
        string? kind,
        string? from,
        string? to,
        string? nonce,
        string? campaign)
    {
        var problems = new List<string>();
        var query = new TrailQuery(
            Account: Text(account, MaxNameLength),
            Actor: Text(actor, MaxNameLength),
            Kind: Parsed<RecoveryEventKind>(
                kind,
                text => Enum.TryParse<RecoveryEventKind>(text, out var known) && Enum.IsDefined(known) ? known : null,
                Words.TrailNoSuchKind,
                problems),
            From: Parsed<DateTimeOffset>(from, Day, NoDate(Words.TrailFrom), problems),
            To: Parsed<DateTimeOffset>(
                to,
                text => Day(text) is { Year: < 9999 } day ? day.AddDays(1) : null,
                NoDate(Words.TrailTo),
                problems),
            Nonce: Text(nonce, NonceLength)?.ToLowerInvariant(),
            Campaign: Parsed<Guid>(campaign, text => Guid.TryParse(text, out var id) ? id : null, Words.NoSuchCampaign, problems));
        return (query, problems);
    }

    private static string? Text(string? text, int maxLength) =>
        text?.Trim() is { Length: > 0 } trimmed ? trimmed[..Math.Min(trimmed.Length, maxLength)] : null;

    private static T? Parsed<T>(string? text, Func<string, T?> parse, string problem, List<string> problems)
        where T : struct
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;

        var value = parse(text.Trim());
        if (value is null)
            problems.Add(problem);
        return value;
    }

    private static string NoDate(string field) => Words.TrailBadDate.With(field);

    private static DateTimeOffset? Day(string text) =>
        DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day)
            ? day
            : null;
}
