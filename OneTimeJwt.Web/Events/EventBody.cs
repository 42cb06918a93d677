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
    public static EventBody Of(RecoveryEvent line, IReadOnlyDictionary<string, string>? names)
    {
        var includesAddresses = names is not null;
        return new(
            EventTypes.Of(line.Kind),
            line.At.UtcDateTime,
            new EventData(
                line.Id,
                line.AccountId,
                Account: NameOf(line.AccountId),
                Actor: Allowed(line.Actor),
                ActorName: Allowed(line.ActorName) ?? NameOf(line.Actor),
                Client: includesAddresses ? line.Client : null,
                Detail: includesAddresses || !InOwnWords.Contains(line.Kind) ? Allowed(line.Detail) : null,
                Reason: includesAddresses ? line.Reason : null,
                line.CampaignId,
                line.MailId,
                LinkId: line.Nonce));

        string? NameOf(string? id) => id is null ? null : names?.GetValueOrDefault(id);

        // Subjects of providers, and names, may be addresses.
        string? Allowed(string? text) => includesAddresses || text?.Contains('@', StringComparison.Ordinal) != true ? text : null;
    }

    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, Json);
}

/// <summary>Named as in the API's trail; what isn't known is left out.</summary>
/// <param name="Id">The event's own, by which receivers drop doubles.</param>
/// <param name="Account">The account's address, or else its user name, now.</param>
internal sealed record EventData(
    Guid Id,
    string? AccountId,
    string? Account,
    string? Actor,
    string? ActorName,
    string? Client,
    string? Detail,
    string? Reason,
    Guid? CampaignId,
    Guid? MailId,
    string? LinkId);
