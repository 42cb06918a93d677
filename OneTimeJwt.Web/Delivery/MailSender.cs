using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Links.Purposes;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Delivery;

/// <summary>Writes a mail, sends it and has the outcome recorded.</summary>
internal sealed class MailSender(
    MailWriter writer,
    IDbContextFactory<AccountsContext> contexts,
    AccountLabels labels,
    MailComposer composer,
    OutgoingMail outgoing,
    DeliveryRecorder recorder,
    RecoveryMetrics metrics)
{
    public async Task SendAsync(
        OutboxMail mail, Account account, LinkMail? plan, DeliverySnapshot snapshot, CancellationToken cancellationToken)
    {
        var written = await writer.WriteAsync(mail, account, plan);
        var lines = written is null ? [] : recorder.Lines(mail, written);
        if (written?.Content is not { } content)
        {
            await recorder.EndAsync(mail, lines);
            return;
        }

        if (written.NamesAccount && snapshot.SoleAccounts.GetValueOrDefault(written.To) != account.Id)
            content = await NamedAsync(mail, written.To, content, cancellationToken);
        if (await TrySendAsync(mail, written.To, content, cancellationToken))
            await recorder.SentAsync(mail, lines, cancellationToken);
        else
            await recorder.UnansweredAsync(mail, lines, cancellationToken);
        if (written is { Token: { } token, TooLong: null })
            metrics.Mailed(token.Purpose);
    }

    // False where the server didn't answer.
    private async Task<bool> TrySendAsync(OutboxMail mail, string to, MailContent content, CancellationToken cancellationToken)
    {
        using var message = await composer.ComposeAsync(to, content, mail.Id);
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

    // Names the account where its address has several.
    private async Task<MailContent> NamedAsync(OutboxMail mail, string to, MailContent content, CancellationToken cancellationToken)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        return await labels.OfAsync(database, mail.AccountId!, to) is { } label
            ? content with { About = MailTemplates.About(label) }
            : content;
    }
}
