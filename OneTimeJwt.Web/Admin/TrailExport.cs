using System.Globalization;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Admin;

/// <summary>The trail as CSV. Each export is recorded in the trail.</summary>
internal static class TrailExport
{
    public static async Task<IResult> DownloadAsync(
        HttpContext http, TrailReader reader, GroupCommitWriter appender, ActorReader actors, TimeProvider time)
    {
        var asked = http.Request.Query;
        var (query, problems) = TrailQueryText.Parse(
            asked["account"],
            asked["actor"],
            asked["kind"],
            asked["from"],
            asked["to"],
            asked["nonce"],
            asked["campaign"]);
        if (problems.Count > 0)
            throw new BadHttpRequestException("The address of the export can't be read.");

        var actor = await actors.ReadAsync(http.User, http.RequestAborted);
        await appender.AppendAsync(
            RecoveryEvent.ByAdmin(RecoveryEventKind.TrailExported, actor.Origin(http.ClientAddress(), time.GetUtcNow())));
        return CsvDownload.Of(
            "trail.csv",
            ["when", "what", "account", "link", "admin", "admin's name", "from", "detail", "reason", "address hash", "campaign"],
            reader.AllAsync(query, http.RequestAborted).Select(Fields),
            http.RequestAborted);
    }

    private static string?[] Fields(RecoveryEvent line) =>
    [
        line.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
        line.Kind.ToString(),
        line.AccountId,
        line.Nonce,
        line.Actor,
        line.ActorName,
        line.Client,
        line.Detail,
        line.Reason,
        line.AddressHash,
        line.CampaignId?.ToString(),
    ];
}
