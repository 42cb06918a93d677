namespace OneTimeJwt.Web.Mail;

/// <summary>The outcome of a mail after it was handed over.</summary>
internal enum DeliveryOutcome
{
    Delivered,
    Deferred,
    Bounced,
    Dropped,
}

/// <summary>What a mail server or provider reports of one mail.</summary>
/// <param name="MailId">The id of its outbox row.</param>
/// <param name="Outcome">What happened to it.</param>
/// <param name="Cause">Why, in our own words: texts of others may quote addresses.</param>
internal sealed record DeliveryReport(Guid MailId, DeliveryOutcome Outcome, string? Cause);
