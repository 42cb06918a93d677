using System.Diagnostics;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using OneTimeJwt.Tokens;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Database;
using OneTimeJwt.Web.Languages;
using OneTimeJwt.Web.Links.Purposes;
using OneTimeJwt.Web.SignIn;
using OneTimeJwt.Web.Site;

namespace OneTimeJwt.Web.Links;

/// <summary>How a redemption ended: the link's verdict, and what the password policy said of a valid one.</summary>
public sealed record Redemption(Verification Verification, IReadOnlyList<string> Faults)
{
    /// <summary>How the address was judged, where one has to be typed.</summary>
    public TypedAddressVerdict Address { get; init; }

    public bool Succeeded => Verification.Verdict == TokenVerdict.Valid && Faults.Count == 0;
}

/// <summary>
/// Redeems a link of any purpose: the one write that changes what its key is made of. A changed key is no mutual exclusion, so the
/// write is a compare-and-swap on the row that was verified; of parallel redemptions exactly one wins.
/// </summary>
internal sealed partial class RedeemLink(
    OneTimeTokens tokens,
    IUserStore<Account> store,
    NewPassword newPassword,
    RedemptionContext context,
    OwnAddress ownAddress,
    AccountLabels labels,
    OwnerLanguage language,
    AccountsContext database,
    SqliteWriteLock writer,
    IDbContextFactory<AccountsContext> contexts,
    TimeProvider time,
    ILogger<RedeemLink> logger)
{
    private const int MaxTries = 8;
    private const int MaxTaken = 3;

    public Task<Verification> VerifyAsync(LinkPurpose purpose, string? token) => tokens.VerifyAsync(token, purpose.Token, FindAsync);

    /// <param name="purpose">What the link is for.</param>
    /// <param name="token">What came in.</param>
    /// <param name="answer">What the page asks for: the new password, or the account's address.</param>
    /// <param name="network">What the client is counted by.</param>
    /// <param name="client">Where it came from.</param>
    public async Task<Redemption> RedeemAsync(LinkPurpose purpose, string? token, string answer, string network, string? client)
    {
        using var span = Instrumentation.Source.StartActivity("redeem");
        var redemption = purpose switch
        {
            PasswordPurpose choose => await ChoosePasswordAsync(choose, token, answer, client),
            ButtonPurpose press => await PressAsync(press, token, answer, network, client),
            _ => throw new UnreachableException(),
        };
        span?.SetTag("purpose", purpose.Name)
            .SetTag("verdict", LinkAudit.DisplayText(redemption.Verification.Verdict))
            .SetTag("outcome", redemption.Faults.Count == 0 ? null : "answer refused");
        return redemption;
    }

    private async Task<Redemption> ChoosePasswordAsync(PasswordPurpose purpose, string? token, string password, string? client)
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
        var redemption = new Redemption(
            await SwapAsync(purpose, token, async (row, _) => await context.ChoosePasswordAsync(row, hash, purpose, client), client),
            []);
        if (redemption.Succeeded)
            await language.RememberAsync(verification.Claims.AccountId);
        return redemption;
    }

    private async Task<Redemption> PressAsync(ButtonPurpose purpose, string? token, string typed, string network, string? client)
    {
        var verification = await VerifyAsync(purpose, token);
        if (verification.Verdict != TokenVerdict.Valid)
            return new Redemption(verification, []);

        var claims = verification.Claims!;
        var address = await ownAddress.JudgeAsync(purpose, await ReadAsync(claims.AccountId), claims.Nonce, typed, network);
        return address == TypedAddressVerdict.Right
            ? new Redemption(
                await SwapAsync(
                    purpose,
                    token,
                    (account, isLastTry) => purpose.ApplyAsync(account, new Redeemer(client, isLastTry), context),
                    client),
                [])
            : new Redemption(verification, [Fault(purpose, address)]) { Address = address };
    }

    private static string Fault(ButtonPurpose purpose, TypedAddressVerdict address) => address switch
    {
        TypedAddressVerdict.Missing => Words.OwnAddressMissing,
        TypedAddressVerdict.TooOften => Words.OwnAddressTooOften,
        _ => purpose.WrongAddress,
    };

    /// <summary>The fewest characters that this account's new password may have.</summary>
    public async Task<int> MinimumLengthAsync(ProvenClaims claims) =>
        await newPassword.MinimumLengthAsync(await ReadAsync(claims.AccountId));

    /// <summary>How the account is called, where its address doesn't say.</summary>
    public async Task<AccountLabel?> LabelAsync(ProvenClaims claims) =>
        await database.Users.FindAsync(claims.AccountId) is { } account ? await labels.OfAsync(database, account) : null;

    /// <summary>The same, but for what would tell the address that has to be typed.</summary>
    public async Task<AccountLabel?> LabelToPressAsync(ButtonPurpose purpose, ProvenClaims claims)
    {
        if (await LabelAsync(claims) is not { } label)
            return null;

        var account = await ReadAsync(claims.AccountId);
        var untold = new AccountLabel(Untold(label.UserName), Untold(label.DisplayName));
        return untold.Names.Count == 0 ? null : untold;

        string? Untold(string? name) => name is not null && ownAddress.Tells(purpose, account, name) ? null : name;
    }

    /// <summary>The same after a use, which has succeeded whatever the database does now.</summary>
    public async Task<AccountLabel?> LabelAfterAsync(ProvenClaims claims)
    {
        try
        {
            return await LabelAsync(claims);
        }
        catch (Exception fault) when (fault.IsOfDatabase())
        {
            return null;
        }
    }

    // The row that was verified is the row that is written: the context keeps it, with its concurrency stamp.
    private async Task<TokenAccount?> FindAsync(string id) => TokenAccount.Of(await database.Users.FindAsync(id));

    private async Task<Account> ReadAsync(string id) => (await database.Users.FindAsync(id))!;

    // The change has to touch what the purpose's key is made of. It is told its last try after the database refused it:
    // the first time that may have been a notice that made the same row of ours.
    private async Task<Verification> SwapAsync(
        LinkPurpose purpose,
        string? token,
        Func<Account, bool, Task<RecoveryEventKind?>> change,
        string? client)
    {
        var taken = 0;
        for (var tries = 1; ; tries++)
        {
            var (verification, end) = await writer.RunAsync(async () =>
            {
                database.ChangeTracker.Clear();
                var verified = await VerifyAsync(purpose, token);
                return (
                    verified,
                    verified.Verdict == TokenVerdict.Valid
                        ? await TrySwapAsync(verified.Claims!, account => change(account, taken == MaxTaken - 1), client)
                        : SwapResult.Refused);
            });
            if (end == SwapResult.Done || verification.Verdict != TokenVerdict.Valid)
                return verification;
            if (end == SwapResult.Taken)
                taken++;
            if (end == SwapResult.Refused || taken == MaxTaken)
                return verification with { Verdict = TokenVerdict.Spent };
            if (tries == MaxTries)
                throw new TimeoutException("The account was changed by others each time.");
        }
    }

    private async Task<SwapResult> TrySwapAsync(ProvenClaims claims, Func<Account, Task<RecoveryEventKind?>> change, string? client)
    {
        var account = await ReadAsync(claims.AccountId);
        if (await change(account) is not { } happened)
            return SwapResult.Refused;

        var line = new RecoveryEvent
        {
            At = time.GetUtcNow(),
            Kind = happened,
            AccountId = account.Id,
            Nonce = claims.Nonce,
            Client = client,
        };
        database.Add(line);
        try
        {
            // The store itself, with its concurrency check: what Identity's validators think of an adopted account's
            // name must not keep its owner out.
            var result = await store.UpdateAsync(account, CancellationToken.None);
            if (result.Succeeded)
                return SwapResult.Done;
            if (result.Errors.Any(error => error.Code == nameof(IdentityErrorDescriber.ConcurrencyFailure)))
                return await OwnAsync(line.Id) ? SwapResult.Done : SwapResult.Missed;

            throw new InvalidOperationException(
                $"Identity refused the account: {string.Join(", ", result.Errors.Select(error => error.Code))}");
        }
        catch (DbUpdateException fault) when (fault.IsConflict())
        {
            return await OwnAsync(line.Id) ? SwapResult.Done : SwapResult.Taken;
        }
        catch (Exception fault) when (fault.IsOutage())
        {
            // The connection broke around the commit. Our own event tells whether it happened.
            if (!await HappenedAsync(line.Id))
                throw;

            Log.Settled(logger, account.Id);
            return SwapResult.Done;
        }
    }

    // Where a commit was in doubt and tried again, it is our own change that the swap ran into.
    private async Task<bool> OwnAsync(Guid line) =>
        database.Database.CreateExecutionStrategy().RetriesOnFailure && await HappenedAsync(line);

    private async Task<bool> HappenedAsync(Guid line)
    {
        try
        {
            await using var fresh = await contexts.CreateDbContextAsync();
            return await fresh.HasHappenedAsync(line);
        }
        catch (Exception fault) when (fault.IsOfDatabase())
        {
            throw new CommitInDoubtException(fault);
        }
    }

    private enum SwapResult
    {
        Done,

        /// <summary>The row was written by somebody else: verify again.</summary>
        Missed,

        /// <summary>What was free is taken, by a notice that made the same row of ours or by another account's name or address.</summary>
        Taken,

        Refused,
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The commit of a redemption for account {AccountId} was in doubt and has been found done.")]
        public static partial void Settled(ILogger logger, string accountId);
    }
}
