using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Delivery;

/// <summary>
/// Records reports of delivery: one line for each mail, outcome and cause, however often and by however many nodes it is reported,
/// since a line has a derived id. Reports of mails that the trail doesn't know are dropped.
/// </summary>
internal sealed partial class DeliveryReports(
    IDbContextFactory<AccountsContext> contexts, GroupCommitWriter writer, TimeProvider time, ILogger<DeliveryReports> logger)
{
    private const int MailsAtOnce = 500;

    public async Task RecordAsync(IReadOnlyCollection<DeliveryReport> reports, CancellationToken cancellationToken)
    {
        foreach (var some in reports.Distinct().Chunk(MailsAtOnce))
            await Bisect.EachAsync(some, part => WriteAsync(part, cancellationToken), DropAsync);
    }

    private async Task WriteAsync(IReadOnlyList<DeliveryReport> reports, CancellationToken cancellationToken)
    {
        var mails = await MailedAsync([.. reports.Select(report => report.MailId).Distinct()], cancellationToken);
        await Task.WhenAll(reports
            .Where(report => mails.ContainsKey(report.MailId))
            .Select(report => writer.AppendAsync(Line(report, mails[report.MailId]), cancellationToken)));
    }

    // Otherwise it would be reported again and again, together with the others.
    private Task DropAsync(DeliveryReport report, Exception fault)
    {
        Log.Dropped(logger, report.MailId, LoggableException.NameOf(fault), LoggableException.IfUnexpected(fault));
        return Task.CompletedTask;
    }

    private async Task<Dictionary<Guid, RecoveryEvent>> MailedAsync(List<Guid> ids, CancellationToken cancellationToken)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        var lines = await database.Trail.AsNoTracking()
            .Where(line => line.MailId != null && ids.Contains(line.MailId.Value) && RecoveryEvent.Departures.Contains(line.Kind))
            .ToListAsync(cancellationToken);
        // Several lines: the mail was sent again for want of an answer.
        var mails = lines.GroupBy(line => line.MailId!.Value).ToDictionary(mail => mail.Key, mail => mail.MaxBy(line => line.At)!);
        foreach (var underWay in await UnderWayAsync(database, [.. ids.Where(id => !mails.ContainsKey(id))], cancellationToken))
            mails[underWay.MailId!.Value] = underWay;
        return mails;
    }

    // A report may arrive before the answer of the server that accepted the mail.
    private static async Task<List<RecoveryEvent>> UnderWayAsync(
        AccountsContext database,
        List<Guid> ids,
        CancellationToken cancellationToken) =>
        ids.Count == 0
            ? []
            : await database
                .Outbox.AsNoTracking()
                .Where(mail => ids.Contains(mail.Id) && mail.AccountId != null && mail.LeasedUntil != null)
                .Select(mail => new RecoveryEvent
                {
                    At = mail.RequestedAt,
                    Kind = RecoveryEventKind.Requested,
                    AccountId = mail.AccountId,
                    CampaignId = mail.CampaignId,
                    MailId = mail.Id,
                })
                .ToListAsync(cancellationToken);

    private RecoveryEvent Line(DeliveryReport report, RecoveryEvent mailed)
    {
        var kind = Kind(report.Outcome);
        return new RecoveryEvent
        {
            Id = RecoveryEvent.IdOf($"{kind}/{report.Cause}/{report.MailId:N}"),
            At = time.GetUtcNow(),
            Kind = kind,
            AccountId = mailed.AccountId,
            Nonce = mailed.Nonce,
            Detail = report.Cause,
            CampaignId = mailed.CampaignId,
            MailId = mailed.MailId,
        };
    }

    private static RecoveryEventKind Kind(DeliveryOutcome outcome) => outcome switch
    {
        DeliveryOutcome.Delivered => RecoveryEventKind.MailDelivered,
        DeliveryOutcome.Deferred => RecoveryEventKind.MailDeferred,
        DeliveryOutcome.Bounced => RecoveryEventKind.MailBounced,
        _ => RecoveryEventKind.MailDropped,
    };

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "What became of mail {MailId} can't be written down ({Fault}) and is left out.")]
        public static partial void Dropped(ILogger logger, Guid mailId, string fault, Exception? unexpected);
    }
}
