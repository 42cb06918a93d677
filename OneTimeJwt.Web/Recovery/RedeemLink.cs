using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Languages;
using OneTimeJwt.Web.Shell;
using OneTimeJwt.Web.Tokens;

namespace OneTimeJwt.Web.Recovery;

/// <summary>How a redemption ended: the link's verdict, and what the password policy said of a valid one.</summary>
public sealed record Redemption(Verification Verification, IReadOnlyList<string> Faults)
{
    public bool Succeeded => Verification.Verdict == TokenVerdict.Valid && Faults.Count == 0;
}

/// <summary>
/// Redeems a link of any purpose: the one write that changes what its key is made of. A changed key is no mutual exclusion, so the
/// write is a compare-and-swap on the row that was verified; of parallel redemptions exactly one wins.
/// </summary>
public sealed partial class RedeemLink(
    OneTimeTokens tokens,
    IUserStore<Account> store,
    NewPassword newPassword,
    AccountsContext database,
    OneWriter writer,
    IDbContextFactory<AccountsContext> contexts,
    TimeProvider time,
    ILogger<RedeemLink> logger)
{
    private const int MostTries = 8;

    public Task<Verification> VerifyAsync(TokenPurpose purpose, string? token) => tokens.VerifyAsync(token, purpose, FindAsync);

    /// <summary>Redeems a link whose use is to choose a password.</summary>
    public async Task<Redemption> ChoosePasswordAsync(TokenPurpose purpose, string? token, string password, string? client)
    {
        using var span = Instrumentation.Source.StartActivity("redeem");
        var redemption = await TryPasswordAsync(purpose, token, password, client);
        span?.SetTag("purpose", purpose.Name).SetTag("verdict", LinkTrail.InWords(redemption.Verification.Verdict)).SetTag("outcome", redemption.Faults.Count == 0 ? null : "password refused");
        return redemption;
    }

    private async Task<Redemption> TryPasswordAsync(TokenPurpose purpose, string? token, string password, string? client)
    {
        var verification = await VerifyAsync(purpose, token);
        if (verification.Verdict != TokenVerdict.Valid)
            return new Redemption(verification, []);

        var account = await ReadAsync(verification.Claims!.AccountId);
        var faults = await newPassword.FaultsAsync(account, password);
        if (faults.Count > 0)
            return new Redemption(verification, faults);

        // Hashed once and ahead of the swap: between reading and writing there are then milliseconds, and a stranger
        // whose wrong sign-ins touch the row can't keep the owner out.
        var hash = await newPassword.HashAsync(account, password);
        OutboxKind? notice = purpose == TokenPurpose.Reset ? OutboxKind.PasswordChangedNotice : null;
        return new Redemption(await RedeemAsync(purpose, token, row => SetPassword(row, hash), notice, client), []);
    }

    /// <summary>The fewest characters that this account's new password may have.</summary>
    public async Task<int> MinimumLengthAsync(ProvenClaims claims) => newPassword.MinimumLength(await ReadAsync(claims.AccountId));

    // The row that was verified is the row that is written: the context keeps it, with its concurrency stamp.
    private async Task<IdentityUser?> FindAsync(string id) => await database.Users.FindAsync(id);

    private async Task<Account> ReadAsync(string id) => (await database.Users.FindAsync(id))!;

    private static void SetPassword(Account account, string hash)
    {
        account.PasswordHash = hash;
        account.RenewSecurityStamp();
        account.EmailConfirmed = true;
        account.AccessFailedCount = 0;
        if (!OneTimeTokens.IsLockedForGood(account.LockoutEnd))
            account.LockoutEnd = null;
    }

    // The change has to touch what the purpose's key is made of.
    private async Task<Verification> RedeemAsync(TokenPurpose purpose, string? token, Action<Account> change, OutboxKind? notice, string? client)
    {
        var verification = new Verification(TokenVerdict.Spent);
        for (var tries = 1; tries <= MostTries; tries++)
        {
            (verification, var swapped) = await writer.RunAsync(async () =>
            {
                database.ChangeTracker.Clear();
                var verified = await VerifyAsync(purpose, token);
                return (verified, verified.Verdict == TokenVerdict.Valid && await SwapAsync(verified.Claims!, change, notice, client));
            });
            if (swapped || verification.Verdict != TokenVerdict.Valid)
                return verification;
        }

        return verification with { Verdict = TokenVerdict.Spent };
    }

    private async Task<bool> SwapAsync(ProvenClaims claims, Action<Account> change, OutboxKind? notice, string? client)
    {
        var account = await ReadAsync(claims.AccountId);
        change(account);

        var now = time.GetUtcNow();
        var line = new RecoveryEvent { At = now, Kind = RecoveryEventKind.Redeemed, AccountId = account.Id, Nonce = claims.Nonce, Client = client };
        database.Add(line);
        if (notice is { } kind)
            database.Add(new OutboxMail { Kind = kind, AccountId = account.Id, Client = client, RequestedAt = now, DueAt = now, Culture = Reader.Culture, Zone = Reader.ZoneId });
        try
        {
            // The store itself, with its concurrency check: what Identity's validators think of an adopted account's
            // name must not keep its owner out.
            var result = await store.UpdateAsync(account, CancellationToken.None);
            if (result.Succeeded)
                return true;
            // Where a commit was in doubt and tried again, it is our own change that the swap ran into.
            if (result.Errors.Any(error => error.Code == nameof(IdentityErrorDescriber.ConcurrencyFailure)))
                return database.Database.CreateExecutionStrategy().RetriesOnFailure && await HappenedAsync(line.Id);

            throw new InvalidOperationException($"Identity refused the account: {string.Join(", ", result.Errors.Select(error => error.Code))}");
        }
        catch (Exception fault) when (Outage.Is(fault) && fault is not DbUpdateConcurrencyException)
        {
            // The connection broke around the commit. Our own event tells whether it happened.
            if (!await HappenedAsync(line.Id))
                throw;

            Log.Settled(logger, account.Id);
            return true;
        }
    }

    private async Task<bool> HappenedAsync(Guid line)
    {
        await using var fresh = await contexts.CreateDbContextAsync();
        return await fresh.Trail.AnyAsync(written => written.Id == line);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The commit of a redemption for account {AccountId} was in doubt and has been found done.")]
        public static partial void Settled(ILogger logger, string accountId);
    }
}
