using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Delivery;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Admin;

/// <summary>
/// Makes an account an admin from the command line, so that none exists by default: with a one-time link where there is no
/// password yet, else with a notice. Given again, the command goes on where it broke off, or sends a fresh link.
/// </summary>
internal sealed class AdminInvitation(
    UserManager<Account> users,
    AccountsContext database,
    InvitedAccounts invited,
    ConsoleRoles roles,
    AccountLock accountLock,
    DeliveryAttempt dispatch,
    TimeProvider time)
{
    /// <summary>What to print, and whether it was done.</summary>
    public sealed record Outcome(bool Done, string Words);

    public async Task<Outcome> SendAsync(string address)
    {
        var found = await invited.FindAsync(address, orName: false);
        if (found.Count > 1)
            return Refused($"Several accounts have the address {address}: give the one that is meant an address of its own first.");
        if (found is [{ } listed] && !invited.HasAddress(listed, address))
            return Refused(
                $"An account is listed under {address} that has another address: have your application write its NormalizedEmail "
                    + "again first.");
        if (found is [{ } known] && await ObstacleAsync(known) is { } obstacle)
            return Refused($"The account {address} {obstacle}");

        var account = found.FirstOrDefault() ?? new Account { UserName = address, Email = address };
        if (found.Count == 0 && await ProblemAsync(account) is { } problem)
            return Refused($"No account {address} can be made: {problem}");

        try
        {
            return await GrantAsync(account, address, isNew: found.Count == 0);
        }
        catch (DbUpdateException fault) when (fault.IsRefusal())
        {
            // An account without a role and without an invitation is of no use.
            if (found.Count == 0)
                await users.DeleteAsync(account);
            return Refused(
                $"{address} can't be made an admin, and nothing was changed: the database refused it: {fault.Cause()}. 'database "
                    + "adopt --check' names the columns that must have a value; a default on them mends it.");
        }
    }

    private async Task<Outcome> GrantAsync(Account account, string address, bool isNew) =>
        await roles.GrantAsync(account.Id, ConsoleRole.Admin) switch
        {
            RoleOutcome.Unchanged when account.HasPassword => new Outcome(Done: true, $"{address} is an admin already."),
            _ when account.HasPassword => await MailAsync(
                account,
                OutboxKind.AdminNotice,
                $"{address} has an account with a password and is an admin now."),
            _ => await MailAsync(
                account,
                OutboxKind.Invitation,
                isNew ? $"{address} has a new account and is an admin." : $"{address} has an account without a password and is an admin."),
        };

    private async Task<string?> ProblemAsync(Account account)
    {
        try
        {
            var result = await users.CreateAsync(account);
            return result.Succeeded ? null : string.Join(' ', result.Errors.Select(error => error.Description));
        }
        catch (DbUpdateException fault) when (fault.IsRefusal())
        {
            return await invited.MissingSettingsAsync(fault) is { Count: > 0 } missing
                ? $"{database.Identity.NameOf("Users")} wants values that this app doesn't know. Set {string.Join(" and ", missing)}, "
                    + "or give the columns defaults."
                : $"the database refused it: {fault.Cause()}.";
        }
    }

    private async Task<string?> ObstacleAsync(Account account)
    {
        if (accountLock.IsBanned(account))
            return "is locked: unlock it first.";
        if (account is { EmailConfirmed: false, HasPassword: true })
            return "has a password, and nobody has confirmed its address: let its owner confirm it first, at /forgot-password?confirm.";

        return await invited.IsExternalOnlyAsync(account)
            ? "signs in through another provider only: set Recovery:AllowExternalOnly to true, or invite another address."
            : null;
    }

    private async Task<Outcome> MailAsync(Account account, string kind, string words)
    {
        var now = time.GetUtcNow();
        var mail = OutboxMail.ForAdmin(kind, account.Id, now);
        database.Add(mail);
        database.Add(
            RecoveryEvent.ByAdmin(RecoveryEventKind.Invited, new(Actor: null, Client: null, now), account.Id, "on the command line"));
        await database.SaveChangesAsync();

        var what = kind == OutboxKind.Invitation ? "The invitation" : "The notice";
        if (await dispatch.AtOnceAsync(mail.Id) is { } cause)
        {
            if (await database.Outbox.AnyAsync(row => row.Id == mail.Id && row.RefusedAt != null))
                return Refused($"{words} {what} was refused for good: {cause}. Mend that and give the command again.");
            return new Outcome(Done: true, $"{words} {what} is queued and not sent yet ({cause}): the app sends it while it runs.");
        }

        var refusal = await database
            .Trail.AsNoTracking()
            .Where(line =>
                line.AccountId == account.Id
                && line.At >= now
                && (line.Kind == RecoveryEventKind.LinkTooLong || line.Kind == RecoveryEventKind.Suppressed))
            .OrderByDescending(line => line.At)
            .FirstOrDefaultAsync();
        return refusal is null
            ? new Outcome(Done: true, $"{words} {what} is mailed.")
            : Refused($"{words} {what} was not mailed: {refusal.Detail}.");
    }

    private static Outcome Refused(string words) => new(Done: false, words);
}
