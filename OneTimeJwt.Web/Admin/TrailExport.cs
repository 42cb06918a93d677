using CsvHelper;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Admin;

/// <summary>The trail as CSV, written line by line as it is read. Each export is recorded in the trail.</summary>
internal sealed class TrailExport(
    TrailReader reader,
    GroupCommitWriter appender,
    IDbContextFactory<AccountsContext> contexts,
    ActorReader actors,
    TimeProvider time)
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

        AdminActionParty actor;
        await using (var database = await contexts.CreateDbContextAsync(http.RequestAborted))
            actor = await actors.ReadAsync(database, http.User);
        await appender.AppendAsync(
            RecoveryEvent.ByAdmin(RecoveryEventKind.TrailExported, actor.Origin(http.ClientAddress(), time.GetUtcNow())));
        return Results.Stream(body => WriteAsync(body, query, http.RequestAborted), "text/csv; charset=utf-8", "trail.csv");
    }

    private async Task WriteAsync(Stream body, TrailQuery query, CancellationToken cancellationToken)
    {
        await using var csv = CsvWriter.Create(body, Safe, leaveOpen: true);
        csv.WriteRecord(
            ["when", "what", "account", "link", "admin", "admin's name", "from", "detail", "reason", "address hash", "campaign"]);
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
                    line.ActorName,
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
