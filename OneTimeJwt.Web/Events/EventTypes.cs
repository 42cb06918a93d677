using System.Text.Json;
using OneTimeJwt.Web.Audit;

namespace OneTimeJwt.Web.Events;

/// <summary>
/// What the kinds of events are called outside: as in the API, below <c>recovery</c>. Kinds are stored by name, so these stay as they
/// are; docs/EVENTS.md lists them.
/// </summary>
internal static class EventTypes
{
    private const string Prefix = "recovery.";

    private static readonly Dictionary<RecoveryEventKind, string> Names = Enum.GetValues<RecoveryEventKind>()
        .ToDictionary(kind => kind, kind => Prefix + JsonNamingPolicy.CamelCase.ConvertName(kind.ToString()));

    private static readonly Dictionary<string, RecoveryEventKind> Kinds = Names.ToDictionary(
        name => name.Value, name => name.Key, StringComparer.Ordinal);

    public static IReadOnlyCollection<string> All => Kinds.Keys;

    public static string Of(RecoveryEventKind kind) => Names[kind];

    /// <returns>Null where there is none of that name.</returns>
    public static RecoveryEventKind? Parse(string name) => Kinds.TryGetValue(name, out var kind) ? kind : null;
}
