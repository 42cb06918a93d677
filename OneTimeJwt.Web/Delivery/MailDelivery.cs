using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Delivery;

/// <summary>
/// Turns one leased outbox row into mail. The outcome is written together with the row's removal, so that a crash leaves either the
/// row, which is tried again, or its event.
/// </summary>
internal sealed class MailDelivery(
    SnapshotReader reader,
    LinkPlanner planner,
    DeliveryPolicy policy,
    MailSender sender,
    DeliveryRecorder recorder,
    StampRepair stamps,
    IOptions<LanguageSettings> languages)
{
    /// <summary>Reads what delivering many mails takes, and records their requests.</summary>
    public async Task<DeliverySnapshot> PrepareAsync(IReadOnlyCollection<OutboxMail> mails, CancellationToken cancellationToken)
    {
        var snapshot = await reader.ReadAsync(mails, cancellationToken);
        await recorder.RequestedAsync(mails, snapshot, cancellationToken);
        return snapshot;
    }

    /// <param name="mail">A leased row.</param>
    /// <param name="group">The leased rows of its recipient, of which those of its account are read together.</param>
    /// <param name="snapshot">Null where the recipient may have been sent another mail since.</param>
    /// <param name="cancellationToken">Ends the attempt; an accepted mail is still recorded.</param>
    /// <returns>The snapshot, unless a mail was sent.</returns>
    public async Task<DeliverySnapshot?> DeliverAsync(
        OutboxMail mail, IReadOnlyList<OutboxMail> group, DeliverySnapshot? snapshot, CancellationToken cancellationToken)
    {
        if (await GivesUpAsync(mail))
            return snapshot;

        if (snapshot?.Mails.Contains(mail.Id) != true || !reader.IsFresh(snapshot))
            snapshot = await reader.ReadAsync([.. group.Where(other => other.AccountId == mail.AccountId)], cancellationToken);

        if (await AccountOfAsync(mail, snapshot) is not { } account || await reader.HasArrivedAsync(mail, cancellationToken))
        {
            await recorder.EndAsync(mail);
            return snapshot;
        }

        SetLanguage(mail, account);
        var plan = await planner.PlanAsync(mail, account, snapshot.ProvidersOf(mail));
        if (await policy.ObstacleAsync(mail, account, snapshot, plan, cancellationToken) is { } reason)
        {
            await recorder.SuppressAsync(mail, reason);
            return snapshot;
        }

        await sender.SendAsync(mail, account, plan, snapshot, cancellationToken);
        return null;
    }

    /// <summary>Ends a mail that is too old to be of use.</summary>
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

    // The language of the request; the owner's for mails that an admin or the app itself caused.
    private void SetLanguage(OutboxMail mail, Account account)
    {
        var (culture, zone) = mail.Culture is null
            ? (account.RecoveryState?.Culture, account.RecoveryState?.Zone)
            : (mail.Culture, mail.Zone);
        ReaderCulture.Set(Language.Find(culture) is null ? languages.Value.Default : culture, zone);
    }
}
