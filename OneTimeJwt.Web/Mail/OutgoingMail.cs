using System.Diagnostics.Metrics;
using MailKit.Net.Smtp;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using MimeKit;

namespace OneTimeJwt.Web.Mail;

/// <summary>Hands mails to the transport and remembers how that went lately.</summary>
internal sealed class OutgoingMail(IMailTransport transport, IOptions<MailSettings> settings, Meter meter)
{
    private readonly Counter<long> _attempts = meter
        .CreateCounter<long>("onetimejwt.mail.attempts", "{mail}", "Tries to hand a mail over, by outcome and transport.");

    private volatile Trouble _trouble = Trouble.None;

    /// <summary>How often in a row the transport has failed.</summary>
    public Trouble Lately => _trouble;

    /// <summary>Returns when the message is accepted; throws where it is not.</summary>
    /// <exception cref="MailUnansweredException">It was handed over, and may have been accepted.</exception>
    public async Task SendAsync(MimeMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await transport.SendAsync(message, cancellationToken);
            _trouble = Trouble.None;
            Count("sent");
        }
        catch (Exception fault)
        {
            Count(fault is MailUnansweredException ? "unanswered" : MailFault.Of(fault).Permanent ? "refused" : "failed");
            _trouble = IsAboutThisMail(fault) ? Trouble.None : new Trouble(_trouble.Failures + 1, MailFault.Of(fault).Words);
            throw;
        }
    }

    private void Count(string outcome) => _attempts.Add(
        1, KeyValuePair.Create<string, object?>("outcome", outcome), KeyValuePair.Create<string, object?>("transport", settings.Value.Transport?.ToString()));

    // Whoever turns one recipient away can be reached and would take other mails.
    private static bool IsAboutThisMail(Exception fault) =>
        MailFault.Of(fault).Permanent || fault is SmtpCommandException { ErrorCode: SmtpErrorCode.RecipientNotAccepted };

    /// <param name="Failures">Since the last mail that the other side answered for.</param>
    /// <param name="Cause">Of the latest, in our own words.</param>
    public sealed record Trouble(int Failures, string? Cause)
    {
        public static readonly Trouble None = new(0, Cause: null);
    }
}

/// <summary>Whether mails leave, judged by the latest tries and not by one of its own: a probe opens no connection.</summary>
internal sealed class MailHealth(OutgoingMail mail) : IHealthCheck
{
    /// <summary>One failure is an accident.</summary>
    public const int FailuresInARow = 3;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(mail.Lately is { Failures: >= FailuresInARow } trouble
            ? HealthCheckResult.Degraded($"The last {trouble.Failures} tries to send a mail failed: {trouble.Cause}.")
            : HealthCheckResult.Healthy());
}
