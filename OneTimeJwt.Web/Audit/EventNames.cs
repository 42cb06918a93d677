using System.Text.Json;

namespace OneTimeJwt.Web.Audit;

/// <summary>What kinds of events are called outside. Kinds are stored by name, so these stay as they are.</summary>
internal static class EventNames
{
    public static IReadOnlyDictionary<string, RecoveryEventKind> Kinds { get; } = Enum.GetValues<RecoveryEventKind>()
        .ToDictionary(kind => JsonNamingPolicy.CamelCase.ConvertName(kind.ToString()), StringComparer.Ordinal);
}
