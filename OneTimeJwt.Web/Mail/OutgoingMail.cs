using System.Diagnostics.Metrics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using MimeKit;

namespace OneTimeJwt.Web.Mail;

/// <summary>Hands mails to the transport and counts its failures.</summary>
internal sealed class OutgoingMail(IMailTransport transport, IOptions<MailSettings> settings, Meter meter)
{
    private readonly Counter<long> _attempts = meter
        .CreateCounter<long>("onetimejwt.mail.attempts", "{mail}", "Tries to hand a mail over, by outcome and transport.");

    private volatile FailureStreak _streak = FailureStreak.None;

    public FailureStreak Streak => _streak;

    /// <summary>Returns when the message is accepted; throws where it is not.</summary>
    /// <exception cref="MailUnansweredException">It was handed over, and may have been accepted.</exception>
    public async Task SendAsync(MimeMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await transport.SendAsync(message, cancellationToken);
            _streak = FailureStreak.None;
            Count("sent");
        }
        catch (Exception exception)
        {
            var fault = MailFault.Of(exception);
            Count(exception is MailUnansweredException ? "unanswered" : fault.Permanent ? "refused" : "failed");
            _streak = fault.IsAboutThisMail ? FailureStreak.None : new FailureStreak(_streak.Failures + 1, fault.Cause);
            throw;
        }
    }

    private void Count(string outcome) =>
        _attempts.Add(
            1,
            KeyValuePair.Create<string, object?>("outcome", outcome),
            KeyValuePair.Create<string, object?>("transport", settings.Value.Transport?.ToString()));

    /// <param name="Failures">In a row.</param>
    /// <param name="Cause">Of the latest.</param>
    public sealed record FailureStreak(int Failures, string? Cause)
    {
        public static readonly FailureStreak None = new(0, Cause: null);
    }
}

/// <summary>Whether mails are sent, by the latest tries: a probe opens no connection.</summary>
internal sealed class MailHealth(OutgoingMail mail) : IHealthCheck
{
    public const int FailuresInARow = 3;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(mail.Streak is { Failures: >= FailuresInARow } streak
            ? HealthCheckResult.Degraded($"The last {streak.Failures} tries to send a mail failed: {streak.Cause}.")
            : HealthCheckResult.Healthy());
}
