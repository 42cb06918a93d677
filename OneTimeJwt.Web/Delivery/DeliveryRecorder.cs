using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Delivery;

/// <summary>Records what happened to a mail, together with the removal of its row.</summary>
internal sealed partial class DeliveryRecorder(
    LinkPurposes purposes,
    GroupCommitWriter writer,
    OutboxQueue outbox,
    MailRateLimiter rateLimiter,
    IOptions<RecoverySettings> settings,
    TimeProvider time,
    ILogger<DeliveryRecorder> logger)
{
    /// <summary>One line for each request, however often it is tried: the event has the row's id.</summary>
    public Task RequestedAsync(IEnumerable<OutboxMail> mails, DeliverySnapshot snapshot, CancellationToken cancellationToken) =>
        Task.WhenAll(mails
            .Where(mail => purposes.IsRequest(mail.Kind))
            .Select(mail => writer.AppendAsync(
                mail.Event(
                    RecoveryEventKind.Requested,
                    time.GetUtcNow(),
                    detail: snapshot.Of(mail) is null ? "no such account" : purposes.OfMail(mail.Kind)!.TrailDetail,
                    id: mail.Id),
                cancellationToken)));

    public Task EndAsync(OutboxMail mail, params RecoveryEvent[] lines) => writer.ReplaceAsync(mail, lines);

    public Task SuppressAsync(OutboxMail mail, string reason) =>
        EndAsync(mail, mail.Event(RecoveryEventKind.Suppressed, time.GetUtcNow(), detail: reason));

    public Task GiveUpAsync(OutboxMail mail) =>
        EndAsync(
            mail,
            mail.Event(
                RecoveryEventKind.GaveUp,
                time.GetUtcNow(),
                detail: mail.Cause is null ? "nobody waits for it any more" : $"nobody waits for it any more; last time {mail.Cause}"));

    /// <summary>The trail's lines for a sent mail.</summary>
    public RecoveryEvent[] Lines(OutboxMail mail, WrittenMail written)
    {
        var lines = new List<RecoveryEvent>();
        if (written is { Token: { } token, TooLong: { } length })
            lines.Add(TooLong(mail, token.Nonce, length));
        if (written is { Content: not null, Kind: RecoveryEventKind.CodeMailed })
            lines.Add(mail.Event(written.Kind, time.GetUtcNow(), id: mail.Id));
        else if (written.Content is not null)
            lines.Add(mail.Event(
                written.Kind,
                time.GetUtcNow(),
                written.TooLong is null ? written.Token?.Nonce : null,
                written.Detail,
                addressHash: rateLimiter.Recipient(written.To)));
        return [.. lines];
    }

    public Task SentAsync(OutboxMail mail, RecoveryEvent[] lines, CancellationToken cancellationToken) =>
        outbox.RecordAsync(mail, () => writer.ReplaceAsync(mail, lines), cancellationToken);

    /// <summary>Counts as mailed, since it may have arrived. A code is not sent again: its user can ask for another one.</summary>
    public Task UnansweredAsync(OutboxMail mail, RecoveryEvent[] lines, CancellationToken cancellationToken)
    {
        var isLast = mail.UnansweredAt is not null || mail.Kind == OutboxKind.SignInCode;
        mail.UnansweredAt ??= time.GetUtcNow();
        Log.Unanswered(logger, mail.AccountId!, isLast ? "It is not sent again" : "One copy follows");
        RecoveryEvent[] all =
        [
            .. lines,
            mail.Event(RecoveryEventKind.MailUnanswered, time.GetUtcNow(), lines[^1].Nonce, detail: isLast ? null : "one copy follows"),
        ];
        return outbox.RecordAsync(
            mail,
            () => isLast ? writer.ReplaceAsync(mail, all) : outbox.CopyLaterAsync(mail, all, isUrgent: purposes.IsRequest(mail.Kind)),
            cancellationToken);
    }

    private RecoveryEvent TooLong(OutboxMail mail, string nonce, int length)
    {
        Log.LinkTooLong(logger, mail.AccountId!, length, settings.Value.MaxLinkLength);
        return mail.Event(RecoveryEventKind.LinkTooLong, time.GetUtcNow(), nonce, $"{length} characters");
    }

    private static partial class Log
    {
        [LoggerMessage(
            LogLevel.Error,
            "No mail for account {AccountId}: its link has {Length} characters and Recovery:MaxLinkLength allows {Limit}. Raise it, "
                + "or shorten Recovery:PublicOrigin.")]
        public static partial void LinkTooLong(ILogger logger, string accountId, int length, int limit);

        [LoggerMessage(LogLevel.Warning, "Mail for account {AccountId} was handed over and not answered: it may have arrived. {Next}.")]
        public static partial void Unanswered(ILogger logger, string accountId, string next);
    }
}
