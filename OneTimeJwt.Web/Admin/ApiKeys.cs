using System.Globalization;
using System.Security.Claims;
using OneTimeJwt.Web.Audit;

namespace OneTimeJwt.Web.Admin;

/// <summary>What an admin asks for.</summary>
/// <param name="Name">What the trail calls it.</param>
/// <param name="Role">What it may do.</param>
/// <param name="Networks">Addresses and ranges that it may come from, separated by spaces or commas; empty for any.</param>
/// <param name="Days">How long it works.</param>
/// <param name="Reason">Why, in the admin's words.</param>
public sealed record NewApiKey(string Name, ConsoleRole Role, string Networks, int Days, string Reason);

/// <summary>A key in the list.</summary>
/// <param name="Key">The key's row.</param>
/// <param name="MadeBy">The address or name of whoever made it.</param>
public sealed record ListedApiKey(ApiKey Key, string MadeBy);

/// <summary>
/// Makes, lists and revokes the API's keys. Only an Admin may, judged at that moment under the lock under which acts are judged:
/// what a key does after it is revoked is refused.
/// </summary>
public sealed class ApiKeys(
    IDbContextFactory<AccountsContext> contexts,
    AuditedTransaction transaction,
    ConsoleRoles roles,
    ActorReader actors,
    TimeProvider time)
{
    public const int MaxDays = 366;

    private const int MaxListed = 200;

    private static readonly char[] Separators = [' ', ',', ';', '\t', '\r', '\n'];

    /// <returns>The key, which nobody can find out again; or what is wrong.</returns>
    public async Task<(string? Text, string? Problem)> MakeAsync(ClaimsPrincipal user, NewApiKey wanted, string? client)
    {
        var (name, reason) = (PlainName.Of(wanted.Name), wanted.Reason.Trim());
        var ranges = wanted.Networks.Split(Separators, StringSplitOptions.RemoveEmptyEntries);
        var networks = string.Join(' ', ranges);
        if (name is null || name.Length > ApiKey.MaxNameLength)
            return (null, Words.KeyBadName.With(ApiKey.MaxNameLength));
        if (networks.Length > ApiKey.MaxNetworksLength || ranges.Any(range => !PlainAddresses.TryParseRange(range, out _)))
            return (null, Words.KeyBadNetworks);
        if (wanted.Days is < 1 or > MaxDays)
            return (null, Words.KeyBadDays.With(MaxDays));
        if (AdminActionRules.ProblemOf(reason) is { } badReason)
            return (null, badReason);

        var text = ApiKey.MakeText();
        var problem = await ChangeAsync(user, RecoveryEventKind.ApiKeyMade, reason, client, (database, actor) =>
        {
            var now = time.GetUtcNow();
            var key = new ApiKey
            {
                Name = name,
                Hash = ApiKey.HashOf(text),
                Role = wanted.Role,
                Networks = networks.Length == 0 ? null : networks,
                MadeBy = actor.Id,
                MadeByName = actor.Name,
                MadeAt = now,
                ExpiresAt = now.AddDays(wanted.Days),
            };
            database.Add(key);
            return Task.FromResult<ApiKey?>(key);
        });
        return problem is null ? (text, null) : (null, problem);
    }

    /// <returns>What is wrong; null where it is done.</returns>
    public Task<string?> RevokeAsync(ClaimsPrincipal user, Guid id, string reason, string? client) =>
        ChangeAsync(user, RecoveryEventKind.ApiKeyRevoked, reason.Trim(), client, async (database, _) =>
        {
            if (await database.ApiKeys.SingleOrDefaultAsync(row => row.Id == id && row.RevokedAt == null) is not { } key)
                return null;

            key.RevokedAt = time.GetUtcNow();
            return key;
        });

    /// <returns>The newest first.</returns>
    public async Task<IReadOnlyList<ListedApiKey>> AllAsync(CancellationToken cancellationToken)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        var keys = await database.ApiKeys.AsNoTracking()
            .OrderByDescending(key => key.MadeAt)
            .Take(MaxListed)
            .ToListAsync(cancellationToken);
        var names = await TrailReader.NamesAsync(database, keys.Select(key => key.MadeBy), cancellationToken);
        return [.. keys.Select(key => new ListedApiKey(key, key.MadeByName ?? names.GetValueOrDefault(key.MadeBy, key.MadeBy)))];
    }

    private Task<string?> ChangeAsync(
        ClaimsPrincipal user,
        RecoveryEventKind kind,
        string reason,
        string? client,
        Func<AccountsContext, AdminActionParty, Task<ApiKey?>> changeAsync)
    {
        var eventId = Guid.CreateVersion7();
        return transaction.RunAsync(eventId, roles.LockRolesAsync, async database =>
        {
            var actor = await actors.ReadAndLockAsync(database, user);
            string? Refusal() => AdminActionRules.RefusalUnlessAdmin(actor);
            void Record(RecoveryEventKind what, string detail) =>
                database.Add(RecoveryEvent.ByAdmin(what, actor.Origin(client, time.GetUtcNow(), reason), detail: detail, id: eventId));

            if (Refusal() is { } refusal)
            {
                Record(RecoveryEventKind.ActRefused, InvariantText.InEnglish(() => $"{EventTexts.Name(kind)}: {Refusal()}"));
                return refusal;
            }

            if (await changeAsync(database, actor) is not { } key)
                return Words.KeyGone;

            var until = key.ExpiresAt.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            Record(kind, $"{key.Name}, {key.Role}, until {until}");
            return null;
        });
    }
}
