namespace OneTimeJwt.E2E.Reporting;

/// <summary>A run in words.</summary>
internal static class Verdict
{
    public static IEnumerable<string> Sentences(IReadOnlyList<Tried> tests)
    {
        var tried = Guarantees.Names.ToDictionary(name => name, name => tests.Where(test => test.Guarantees.Contains(name)).ToList());
        foreach (var (name, own) in tried.Where(own => own.Value.Exists(test => test.Failed)))
            yield return $"{name} is broken: {Guarantees.Promise(name)}. {own.Count(test => test.Failed)} of "
                + $"{own.Count(test => test.Result != "Skip")} tests that try it failed.";

        if (tests.Count(test => test.Failed && test.Guarantees.Count == 0) is > 0 and var others)
            yield return $"{others} of the tests that are named for no guarantee failed.";

        var held = tried.Where(own => Of(own.Value) == "held").Select(own => own.Key).ToList();
        yield return held.Count == 0 ? "No promise was seen to hold." : $"What held: {string.Join(", ", held)}.";

        var untried = tried.Where(own => Of(own.Value) == "not tried").Select(own => own.Key).ToList();
        if (untried.Count > 0)
            yield return $"Not tried in this run: {string.Join(", ", untried)}.";
    }

    public static string Of(IReadOnlyList<Tried> tests) => tests switch
    {
        _ when tests.Any(test => test.Failed) => "broken",
        _ when tests.Any(test => test.Result == "Pass") => "held",
        _ => "not tried",
    };
}
