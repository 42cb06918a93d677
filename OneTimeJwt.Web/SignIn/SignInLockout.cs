namespace OneTimeJwt.Web.SignIn;

/// <summary>
/// Counts failed sign-ins and locks accounts after too many. The database counts: of guesses made at the same moment, at any
/// node, each counts. Locked out is who <see cref="AccountLock"/> says.
/// </summary>
public sealed class SignInLockout(
    AccountsContext database,
    SqliteWriteLock writer,
    AccountLock accountLock,
    IOptions<IdentityOptions> options,
    TimeProvider time)
{
    public bool IsPaused(Account account) => accountLock.Of(account) == LockState.Paused;

    /// <param name="account">Who signs in.</param>
    /// <param name="beyondGuessing">Whether failed guesses don't matter: what was proven can't be guessed.</param>
    public bool IsOpen(Account account, bool beyondGuessing = false) => IsOpen(accountLock.Of(account), beyondGuessing);

    /// <summary>As the database has it now: guesses that came before a right one may be written while that is judged, and
    /// lock the account.</summary>
    public async Task<bool> IsStillOpenAsync(Account account, bool beyondGuessing = false) =>
        await database.Users.Where(row => row.Id == account.Id).Select(LockColumns.Of).SingleOrDefaultAsync() is { } columns
        && IsOpen(accountLock.Of(columns), beyondGuessing);

    /// <summary>Writes in any case: while failures can't be counted, nobody learns which guess was right.</summary>
    public Task<int> WriteSuccessAsync(Account account, bool forgive) => writer.RunAsync(() =>
    {
        var row = database.RowOf(account);
        return database.Identity.CountsFailures
            ? row.ExecuteUpdateAsync(set => set
                .SetProperty(known => known.AccessFailedCount, known => forgive ? 0 : known.AccessFailedCount))
            : row.ExecuteUpdateAsync(set => set.SetProperty(known => known.SecurityStamp, known => known.SecurityStamp));
    });

    public async Task CountFailureAsync(Account account)
    {
        // Dates are judged here: SQLite compares text, and applications write it in many ways.
        await database.Entry(account).ReloadAsync();
        if (!IsOpen(account) || !database.Identity.CountsFailures)
            return;

        var now = time.GetUtcNow();
        if (await CountAsync(account, now, lockedUntil: now) == 0 && account.LockoutEnd <= now)
            await CountAsync(account, now, accountLock.LatestPause);
        await database.Entry(account).ReloadAsync();
    }

    // Counts that no guess made, below zero or at the end of the type, count as none and as enough.
    private Task<int> CountAsync(Account account, DateTimeOffset now, DateTimeOffset lockedUntil)
    {
        var lockout = options.Value.Lockout;
        var (last, until) = (lockout.MaxFailedAccessAttempts - 1, now + lockout.DefaultLockoutTimeSpan);
        return writer.RunAsync(() => database.RowOf(account)
            .Where(row => row.LockoutEnd == null || row.LockoutEnd <= lockedUntil)
            .ExecuteUpdateAsync(row => row
                .SetProperty(known => known.LockoutEnd, known => known.AccessFailedCount >= last ? until : known.LockoutEnd)
                .SetProperty(
                    known => known.AccessFailedCount,
                    known =>
                        known.AccessFailedCount >= last ? 0
                        : known.AccessFailedCount < 0 ? 1
                        : known.AccessFailedCount + 1)));
    }

    private static bool IsOpen(LockState state, bool beyondGuessing) =>
        state == LockState.Open || (beyondGuessing && state == LockState.Paused);
}
