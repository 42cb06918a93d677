using MailKit;
using MailKit.Net.Smtp;
using MimeKit;

namespace OneTimeJwt.Web.Mail;

/// <summary>A conversation with the mail server, with the timeouts of RFC 5321 (section 4.5.3.2).</summary>
internal sealed class SmtpConnection : SmtpClient
{
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ReceiptTimeout = TimeSpan.FromMinutes(10);

    // After this time the server counts as slow.
    private static readonly TimeSpan SlowReceipt = TimeSpan.FromSeconds(15);

    private readonly TimeProvider _time;

    public SmtpConnection(TimeProvider time)
    {
        _time = time;
        // MailKit has one timeout for all answers; ours differ and are shorter.
        Timeout = (int)(ReceiptTimeout + CommandTimeout).TotalMilliseconds;
        // A bounce that returned the whole mail would carry its link into another mailbox (RET=HDRS, RFC 3461, section 4.3).
        DeliveryStatusNotificationType = DeliveryStatusNotificationType.HeadersOnly;
    }

    public long IdleSince { get; set; }

    public bool SenderAccepted { get; private set; }

    /// <summary>Runs one step of the conversation.</summary>
    /// <exception cref="TimeoutException">The server didn't answer in time.</exception>
    public Task WithTimeoutAsync(Func<CancellationToken, Task> step, CancellationToken cancellationToken) =>
        WithTimeoutAsync((_, either) => step(either), cancellationToken);

    /// <summary>Returns when the server has confirmed the mail.</summary>
    /// <param name="message">With one recipient.</param>
    /// <param name="sender">The reverse path, which bounces go to (RFC 5321, section 3.3).</param>
    /// <param name="slow">Called once if the server is slow to confirm it.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="MailUnansweredException">It was handed over and not confirmed.</exception>
    public async Task SubmitAsync(MimeMessage message, MailboxAddress sender, Action slow, CancellationToken cancellationToken)
    {
        SenderAccepted = false;
        var handover = new Handover();
        await using var slowReceipt = _time.CreateTimer(
            _ => slow(),
            state: null,
            System.Threading.Timeout.InfiniteTimeSpan,
            System.Threading.Timeout.InfiniteTimeSpan);
        try
        {
            await WithTimeoutAsync(SendAsync, cancellationToken);
        }
        catch (SmtpCommandException receipt) when (handover.IsDone && (int)receipt.StatusCode is >= 200 and < 300)
        {
            // The first digit decides (RFC 5321, section 4.3.2), but MailKit takes 250 only.
        }
        catch (Exception fault) when (handover.IsDone && fault is not CommandException)
        {
            throw new MailUnansweredException(fault);
        }

        Task SendAsync(Action<TimeSpan> extend, CancellationToken either)
        {
            handover.Done = () =>
            {
                extend(ReceiptTimeout);
                slowReceipt.Change(SlowReceipt, System.Threading.Timeout.InfiniteTimeSpan);
            };
            return base.SendAsync(message, sender, message.To.Mailboxes, either, handover);
        }
    }

    protected override void OnSenderAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response) => SenderAccepted = true;

    private async Task WithTimeoutAsync(Func<Action<TimeSpan>, CancellationToken, Task> step, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(CommandTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            await step(timeout.CancelAfter, either.Token);
        }
        catch (OperationCanceledException fault) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("The mail server didn't answer in time.", fault);
        }
    }

    // After the last bytes follow the final dot and the wait for its answer.
    private sealed class Handover : ITransferProgress
    {
        public bool IsDone { get; private set; }

        public Action? Done { get; set; }

        public void Report(long bytesTransferred, long totalSize)
        {
            if (bytesTransferred < totalSize || IsDone)
                return;

            IsDone = true;
            Done?.Invoke();
        }

        // Called only where the size is not known; MailKit measures it.
        public void Report(long bytesTransferred)
        {
        }
    }
}
