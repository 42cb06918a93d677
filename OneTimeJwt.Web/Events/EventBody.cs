using System.Text.Json;
using System.Text.Json.Serialization;
using OneTimeJwt.Web.Audit;

namespace OneTimeJwt.Web.Events;

/// <summary>What a destination gets to know of an event, after Standard Webhooks' recommended structure.</summary>
/// <param name="Type">As in <see cref="EventTypes"/>.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Data">What is known of it.</param>
internal sealed record EventBody(string Type, DateTime Timestamp, EventData Data)
{
    // All but ASCII is escaped: a line stays one, whatever people wrote.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    // Their details hold the key's name, which an admin chose.
    private static readonly RecoveryEventKind[] InOwnWords = [RecoveryEventKind.ApiKeyMade, RecoveryEventKind.ApiKeyRevoked];

    /// <param name="line">The trail's line.</param>
    /// <param name="names">Accounts' addresses by id; null for a destination that gets no addresses.</param>
    public static EventBody Of(RecoveryEvent line, IReadOnlyDictionary<string, string>? names) => new(
        EventTypes.Of(line.Kind),
        line.At.UtcDateTime,
        names is null ? WithoutAddresses(line) : WithAddresses(line, names));

    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    private static EventData WithAddresses(RecoveryEvent line, IReadOnlyDictionary<string, string> names) =>
        Common(line) with
        {
            Account = NameOf(line.AccountId, names),
            Actor = line.Actor,
            ActorName = line.ActorName ?? NameOf(line.Actor, names),
            Client = line.Client,
            Detail = line.Detail,
            Reason = line.Reason,
        };

    // Subjects of providers, and names, may be addresses.
    private static EventData WithoutAddresses(RecoveryEvent line) =>
        Common(line) with
        {
            Actor = UnlessAddress(line.Actor),
            ActorName = UnlessAddress(line.ActorName),
            Detail = InOwnWords.Contains(line.Kind) ? null : UnlessAddress(line.Detail),
        };

    private static EventData Common(RecoveryEvent line) => new(line.Id)
    {
        AccountId = line.AccountId,
        CampaignId = line.CampaignId,
        MailId = line.MailId,
        LinkId = line.Nonce,
    };

    private static string? NameOf(string? id, IReadOnlyDictionary<string, string> names) =>
        id is null ? null : names.GetValueOrDefault(id);

    private static string? UnlessAddress(string? text) => text?.Contains('@', StringComparison.Ordinal) == true ? null : text;
}

/// <summary>Named as in the API's trail; what isn't known is left out.</summary>
/// <param name="Id">The event's own, by which receivers drop doubles.</param>
internal sealed record EventData(Guid Id)
{
    public string? AccountId { get; init; }

    /// <summary>The account's address, or else its user name, now.</summary>
    public string? Account { get; init; }

    public string? Actor { get; init; }

    public string? ActorName { get; init; }

    public string? Client { get; init; }

    public string? Detail { get; init; }

    public string? Reason { get; init; }

    public Guid? CampaignId { get; init; }

    public Guid? MailId { get; init; }

    public string? LinkId { get; init; }
}
