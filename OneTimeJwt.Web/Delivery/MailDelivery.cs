using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Database;
using OneTimeJwt.Web.Languages;
using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Delivery;

/// <summary>
/// Turns one leased outbox row into mail. Whatever it concludes is written together with the row's removal, so that a
/// crash either leaves the row to be tried again or has left its event behind.
/// </summary>
internal sealed class MailDelivery(
    LinkPurposes purposes,
    SnapshotReader reader,
    DeliveryPolicy policy,
    MailWriter writer,
    MailSender sender,
    DeliveryRecorder recorder,
    StampRepair stamps,
    IOptions<LanguageSettings> languages)
{
    /// <summary>Records the requests and reads what delivering them takes, for many mails at once.</summary>
    public async Task<DeliverySnapshot> PrepareAsync(IReadOnlyCollection<OutboxMail> mails, CancellationToken cancellationToken)
    {
        if (mails.Count == 0)
            return DeliverySnapshot.Nothing;

        var snapshot = await reader.ReadAsync(mails, cancellationToken);
        await Task.WhenAll(mails
            .Where(mail => purposes.IsRequest(mail.Kind))
            .Select(mail => recorder.RequestedAsync(mail, snapshot.Of(mail) is not null, cancellationToken)));
        return snapshot;
    }

    /// <param name="mail">A row that is ours.</param>
    /// <param name="snapshot">What was read when it was leased; null where its recipient may have been sent another mail since.</param>
    /// <param name="cancellationToken">Ends the attempt; what was accepted is recorded nevertheless.</param>
    public async Task DeliverAsync(OutboxMail mail, DeliverySnapshot? snapshot, CancellationToken cancellationToken)
    {
        if (await GivesUpAsync(mail))
            return;

        if (snapshot is null || !reader.IsFresh(snapshot))
            snapshot = await reader.ReadAsync([mail], cancellationToken);

        if (await AccountOfAsync(mail, snapshot) is not { } account || await reader.HasArrivedAsync(mail, cancellationToken))
        {
            await recorder.EndAsync(mail);
            return;
        }

        SetLanguage(mail, account);
        var plan = purposes
            .OfMail(mail.Kind)
            ?.Plan(mail, account, writer.Facts(snapshot.ProvidersOf(mail), await reader.IsTakenAsync(mail, account)));
        if (await policy.ObstacleAsync(mail, account, snapshot, plan, cancellationToken) is { } reason)
            await recorder.SuppressAsync(mail, reason);
        else if (await writer.WriteAsync(mail, account, plan) is { } written)
            await sender.SendAsync(mail, written, cancellationToken);
        else
            await recorder.EndAsync(mail);
    }

    /// <summary>Ends a mail that nobody waits for any more.</summary>
    public async Task<bool> GivesUpAsync(OutboxMail mail)
    {
        if (!policy.IsStale(mail))
            return false;

        await recorder.GiveUpAsync(mail);
        return true;
    }

    // An account without a security stamp gets one where it may get a link.
    private async Task<Account?> AccountOfAsync(OutboxMail mail, DeliverySnapshot snapshot) =>
        snapshot.Of(mail) is { SecurityStamp: null or "" } account && policy.MayGetLink(mail, account)
            ? await stamps.GiveAsync(account.Id)
            : snapshot.Of(mail);

    // Whoever asked for it told; what an admin, or the app itself, sets off is in the owner's language.
    private void SetLanguage(OutboxMail mail, Account account)
    {
        var (culture, zone) = mail.Culture is null ? (account.Own?.Culture, account.Own?.Zone) : (mail.Culture, mail.Zone);
        ReaderCulture.Is(Language.Find(culture) is null ? languages.Value.Default : culture, zone);
    }
}
