using System.Diagnostics;
using OneTimeJwt.Web.Database;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.Site;

namespace OneTimeJwt.Web.Delivery;

/// <summary>Delivers one row of the outbox, or writes down what kept it and puts it off or aside.</summary>
internal sealed class DeliveryAttempt(OutboxQueue outbox, MailDelivery delivery)
{
    private static readonly TimeSpan SendTimeWhenStopping = TimeSpan.FromSeconds(7);

    /// <summary>Delivers a row that was just written, without waiting for a worker: the command line has none.</summary>
    /// <returns>Why the mail still waits; null where its row is done with.</returns>
    public async Task<string?> AtOnceAsync(Guid id)
    {
        if (await outbox.LeaseAsync(id) is not { } mail)
            return "a running app has taken it over";

        using var done = new CancellationTokenSource();
        var renewal = outbox.KeepAsync(() => [mail], done.Token);
        try
        {
            return await TryAsync(mail, await delivery.PrepareAsync([mail], CancellationToken.None), CancellationToken.None);
        }
        finally
        {
            await done.CancelAsync();
            await renewal;
        }
    }

    /// <param name="mail">A row that is ours.</param>
    /// <param name="snapshot">What was read of its account, where that is fresh.</param>
    /// <param name="stoppingToken">Leaves it a few seconds more.</param>
    public async Task DeliverAsync(OutboxMail mail, DeliverySnapshot? snapshot, CancellationToken stoppingToken)
    {
        using var patience = new CancellationTokenSource();
        await using var stopping = stoppingToken.Register(() => patience.CancelAfter(SendTimeWhenStopping));
        await TryAsync(mail, snapshot, patience.Token);
    }

    /// <summary>Writes down that what sending it takes could not be read, and puts it off or aside.</summary>
    public async Task PutOffAsync(OutboxMail mail, Exception fault)
    {
        // Without an account nobody finds it in the console, to ask for another try.
        if (mail.AccountId is not null && fault.IsUnreadableRow())
            await outbox.RefuseAsync(mail, "the account's row can't be read");
        else if (!await delivery.GivesUpAsync(mail))
            await outbox.RetryLaterAsync(mail, MailFault.Of(fault));
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage(
        "Design",
        "CA1031",
        Justification = "Whatever keeps one mail from being sent, it is written down and the others go on."
    )]
    private async Task<string?> TryAsync(OutboxMail mail, DeliverySnapshot? snapshot, CancellationToken cancellationToken)
    {
        using var span = Instrumentation.Source.StartActivity("deliver")?.SetTag("kind", mail.Kind).SetTag("attempt", mail.Attempts);
        try
        {
            await delivery.DeliverAsync(mail, snapshot, cancellationToken);
            return null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped ahead of its last byte: another node, or the next start, goes on at once.
            await outbox.PutBackAsync([mail]);
            return "the app stopped";
        }
        catch (Exception exception)
        {
            var fault = MailFault.Of(exception);
            span?.SetTag("outcome", fault.Words).SetStatus(ActivityStatusCode.Error);
            await (fault.Permanent ? outbox.RefuseAsync(mail, fault.Words) : outbox.RetryLaterAsync(mail, fault));
            return fault.Words;
        }
    }
}
