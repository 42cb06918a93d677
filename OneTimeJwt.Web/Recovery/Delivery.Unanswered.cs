using Microsoft.EntityFrameworkCore;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Mail;

namespace OneTimeJwt.Web.Recovery;

internal sealed partial class Delivery
{
    private static readonly RecoveryEventKind[] SignsOfArrival =
        [RecoveryEventKind.Opened, RecoveryEventKind.Refused, RecoveryEventKind.MailDelivered, RecoveryEventKind.MailBounced, RecoveryEventKind.MailDropped, .. RecoveryEvent.Uses];

    // It counts as mailed: its link may be out. Whoever waits for a code asks for another one, so that none is sent twice.
    private Task RecordUnansweredAsync(OutboxMail mail, RecoveryEvent[] lines, CancellationToken cancellationToken)
    {
        var isLast = mail.UnansweredAt is not null || mail.Kind == OutboxKind.SignInCode;
        mail.UnansweredAt ??= time.GetUtcNow();
        Log.Unanswered(logger, mail.AccountId!, isLast ? "It is not sent again" : "One copy follows");
        RecoveryEvent[] all = [.. lines, Event(mail, RecoveryEventKind.MailUnanswered, lines[^1].Nonce, detail: isLast ? null : "one copy follows")];
        return outbox.RecordAsync(
            mail,
            () => isLast ? appender.ReplaceAsync(mail, all) : outbox.CopyLaterAsync(mail, all, isUrgent: IsLink(mail)),
            cancellationToken);
    }

    // Nobody needs a copy whose link was opened since, or whose fate was reported.
    private async Task<bool> HasArrivedAsync(OutboxMail mail, CancellationToken cancellationToken)
    {
        if (mail.UnansweredAt is null)
            return false;

        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        var lines = database.Trail.Where(line => line.MailId == mail.Id);
        return await database.Trail.AnyAsync(
            line => SignsOfArrival.Contains(line.Kind)
                && (line.MailId == mail.Id || lines.Any(mailed => mailed.Nonce != null && mailed.Nonce == line.Nonce)),
            cancellationToken);
    }
}
