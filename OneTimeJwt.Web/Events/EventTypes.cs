using OneTimeJwt.Web.Audit;

namespace OneTimeJwt.Web.Events;

/// <summary>What the kinds of events are called in messages: as in the API, below <c>recovery</c>. docs/EVENTS.md lists them.</summary>
internal static class EventTypes
{
    private const string Prefix = "recovery.";

    private static readonly Dictionary<RecoveryEventKind, string> Names = EventNames.Kinds.ToDictionary(
        name => name.Value, name => Prefix + name.Key);

    public static IReadOnlyCollection<string> All => Names.Values;

    public static string Of(RecoveryEventKind kind) => Names[kind];

    /// <returns>Null where there is none of that name.</returns>
    public static RecoveryEventKind? Parse(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && EventNames.Kinds.TryGetValue(name[Prefix.Length..], out var kind)
            ? kind
            : null;
}
