using System.Globalization;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Links.Purposes;
using OneTimeJwt.Web.Outbox;

[assembly: Purpose(typeof(Secure))]

namespace OneTimeJwt.Web.Links.Purposes;

/// <summary>
/// "This wasn't me". Redeeming raises a counter, which is all that the key binds besides the account: whatever an intruder changes
/// of password, address or second factor, the owner's link stays valid.
/// </summary>
internal sealed class Secure() : ButtonPurpose(Declared)
{
    public static readonly TokenPurpose Declared = new(
        "secure",
        "/secure-account",
        lifetimes => lifetimes.Secure,
        account => [((account.User as Account)?.RecoveryState?.TimesSecured ?? 0).ToString(CultureInfo.InvariantCulture)]);

    public override FormWords Form => new(Words.SecureTitle, Words.SecureLead, Words.OwnAddress, Words.SecureButton);

    public override DoneWords Done => new(Words.SecuredTitle, Words.SecuredLead, "account-secured");

    public override InvalidLinkWords Invalid => new(Words.ExpiredSecure, Words.UsedSecure, Words.UsedSecureNext);

    // An intruder may have changed the address since, and the owner before that.
    public override bool AcceptsRecipient => true;

    public override IEnumerable<string?> AcceptedAddresses(Account account, DateTimeOffset now) =>
        [account.Email, account.RecoveryState?.TrustedAt(now)];

    // Choosing a password lifts this lock, and only a link to the owner's own address leads to that. A change of address while
    // links that secure the account were valid is undone.
    internal override async Task<RecoveryEventKind?> ApplyAsync(Account account, Redeemer by, RedemptionContext context)
    {
        var state = account.EnsureRecoveryState();
        string? to = null;
        if (state.TrustedAt(context.Now) is { } trusted && !context.Addresses.Has(account, trusted))
        {
            var isTaken = await context.Addresses.IsTakenAsync(account, trusted);
            // An adopted database may let no two accounts have one address. None is better than an intruder's.
            if (isTaken && by.IsLastTry)
            {
                context.Addresses.TakeAway(account);
                to = trusted;
            }
            else
            {
                await context.Addresses.RenameAsync(account, trusted, mayRename: !isTaken);
            }

            account.EmailConfirmed = false;
        }

        state.SecuredLock = AccountLock.NewSecuredLock();
        (account.LockoutEnabled, account.LockoutEnd, account.AccessFailedCount) = (true, state.SecuredLock, 0);
        context.TakePasswordAway(account);
        account.RenewSecurityStamp();
        account.LosesHostPasskeys = true;
        state.PendingAddress = null;
        state.TimesSecured++;
        state.Renew();
        context.AddMail(OutboxKind.SecuredReset, account.Id, by.Client, to);
        await context.AddNoticesToAdminsAsync(OutboxKind.SecuredNotice, account.Id, by.Client);
        return RecoveryEventKind.Secured;
    }
}
