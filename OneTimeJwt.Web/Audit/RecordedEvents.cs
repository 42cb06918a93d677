namespace OneTimeJwt.Web.Audit;

internal static class RecordedEvents
{
    /// <summary>Whether our own event is on the server that answers now, and would outlive that server.</summary>
    /// <exception cref="CommitInDoubtException">It is there and not confirmed.</exception>
    public static Task<bool> HasHappenedAsync(this AccountsContext database, Guid line) =>
        database.IsConfirmedAsync(() => database.Trail.AnyAsync(written => written.Id == line));
}
