using System.Security.Claims;
using CsvHelper;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Admin;

/// <summary>The trail as CSV, written line by line as it is read. Each export is recorded in the trail.</summary>
internal sealed class TrailExport(TrailReader reader, GroupCommitWriter appender, IOptions<IdentityOptions> identity, TimeProvider time)
{
    /// <summary>A field that a spreadsheet would take for a formula becomes text: reasons and addresses are user input.</summary>
    public static CsvWriterOptions Safe { get; } = new() { Injection = CsvInjection.Escape, WriteByteOrderMark = true };

    public async Task<IResult> DownloadAsync(HttpContext http)
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

        var actor = http.User.FindFirstValue(identity.Value.ClaimsIdentity.UserIdClaimType);
        var client = http.ClientAddress();
        await appender.AppendAsync(RecoveryEvent.ByAdmin(RecoveryEventKind.TrailExported, new(actor, client, time.GetUtcNow())));
        return Results.Stream(body => WriteAsync(body, query, http.RequestAborted), "text/csv; charset=utf-8", "trail.csv");
    }

    private async Task WriteAsync(Stream body, TrailQuery query, CancellationToken cancellationToken)
    {
        await using var csv = CsvWriter.Create(body, Safe, leaveOpen: true);
        csv.WriteRecord(["when", "what", "account", "link", "admin", "from", "detail", "reason", "address hash", "campaign"]);
        await foreach (var line in reader.AllAsync(query, cancellationToken))
        {
            csv.WriteField(line.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture));
            csv.WriteField(line.Kind.ToString());
            foreach (
                var field in new[]
                {
                    line.AccountId,
                    line.Nonce,
                    line.Actor,
                    line.Client,
                    line.Detail,
                    line.Reason,
                    line.AddressHash,
                    line.CampaignId?.ToString(),
                })
                csv.WriteField(field);
            await csv.EndRecordAsync(cancellationToken);
        }

        await csv.FlushAsync(cancellationToken);
    }
}
