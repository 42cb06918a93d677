namespace OneTimeJwt.Web.Mail;

/// <summary>What became of a mail after it was handed over.</summary>
internal enum DeliveryOutcome
{
    Delivered,
    Deferred,
    Bounced,
    Dropped,
}

/// <summary>What a mail server or provider reports of one mail.</summary>
/// <param name="MailId">The mail, as its outbox row names it.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Cause">Why, in words of our own: what others write may quote addresses.</param>
internal sealed record DeliveryReport(Guid MailId, DeliveryOutcome Outcome, string? Cause);
