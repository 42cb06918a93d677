using System.Collections.Concurrent;

namespace OneTimeJwt.Web.SignIn;

/// <summary>
/// Ends open circuits whose session is over. A page that is open makes no request whose cookie could be checked, so the
/// stamps of all signed-in circuits are compared every few seconds, in one query.
/// </summary>
internal sealed partial class CircuitSessionMonitor(
    IDbContextFactory<AccountsContext> contexts,
    AccountLock accountLock,
    TimeProvider time,
    ILogger<CircuitSessionMonitor> logger,
    FindLiveSessions? findLiveSessions = null) : Worker
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<SessionCircuit, byte> _circuits = [];

    public void Add(SessionCircuit circuit) => _circuits.TryAdd(circuit, 0);

    public void Remove(SessionCircuit circuit) => _circuits.TryRemove(circuit, out _);

    protected override Task WorkAsync(CancellationToken stoppingToken) =>
        RepeatAsync(Interval, time, () => SweepAsync(stoppingToken), stoppingToken);

    [LoggerMessage(LogLevel.Warning, "Open pages could not be compared with their sessions ({Fault}); trying again shortly.")]
    protected override partial void LogFailure(string fault, Exception? unexpected);

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        var open = _circuits.Keys.Select(circuit => (Circuit: circuit, circuit.Session)).Where(page => page.Session is not null).ToList();
        var accounts = await OfAccountsAsync([.. Owners(isOfProvider: false, session => session.Owner)], cancellationToken);
        var provided = await OfProviderAsync([.. Owners(isOfProvider: true, session => session.Stamp!)], cancellationToken);
        foreach (var (circuit, opened) in open)
        {
            var isLive = opened!.IsOfProvider
                ? provided.Contains(opened.Stamp!)
                : accounts.TryGetValue(opened.Owner, out var session)
                    && session.Stamp == opened.Stamp
                    && !accountLock.IsBanned(session.Lock);
            if (!isLive)
                await TryAsync(() => EndAsync(circuit), cancellationToken);
        }

        IEnumerable<string> Owners(bool isOfProvider, Func<CircuitSession, string> id) =>
            open.Where(page => page.Session!.IsOfProvider == isOfProvider).Select(page => id(page.Session!)).Distinct();
    }

    private async Task<Dictionary<string, Session>> OfAccountsAsync(List<string> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
            return [];

        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        return await ReadAsync(database, ids, cancellationToken);
    }

    // Where the provider isn't set any more, its sessions are over.
    private async Task<IReadOnlySet<string>> OfProviderAsync(List<string> ids, CancellationToken cancellationToken) =>
        ids.Count == 0 || findLiveSessions is null ? new HashSet<string>() : await findLiveSessions(ids, cancellationToken);

    private static Task EndAsync(SessionCircuit circuit)
    {
        circuit.End();
        return Task.CompletedTask;
    }

    // An account whose row can't be read has no session; the others are read all the same.
    private static async Task<Dictionary<string, Session>> ReadAsync(
        AccountsContext database,
        List<string> ids,
        CancellationToken cancellationToken)
    {
        try
        {
            return await database.Users.AsNoTracking()
                .Where(account => ids.Contains(account.Id))
                .Select(account => new Session(
                    account.Id,
                    account.SecurityStamp,
                    new LockColumns(account.LockoutEnabled, account.LockoutEnd, account.RecoveryState!.SecuredLock, account.IsInactive)))
                .ToDictionaryAsync(session => session.Id, cancellationToken);
        }
        catch (Exception fault) when (fault.IsUnreadableRow())
        {
            var sessions = new Dictionary<string, Session>();
            foreach (var id in ids.Where(_ => ids.Count > 1))
            {
                foreach (var (known, session) in await ReadAsync(database, [id], cancellationToken))
                    sessions[known] = session;
            }

            return sessions;
        }
    }

    private sealed record Session(string Id, string? Stamp, LockColumns Lock);
}
