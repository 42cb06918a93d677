using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.SignIn;

/// <summary>
/// Codes of six digits that are mailed as a second step. A code is made from the server secret, the account as it is now
/// and the mail that carries it, so it is not stored: the trail has which mails were sent and which codes were used.
/// </summary>
public sealed class MailedCodes(
    ServerSecrets secrets,
    IDbContextFactory<AccountsContext> contexts,
    GroupCommitWriter appender,
    TimeProvider time)
{
    /// <summary>How long a code works after it was mailed (NIST SP 800-63B-4, section 3.1.3.2: ten minutes at most).</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>How many are mailed to an account within <see cref="Window"/>.</summary>
    public const int MaxMails = 5;

    public static readonly TimeSpan Window = TimeSpan.FromHours(1);

    // How many codes may be entered before another one has to be mailed.
    private const int MaxTries = 5;

    // Nodes may differ by seconds.
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    /// <summary>Asks the worker to mail one.</summary>
    public Task AskAsync(Account account, string? client) =>
        appender.AppendAsync(OutboxMail.ForUser(OutboxKind.SignInCode, account.Id, client, time.GetUtcNow()));

    /// <summary>The code that a mail carries. The event that records the mail has the mail's id.</summary>
    public string Make(Account account, Guid mail) => Make(secrets.Current, account, mail);

    /// <summary>When the next one can be mailed to the account; null where that is now.</summary>
    public async Task<DateTimeOffset?> NextAtAsync(string accountId)
    {
        var now = time.GetUtcNow();
        await using var database = await contexts.CreateDbContextAsync();
        // Choosing a password by link resets the limit, which someone with the former password may have used up.
        var mailed = await Mailed(database, accountId, now - Window, now)
            .Where(line =>
                !database.Trail.Any(end => end.AccountId == accountId && end.At >= line.At && end.Kind == RecoveryEventKind.Redeemed))
            .Take(MaxMails)
            .Select(line => line.At)
            .ToListAsync();
        return mailed.Count < MaxMails ? null : mailed[^1] + Window;
    }

    /// <summary>Whether this code was mailed to the account lately and not used yet; then it is used now.</summary>
    public async Task<bool> TryUseAsync(Account account, string code, string? client)
    {
        var mails = await LateMailsAsync(account.Id);
        if (mails.Count == 0 || !await TryCountAsync(account.Id, mails[0], client))
            return false;

        foreach (var mail in mails)
        {
            if (secrets.All.Any(secret => Fits(Make(secret, account, mail), code)))
                return await TryRecordAsync(RecoveryEventKind.MailedCodeUsed, account.Id, Name($"used/{mail:N}"), client);
        }

        return false;
    }

    private async Task<List<Guid>> LateMailsAsync(string accountId)
    {
        var now = time.GetUtcNow();
        await using var database = await contexts.CreateDbContextAsync();
        return await Mailed(database, accountId, now - Lifetime, now + ClockSkew).Select(line => line.Id).ToListAsync();
    }

    // The latest first.
    private static IQueryable<RecoveryEvent> Mailed(
        AccountsContext database, string accountId, DateTimeOffset since, DateTimeOffset until) =>
        database.Trail
            .Where(line => line.AccountId == accountId && line.At > since && line.At <= until && line.Kind == RecoveryEventKind.CodeMailed)
            .OrderByDescending(line => line.At);

    // Ahead of the comparison, so that concurrent tries are limited too. The lock-out alone would not do: a right password
    // resets its counter where two-factor is off.
    private async Task<bool> TryCountAsync(string accountId, Guid mail, string? client)
    {
        var turns = Enumerable.Range(0, MaxTries).Select(turn => Name($"tried/{mail:N}/{turn}")).ToList();
        await using var database = await contexts.CreateDbContextAsync();
        var taken = await database.Trail.Where(line => turns.Contains(line.Id)).Select(line => line.Id).ToListAsync();
        foreach (var turn in turns.Except(taken))
        {
            if (await TryRecordAsync(RecoveryEventKind.MailedCodeTried, accountId, turn, client))
                return true;
        }

        return false;
    }

    // The table takes an id once, on any number of nodes. A commit in doubt counts as another request's.
    private async Task<bool> TryRecordAsync(RecoveryEventKind kind, string accountId, Guid id, string? client)
    {
        await using var database = await contexts.CreateDbContextAsync();
        database.Add(RecoveryEvent.Of(kind, accountId, time.GetUtcNow(), client, id: id));
        try
        {
            await database.SaveChangesAsync();
            return true;
        }
        catch (DbUpdateException fault) when (fault.IsConflict())
        {
            return false;
        }
    }

    // From the mail's id alone, so that it reveals nothing of the code.
    private static Guid Name(string text) => RecoveryEvent.IdOf($"mailed-code/{text}");

    private static string Make(ServerSecret secret, Account account, Guid mail)
    {
        Span<byte> mac = stackalloc byte[KeyMaterial.KeySize];
        KeyMaterial.Mac(
            secret.Subkey("ott/code/v1"),
            ["sign-in", account.Id, account.SecurityStamp, account.Email, mail.ToString("N")],
            mac);
        return (BinaryPrimitives.ReadUInt64BigEndian(mac) % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    private static bool Fits(string made, string typed) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(made), Encoding.UTF8.GetBytes(typed));
}
