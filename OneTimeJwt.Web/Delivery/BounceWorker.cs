using MimeKit;
using OneTimeJwt.Web.Mail;

namespace OneTimeJwt.Web.Delivery;

/// <summary>Reads the mailbox for bounces, where one is set. Several nodes may: each report is recorded once.</summary>
internal sealed partial class BounceWorker(
    BounceMailbox mailbox, BounceAddress address, DeliveryReports reports, IOptions<MailSettings> settings,
    TimeProvider time, ILogger<BounceWorker> logger) : Worker
{
    private static readonly TimeSpan MaxPause = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan RoundTimeout = TimeSpan.FromMinutes(10);

    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        var bounces = settings.Value.Bounces;
        if (settings.Value.Transport != MailTransportKind.Smtp || bounces.Imap.Host is null)
            return;

        if (bounces.Imap.Security == SmtpSecurity.None)
            Log.ClearText(logger);
        var pause = bounces.Interval;
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = await TryReadAsync(stoppingToken) ? bounces.Interval : NextPause(pause, bounces.Interval);
        }
    }

    // Doubled while the server is away, up to the maximum or the interval, whichever is longer.
    private static TimeSpan NextPause(TimeSpan pause, TimeSpan interval) =>
        pause * 2 < MaxPause ? pause * 2 : interval > MaxPause ? interval : MaxPause;

    public async Task<bool> TryReadAsync(CancellationToken stoppingToken)
    {
        using var round = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        round.CancelAfter(RoundTimeout);
        return await TryAsync(
            () => mailbox.ReadAsync(IsCandidate, message => RecordAsync(message, round.Token), round.Token),
            stoppingToken);
    }

    protected override void Failed(Exception fault)
    {
        if (BounceMailbox.Cause(fault) is { } cause)
            LogFailure(cause, unexpected: null);
        else
            base.Failed(fault);
    }

    protected override void LogFailure(string fault, Exception? unexpected) => Log.NotRead(logger, fault, unexpected);

    // Some servers keep the envelope's recipient in no header; the returned mail then has its Return-Path.
    private bool IsCandidate(HeaderList headers) =>
        headers.Any(header => header.Id == HeaderId.ContentType
            ? header.Value.Contains("multipart/report", StringComparison.OrdinalIgnoreCase)
            : address.Find(header.Value) is not null);

    private async Task<bool> RecordAsync(MimeMessage message, CancellationToken cancellationToken)
    {
        try
        {
            return await TryRecordAsync(message, cancellationToken);
        }
        catch (Exception fault) when (fault.MayBeOfOneRow())
        {
            // Left in the mailbox, and the next mails are read.
            Log.NotUnderstood(logger, LoggableException.NameOf(fault), LoggableException.IfUnexpected(fault));
            return false;
        }
    }

    private async Task<bool> TryRecordAsync(MimeMessage message, CancellationToken cancellationToken)
    {
        if (BounceMessage.Addresses(message).Select(address.Find).FirstOrDefault(id => id is not null) is not { } mailId
            || BounceMessage.Read(message) is not { } report)
            return false;

        await reports.RecordAsync([new DeliveryReport(mailId, report.Outcome, report.Cause)], cancellationToken);
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The mailbox for bounces was not read: {Cause}. It will be tried again.")]
        public static partial void NotRead(ILogger logger, string cause, Exception? unexpected);

        [LoggerMessage(LogLevel.Warning, "A mail in the mailbox for bounces could not be understood ({Fault}) and is left there.")]
        public static partial void NotUnderstood(ILogger logger, string fault, Exception? unexpected);

        [LoggerMessage(LogLevel.Warning, "Mail:Bounces:Imap:Security is None: the mailbox's password travels in clear text.")]
        public static partial void ClearText(ILogger logger);
    }
}
