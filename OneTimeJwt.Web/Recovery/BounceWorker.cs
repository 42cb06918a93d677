using Microsoft.Extensions.Options;
using MimeKit;
using OneTimeJwt.Web.Mail;

namespace OneTimeJwt.Web.Recovery;

/// <summary>Reads the mailbox for bounces, where one is set. Several nodes may: what both read is recorded once.</summary>
internal sealed partial class BounceWorker(
    BounceMailbox mailbox, BounceAddress address, DeliveryReports reports, IOptions<MailSettings> settings,
    TimeProvider time, ILogger<BounceWorker> logger) : BackgroundService
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan RoundTimeout = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
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

    // A server that is away is not asked every minute; one that is asked once an hour anyway, no less often.
    private static TimeSpan NextPause(TimeSpan pause, TimeSpan interval) =>
        pause * 2 < LongestPause ? pause * 2 : interval > LongestPause ? interval : LongestPause;

    [System.Diagnostics.CodeAnalysis.SuppressMessage(
        "Design", "CA1031", Justification = "Whatever keeps the mailbox from being read, the app goes on without.")]
    public async Task<bool> TryReadAsync(CancellationToken stoppingToken)
    {
        using var round = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        round.CancelAfter(RoundTimeout);
        try
        {
            await mailbox.ReadAsync(IsCandidate, message => RecordAsync(message, round.Token), round.Token);
            return true;
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested)
        {
            return true;
        }
        catch (Exception fault)
        {
            Log.NotRead(logger, BounceMailbox.Words(fault) ?? fault.GetBaseException().GetType().Name);
            return false;
        }
    }

    // Some servers keep the envelope's recipient in no header; the mail that they return tells its Return-Path.
    private bool IsCandidate(HeaderList headers) =>
        headers.Any(header => header.Id == HeaderId.ContentType
            ? header.Value.Contains("multipart/report", StringComparison.OrdinalIgnoreCase)
            : address.Find(header.Value) is not null);

    private async Task<bool> RecordAsync(MimeMessage message, CancellationToken cancellationToken)
    {
        if (BounceMessage.Addresses(message).Select(address.Find).FirstOrDefault(id => id is not null) is not { } mailId
            || BounceMessage.Read(message) is not { } told)
            return false;

        await reports.RecordAsync([new DeliveryReport(mailId, told.Outcome, told.Cause)], cancellationToken);
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The mailbox for bounces was not read: {Cause}. It will be tried again.")]
        public static partial void NotRead(ILogger logger, string cause);

        [LoggerMessage(LogLevel.Warning, "Mail:Bounces:Imap:Security is None: the mailbox's password travels in clear text.")]
        public static partial void ClearText(ILogger logger);
    }
}
