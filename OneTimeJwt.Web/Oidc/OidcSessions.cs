using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Oidc;

public enum OidcSessionState
{
    Over,

    /// <summary>The provider has to be asked again.</summary>
    Due,

    Live,
}

/// <summary>What an ID token said of a person.</summary>
/// <param name="Person">Issuer and subject.</param>
/// <param name="Name">What the person is called.</param>
/// <param name="Role">In the console.</param>
/// <param name="Sid">The provider's id of its session; null where it told none.</param>
/// <param name="IssuedAt">By the provider's clock.</param>
public sealed record OidcPerson(string Person, string Name, ConsoleRole? Role, string? Sid, DateTimeOffset IssuedAt);

/// <summary>The sessions of the provider's people, in the database, so that every node judges by the same rows.</summary>
public sealed class OidcSessions(
    IDbContextFactory<AccountsContext> contexts,
    SqliteWriteLock writer,
    IOptions<OidcSettings> settings,
    TimeProvider time)
{
    // A campaign goes on with the rights that the provider told of last.
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(90);

    // Longer than any session lives without asking.
    private static readonly TimeSpan LogoutKeptFor = TimeSpan.FromDays(1);

    /// <summary>Begins a session.</summary>
    /// <returns>Its id, for the cookie.</returns>
    public async Task<string> BeginAsync(OidcPerson person)
    {
        var id = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));
        await AddAsync(person, id, endedAt: null);
        return id;
    }

    /// <summary>The provider said that a person has no role any more: all sessions end, and what they had begun stops.</summary>
    public async Task RefuseAsync(OidcPerson person)
    {
        await using var database = await contexts.CreateDbContextAsync();
        if (!await database.OidcSessions.AnyAsync(row => row.Person == person.Person))
            return;

        await EndAsync(database, database.OidcSessions.Where(row => row.Person == person.Person));
        await AddAsync(person with { Role = null }, Guid.NewGuid().ToString(), time.GetUtcNow());
    }

    /// <summary>Ends a session, and those that other pages of the same browser began when they asked again.</summary>
    public async Task EndAsync(string id)
    {
        await using var database = await contexts.CreateDbContextAsync();
        var hash = Hash(id);
        if (await database.OidcSessions.SingleOrDefaultAsync(row => row.IdHash == hash) is { } session)
            await EndAsync(
                database, database.OidcSessions.Where(row => row.Person == session.Person && row.SidHash == session.SidHash));
    }

    /// <summary>Takes note of a logout; a second time it changes nothing.</summary>
    public async Task LogOutAsync(string tokenId, string issuer, string? subject, string? sid, DateTimeOffset issuedAt)
    {
        await using var database = await contexts.CreateDbContextAsync();
        var logout = new OidcLogout
        {
            TokenHash = Hash($"{issuer}\n{tokenId}"),
            Person = subject is null ? null : OidcPrincipal.PersonOf(issuer, subject),
            SidHash = SidHash(issuer, sid),
            IssuedAt = issuedAt,
            ReceivedAt = time.GetUtcNow(),
        };
        if (await database.OidcLogouts.AnyAsync(row => row.TokenHash == logout.TokenHash))
            return;

        database.Add(logout);
        try
        {
            await database.SaveChangesAsync();
        }
        catch (DbUpdateException)
        {
            // Another node may have got the same token at the same moment.
            if (!await database.OidcLogouts.AnyAsync(row => row.TokenHash == logout.TokenHash))
                throw;
        }
    }

    public async Task<OidcSessionState> StateAsync(string id)
    {
        await using var database = await contexts.CreateDbContextAsync();
        return await FindAsync(database, id) is not { } session ? OidcSessionState.Over
            : session.AskAgainAt > time.GetUtcNow() ? OidcSessionState.Live
            : OidcSessionState.Due;
    }

    /// <returns>The session as it counts now; null where it is over or due.</returns>
    public async Task<OidcSession?> LiveAsync(AccountsContext database, string id) =>
        await FindAsync(database, id) is { } session && session.AskAgainAt > time.GetUtcNow() ? session : null;

    /// <returns>Those of the ids whose session counts now.</returns>
    public async Task<IReadOnlySet<string>> LiveAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        var hashes = ids.ToDictionary(Hash);
        var now = time.GetUtcNow();
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        var live = await NotEnded(database)
            .Where(row => hashes.Keys.Contains(row.IdHash) && row.AskAgainAt > now)
            .Select(row => row.IdHash)
            .ToListAsync(cancellationToken);
        return live.Select(hash => hashes[hash]).ToHashSet();
    }

    /// <returns>The role that the provider told of last, signed in or not: what a person has begun goes on until it is taken.</returns>
    public async Task<ConsoleRole?> LastRoleAsync(AccountsContext database, string person)
    {
        var since = time.GetUtcNow() - KeptFor;
        var last = await database.OidcSessions.AsNoTracking()
            .Where(row => row.Person == person && row.AskAgainAt > since)
            .OrderByDescending(row => row.IssuedAt)
            .ThenBy(row => row.Role == null ? 0 : 1)
            .FirstOrDefaultAsync();
        return last?.Role;
    }

    private static Task<OidcSession?> FindAsync(AccountsContext database, string id)
    {
        var hash = Hash(id);
        return NotEnded(database).SingleOrDefaultAsync(row => row.IdHash == hash);
    }

    // Both times are the provider's, so that no difference of clocks counts, and a token that comes again ends nothing newer.
    private static IQueryable<OidcSession> NotEnded(AccountsContext database) => database.OidcSessions.AsNoTracking()
        .Where(row => row.EndedAt == null
            && !database.OidcLogouts.Any(logout =>
                logout.IssuedAt >= row.IssuedAt
                && (logout.SidHash == null || logout.SidHash == row.SidHash)
                && (logout.Person == null || logout.Person == row.Person)));

    private async Task EndAsync(AccountsContext database, IQueryable<OidcSession> sessions)
    {
        var now = time.GetUtcNow();
        await writer.RunAsync(() =>
            sessions.Where(row => row.EndedAt == null).ExecuteUpdateAsync(row => row.SetProperty(known => known.EndedAt, now)));
    }

    private async Task AddAsync(OidcPerson person, string id, DateTimeOffset? endedAt)
    {
        var now = time.GetUtcNow();
        await using var database = await contexts.CreateDbContextAsync();
        database.Add(new OidcSession
        {
            IdHash = Hash(id),
            Person = person.Person,
            Name = person.Name,
            Role = person.Role,
            SidHash = SidHash(person.Person.Split(' ')[0], person.Sid),
            IssuedAt = person.IssuedAt,
            AskAgainAt = now + settings.Value.AskAgainAfter,
            EndedAt = endedAt,
        });
        await database.SaveChangesAsync();
        await CleanUpAsync(database, now);
    }

    private async Task CleanUpAsync(AccountsContext database, DateTimeOffset now)
    {
        var (old, oldLogout) = (now - KeptFor, now - LogoutKeptFor);
        await writer.RunAsync(async () =>
            await database.OidcSessions.Where(row => row.AskAgainAt < old).ExecuteDeleteAsync()
            + await database.OidcLogouts.Where(row => row.ReceivedAt < oldLogout).ExecuteDeleteAsync());
    }

    private static string? SidHash(string issuer, string? sid) => sid is null ? null : Hash($"{issuer}\n{sid}");

    private static string Hash(string id) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)));
}
