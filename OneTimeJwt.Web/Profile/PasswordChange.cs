using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Profile;

/// <summary>A signed-in user changes the password: event and notice are written with it, and all other sessions end.</summary>
internal sealed class PasswordChange(
    AccountSignInManager signIn, UserManager<Account> users, AccountsContext database, NewPassword newPassword, TimeProvider time)
{
    /// <summary>Why it was not changed, and whether because of the new password; no problems where it was.</summary>
    public sealed record Outcome(IReadOnlyList<string> Problems, bool NewIsRefused = false);

    public async Task<Outcome> ApplyAsync(Account account, string current, string chosen, string? client)
    {
        if (!await signIn.CheckPasswordAsync(account, current))
            return new Outcome([Words.WrongCurrentPassword]);

        var faults = await newPassword.FaultsAsync(account, chosen);
        if (faults.Count > 0)
            return new Outcome(faults, NewIsRefused: true);

        var now = time.GetUtcNow();
        account.PasswordHash = await newPassword.HashAsync(account, chosen);
        var line = RecoveryEvent.Of(RecoveryEventKind.PasswordChanged, account.Id, now, client);
        database.Add(line);
        database.Add(OutboxMail.ForUser(OutboxKind.PasswordChangedNotice, account.Id, client, now));
        // Where a commit was in doubt and tried again, the conflict is with this change.
        return new Outcome(await TrySaveAsync(account) || await database.HasHappenedAsync(line.Id) ? [] : [Words.ChangedMeanwhile]);
    }

    private async Task<bool> TrySaveAsync(Account account)
    {
        try
        {
            return (await users.UpdateSecurityStampAsync(account)).Succeeded;
        }
        catch (DbUpdateException fault) when (fault.IsConflict())
        {
            return false;
        }
    }
}
