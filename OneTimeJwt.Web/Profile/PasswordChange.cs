using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Profile;

/// <summary>A signed-in user changes the password: event and notice are written with it, and all other sessions end.</summary>
internal sealed class PasswordChange(
    AccountSignInManager signIn, UserManager<Account> users, AccountsContext database, NewPassword newPassword, TimeProvider time)
{
    /// <summary>The field of the new password, where that is the problem.</summary>
    public const string NewField = "new-password";

    /// <returns>Why it was not changed; null where it was.</returns>
    public async Task<FormProblem?> ApplyAsync(Account account, string current, string chosen, string? client)
    {
        if (!await signIn.CheckPasswordAsync(account, current))
            return new FormProblem(Words.WrongCurrentPassword);

        var faults = await newPassword.FaultsAsync(account, chosen);
        if (faults.Count > 0)
            return new FormProblem(faults) { Field = NewField };

        var now = time.GetUtcNow();
        account.PasswordHash = await newPassword.HashAsync(account, chosen);
        var line = RecoveryEvent.Of(RecoveryEventKind.PasswordChanged, account.Id, now, client);
        database.Add(line);
        database.Add(OutboxMail.ForUser(OutboxKind.PasswordChangedNotice, account.Id, client, now));
        // Where a commit was in doubt and tried again, the conflict is with this change.
        return await TrySaveAsync(account) || await database.HasHappenedAsync(line.Id) ? null : new FormProblem(Words.ChangedMeanwhile);
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
