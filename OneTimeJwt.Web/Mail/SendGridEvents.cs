using System.Text.Json;

namespace OneTimeJwt.Web.Mail;

/// <summary>
/// Reads posts of SendGrid's Event Webhook (https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event). Of reasons
/// only codes and known texts are used.
/// </summary>
internal static class SendGridEvents
{
    private static readonly Dictionary<string, string> DropReasons = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Bounced Address"] = "on SendGrid's list of addresses that bounced",
        ["Unsubscribed Address"] = "on SendGrid's list of who unsubscribed",
        ["Spam Reporting Address"] = "on SendGrid's list of who reported spam",
        ["Invalid"] = "not a valid address",
        ["Spam Content"] = "taken for spam by SendGrid",
        ["Recipient List over Package Quota"] = "over the quota of the SendGrid account",
    };

    private static readonly Dictionary<string, string> Classifications = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Invalid Address"] = "no such mailbox",
        ["Mailbox Unavailable"] = "the mailbox takes no mail",
        ["Content"] = "refused by policy or as spam",
        ["Reputation"] = "refused by policy or as spam",
        ["Frequency or Volume Too High"] = "too many mails at a time",
        ["Technical"] = "the mail servers don't understand each other",
    };

    /// <param name="body">A signed body.</param>
    /// <param name="reports">Its reports of delivery; other events are left out.</param>
    /// <returns>False where it is no JSON array.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> body, out IReadOnlyList<DeliveryReport> reports)
    {
        reports = [];
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind != JsonValueKind.Array)
                return false;

            reports = [.. json.RootElement.EnumerateArray().Select(Read).OfType<DeliveryReport>()];
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static DeliveryReport? Read(JsonElement line)
    {
        if (!Guid.TryParseExact(JsonText.Of(line, MailIds.CustomArgument), "N", out var id))
            return null;

        return JsonText.Of(line, "event") switch
        {
            "delivered" => new(id, DeliveryOutcome.Delivered, Cause: null),
            "deferred" => new(
                id,
                DeliveryOutcome.Deferred,
                EnhancedStatus.Cause(JsonText.Of(line, "response"), JsonText.Of(line, "reason"))),
            "bounce" => new(id, DeliveryOutcome.Bounced, BounceCause(line)),
            "dropped" => new(id, DeliveryOutcome.Dropped, DropCause(line)),
            _ => null,
        };
    }

    private static string DropCause(JsonElement line) =>
        DropReasons.GetValueOrDefault(JsonText.Of(line, "reason") ?? "") ?? EnhancedStatus.Unknown;

    private static string BounceCause(JsonElement line) =>
        EnhancedStatus.Cause(JsonText.Of(line, "status"), JsonText.Of(line, "reason")) is var cause && cause != EnhancedStatus.Unknown
            ? cause
            : Classifications.GetValueOrDefault(JsonText.Of(line, "bounce_classification") ?? "") ?? cause;
}
