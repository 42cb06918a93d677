using System.Diagnostics;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Delivery;

/// <summary>Delivers one row of the outbox, or records the fault and delays or refuses the row.</summary>
internal sealed class DeliveryAttempt(OutboxQueue outbox, MailDelivery delivery)
{
    private static readonly TimeSpan SendTimeWhenStopping = TimeSpan.FromSeconds(7);

    /// <summary>Delivers a row that was just written, for the command line, which has no worker.</summary>
    /// <returns>Why the mail still waits; null where its row is finished.</returns>
    public async Task<string?> AtOnceAsync(Guid id)
    {
        if (await outbox.LeaseAsync(id) is not { } mail)
            return "a running app has taken it over";

        using var done = new CancellationTokenSource();
        var renewal = outbox.KeepAsync(() => [mail], done.Token);
        try
        {
            var snapshot = await delivery.PrepareAsync([mail], CancellationToken.None);
            return (await RunAsync(mail, [mail], snapshot, CancellationToken.None)).Waits;
        }
        finally
        {
            await done.CancelAsync();
            await renewal;
        }
    }

    /// <param name="mail">A leased row.</param>
    /// <param name="group">The leased rows of its recipient.</param>
    /// <param name="snapshot">What was read of them, where that still holds.</param>
    /// <param name="stoppingToken">Ends the attempt some seconds later.</param>
    /// <returns>What still holds for the next one.</returns>
    public async Task<DeliverySnapshot?> DeliverAsync(
        OutboxMail mail, IReadOnlyList<OutboxMail> group, DeliverySnapshot? snapshot, CancellationToken stoppingToken)
    {
        using var timeout = new CancellationTokenSource();
        await using var stopping = stoppingToken.Register(() => timeout.CancelAfter(SendTimeWhenStopping));
        return (await RunAsync(mail, group, snapshot, timeout.Token)).Holds;
    }

    /// <summary>Delays or refuses a row whose account could not be read.</summary>
    public async Task RetryOrRefuseAsync(OutboxMail mail, Exception fault)
    {
        // A row without an account can't be found in the console to be tried again.
        if (mail.AccountId is not null && fault.IsUnreadableRow())
            await outbox.RefuseAsync(mail, "the account's row can't be read");
        else if (!await delivery.GivesUpAsync(mail))
            await outbox.RetryLaterAsync(mail, MailFault.Of(fault));
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage(
        "Design",
        "CA1031",
        Justification = "Any fault of one mail is recorded, and the others are sent.")]
    private async Task<(string? Waits, DeliverySnapshot? Holds)> RunAsync(
        OutboxMail mail, IReadOnlyList<OutboxMail> group, DeliverySnapshot? snapshot, CancellationToken cancellationToken)
    {
        using var span = Instrumentation.Source.StartActivity("deliver")?.SetTag("kind", mail.Kind).SetTag("attempt", mail.Attempts);
        try
        {
            return (null, await delivery.DeliverAsync(mail, group, snapshot, cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped before its last byte: another node, or the next start, may send it at once.
            await outbox.PutBackAsync([mail]);
            return ("the app stopped", null);
        }
        catch (Exception exception)
        {
            var fault = MailFault.Of(exception);
            span?.SetTag("outcome", fault.Cause).SetStatus(ActivityStatusCode.Error);
            await (fault.Permanent ? outbox.RefuseAsync(mail, fault.Cause) : outbox.RetryLaterAsync(mail, fault));
            return (fault.Cause, null);
        }
    }
}
