using Microsoft.EntityFrameworkCore;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Database;
using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Delivery;

/// <summary>Hands a written mail over and has recorded what became of it.</summary>
internal sealed class MailSender(
    IDbContextFactory<AccountsContext> contexts,
    AccountLabels labels,
    MailComposer composer,
    OutgoingMail outgoing,
    DeliveryRecorder recorder,
    RecoveryMetrics meter)
{
    public async Task SendAsync(OutboxMail mail, WrittenMail written, CancellationToken cancellationToken)
    {
        var lines = recorder.Lines(mail, written);
        if (written.Content is not { } letter)
        {
            await recorder.EndAsync(mail, lines);
            return;
        }

        if (written.NamesAccount)
            letter = await NamedAsync(mail, written.To, letter, cancellationToken);
        if (await TrySendAsync(mail, written.To, letter, cancellationToken))
            await recorder.SentAsync(mail, lines, cancellationToken);
        else
            await recorder.UnansweredAsync(mail, lines, cancellationToken);
        if (written is { Token: { } token, TooLong: null })
            meter.Mailed(token.Purpose);
    }

    // False where it was handed over and not answered.
    private async Task<bool> TrySendAsync(OutboxMail mail, string to, MailContent letter, CancellationToken cancellationToken)
    {
        using var message = await composer.ComposeAsync(to, letter, mail.Id);
        try
        {
            await outgoing.SendAsync(message, cancellationToken);
            return true;
        }
        catch (MailUnansweredException)
        {
            return false;
        }
    }

    // Which account a mail is about, where its address has several.
    private async Task<MailContent> NamedAsync(OutboxMail mail, string to, MailContent letter, CancellationToken cancellationToken)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        return await labels.OfMailAsync(database, mail.AccountId!, to) is { } label
            ? letter with
            {
                About = MailTemplates.About(label),
            }
            : letter;
    }
}
