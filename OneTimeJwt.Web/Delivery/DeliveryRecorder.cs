using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Delivery;

/// <summary>Writes down what became of a mail, together with the removal of its row.</summary>
internal sealed partial class DeliveryRecorder(
    LinkPurposes purposes,
    GroupCommitWriter appender,
    OutboxQueue outbox,
    MailRateLimiter budgets,
    IOptions<RecoverySettings> settings,
    TimeProvider time,
    ILogger<DeliveryRecorder> logger)
{
    /// <summary>Once a row, however often it is tried: the event has the row's own id.</summary>
    public Task RequestedAsync(OutboxMail mail, bool hasAccount, CancellationToken cancellationToken) =>
        appender.AppendAsync(
            Event(
                mail,
                RecoveryEventKind.Requested,
                detail: hasAccount ? purposes.OfMail(mail.Kind)?.TrailDetail : "no such account",
                id: mail.Id),
            cancellationToken);

    public Task EndAsync(OutboxMail mail, params RecoveryEvent[] lines) => appender.ReplaceAsync(mail, lines);

    public Task SuppressAsync(OutboxMail mail, string reason) => EndAsync(mail, Event(mail, RecoveryEventKind.Suppressed, detail: reason));

    public Task GiveUpAsync(OutboxMail mail) =>
        EndAsync(
            mail,
            Event(
                mail,
                RecoveryEventKind.GaveUp,
                detail: mail.Cause is null ? "nobody waits for it any more" : $"nobody waits for it any more; last time {mail.Cause}"));

    /// <summary>What the trail is to say of it once it is sent.</summary>
    public RecoveryEvent[] Lines(OutboxMail mail, WrittenMail written)
    {
        var lines = new List<RecoveryEvent>();
        if (written is { Token: { } token, TooLong: { } length })
            lines.Add(TooLong(mail, token.Nonce, length));
        if (written is { Content: not null, Kind: RecoveryEventKind.CodeMailed })
            lines.Add(Event(mail, written.Kind, id: mail.Id));
        else if (written.Content is not null)
            lines.Add(
                Event(
                    mail,
                    written.Kind,
                    written.TooLong is null ? written.Token?.Nonce : null,
                    written.Detail,
                    recipient: budgets.Recipient(written.To)));
        return [.. lines];
    }

    public Task SentAsync(OutboxMail mail, RecoveryEvent[] lines, CancellationToken cancellationToken) =>
        outbox.RecordAsync(mail, () => appender.ReplaceAsync(mail, lines), cancellationToken);

    /// <summary>It counts as mailed: its link may be out. Whoever waits for a code asks for another one, so that none
    /// is sent twice.</summary>
    public Task UnansweredAsync(OutboxMail mail, RecoveryEvent[] lines, CancellationToken cancellationToken)
    {
        var isLast = mail.UnansweredAt is not null || mail.Kind == OutboxKind.SignInCode;
        mail.UnansweredAt ??= time.GetUtcNow();
        Log.Unanswered(logger, mail.AccountId!, isLast ? "It is not sent again" : "One copy follows");
        RecoveryEvent[] all =
        [
            .. lines,
            Event(mail, RecoveryEventKind.MailUnanswered, lines[^1].Nonce, detail: isLast ? null : "one copy follows"),
        ];
        return outbox.RecordAsync(
            mail,
            () => isLast ? appender.ReplaceAsync(mail, all) : outbox.CopyLaterAsync(mail, all, isUrgent: purposes.IsRequest(mail.Kind)),
            cancellationToken);
    }

    private RecoveryEvent TooLong(OutboxMail mail, string nonce, int length)
    {
        Log.LinkTooLong(logger, mail.AccountId!, length, settings.Value.MaxLinkLength);
        return Event(mail, RecoveryEventKind.LinkTooLong, nonce, $"{length} characters");
    }

    private RecoveryEvent Event(
        OutboxMail mail,
        RecoveryEventKind kind,
        string? nonce = null,
        string? detail = null,
        Guid? id = null,
        string? recipient = null
    ) => mail.Event(kind, time.GetUtcNow(), nonce, detail, id, recipient);

    private static partial class Log
    {
        [LoggerMessage(
            LogLevel.Error,
            "No mail for account {AccountId}: its link has {Length} characters and Recovery:MaxLinkLength allows {Limit}. Raise it, "
                + "or shorten Recovery:PublicOrigin."
        )]
        public static partial void LinkTooLong(ILogger logger, string accountId, int length, int limit);

        [LoggerMessage(LogLevel.Warning, "Mail for account {AccountId} was handed over and not answered: it may have arrived. {Next}.")]
        public static partial void Unanswered(ILogger logger, string accountId, string next);
    }
}
