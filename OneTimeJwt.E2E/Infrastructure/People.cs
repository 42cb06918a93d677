namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>
/// Names for test accounts, so that pictures and reports show people and no random digits. Each is given once in a run, and
/// none begins with another.
/// </summary>
internal static class People
{
    private static readonly string[] Names =
    [
        "grace.hopper", "alan.turing", "katherine.johnson", "edsger.dijkstra", "barbara.liskov", "tony.hoare", "radia.perlman",
        "donald.knuth", "frances.allen", "john.mccarthy", "margaret.hamilton", "niklaus.wirth", "adele.goldberg", "dennis.ritchie",
        "karen.sparck", "ken.thompson", "hedy.lamarr", "claude.shannon", "annie.easley", "konrad.zuse", "mary.wilkes", "kurt.goedel",
        "dorothy.vaughan", "alonzo.church", "evelyn.boyd", "john.backus", "jean.bartik", "leslie.lamport", "emmy.noether", "vint.cerf",
    ];

    private static int _given;

    public static string NextAddress() => $"{NextName()}@example.org";

    public static string NextName()
    {
        var (lap, place) = Math.DivRem(Interlocked.Increment(ref _given) - 1, Names.Length);
        return lap == 0 ? Names[place] : Names[place].Replace(".", $"{lap + 1}.", StringComparison.Ordinal);
    }
}
