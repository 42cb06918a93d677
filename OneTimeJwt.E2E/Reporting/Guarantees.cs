namespace OneTimeJwt.E2E.Reporting;

/// <summary>What the site promises, by number.</summary>
internal static class Guarantees
{
    private static readonly string[] Words =
    [
        "a link is redeemed exactly once",
        "a replay is refused in every form: same tab, second tab, older link, other node, after a restart",
        "a copy of the database alone forges nothing",
        "requests for known and unknown addresses can’t be told apart",
        "nothing secret lies at rest or in logs, traces, metrics or error pages",
        "scanners spend nothing",
        "links are never built from the Host header of a request",
        "no link longer than allowed is ever mailed, and one that is too long is reported, never cut",
        "an accepted request survives a crash, a mail outage and a restart",
        "a successful reset ends every session within seconds",
        "hostile input gets a clear refusal, never a failure of the server and never a stack trace",
        "development conveniences don’t exist outside Development, and asking for one there is refused at start",
    ];

    public static IEnumerable<string> Names => Words.Index().Select(word => Name(word.Index + 1));

    public static string Name(int number) =>
        number >= 1 && number <= Words.Length
            ? $"G{number}"
            : throw new ArgumentOutOfRangeException(nameof(number), number, $"There are {Words.Length} guarantees.");

    public static string Promise(string name) => Words[Names.ToList().IndexOf(name)];
}
