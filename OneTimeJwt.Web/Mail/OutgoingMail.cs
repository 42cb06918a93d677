using System.Diagnostics.Metrics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using MimeKit;

namespace OneTimeJwt.Web.Mail;

/// <summary>Hands mails to the transport and remembers how that went lately.</summary>
internal sealed class OutgoingMail(IMailTransport transport, IOptions<MailSettings> settings, Meter meter)
{
    private readonly Counter<long> _attempts = meter
        .CreateCounter<long>("onetimejwt.mail.attempts", "{mail}", "Tries to hand a mail over, by outcome and transport.");

    private volatile FailureStreak _trouble = FailureStreak.None;

    /// <summary>How often in a row the transport has failed.</summary>
    public FailureStreak Lately => _trouble;

    /// <summary>Returns when the message is accepted; throws where it is not.</summary>
    /// <exception cref="MailUnansweredException">It was handed over, and may have been accepted.</exception>
    public async Task SendAsync(MimeMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await transport.SendAsync(message, cancellationToken);
            _trouble = FailureStreak.None;
            Count("sent");
        }
        catch (Exception exception)
        {
            var fault = MailFault.Of(exception);
            Count(exception is MailUnansweredException ? "unanswered" : fault.Permanent ? "refused" : "failed");
            _trouble = fault.IsAboutThisMail ? FailureStreak.None : new FailureStreak(_trouble.Failures + 1, fault.Words);
            throw;
        }
    }

    private void Count(string outcome) =>
        _attempts.Add(
            1,
            KeyValuePair.Create<string, object?>("outcome", outcome),
            KeyValuePair.Create<string, object?>("transport", settings.Value.Transport?.ToString()));

    /// <param name="Failures">Since the last mail that the other side answered for.</param>
    /// <param name="Cause">Of the latest, in our own words.</param>
    public sealed record FailureStreak(int Failures, string? Cause)
    {
        public static readonly FailureStreak None = new(0, Cause: null);
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
