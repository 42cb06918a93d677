using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.DataProtection;

namespace OneTimeJwt.Web.Admin;

/// <param name="Id">Of its row.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Query">The page's query string; null where the key that it was encrypted with is gone.</param>
public sealed record ListedFilter(Guid Id, string Name, string? Query);

/// <summary>The filters that people keep. Each sees and changes only their own; who that is, is read at that moment.</summary>
public sealed class SavedFilters(
    IDbContextFactory<AccountsContext> contexts,
    SqliteWriteLock writer,
    ActorReader actors,
    IDataProtectionProvider protection,
    TimeProvider time)
{
    public const int Max = 50;

    /// <summary>The longest query string, as it stands in an address.</summary>
    public const int MaxQueryLength = 1_500;

    private readonly IDataProtector _protector = protection.CreateProtector("saved filter");

    /// <returns>By name.</returns>
    public async Task<IReadOnlyList<ListedFilter>> AllAsync(ClaimsPrincipal user, FilterPage page, CancellationToken cancellationToken)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        var actor = await actors.ReadAsync(database, user);
        if (Refusal(actor, page) is not null)
            return [];

        var filters = await Of(database, actor, page).AsNoTracking().ToListAsync(cancellationToken);
        return
        [
            .. filters.Select(filter => new ListedFilter(filter.Id, filter.Name, _protector.TryUnprotect(filter.Query)))
                .OrderBy(filter => filter.Name, StringComparer.Create(CultureInfo.CurrentCulture, ignoreCase: true)),
        ];
    }

    /// <summary>Keeps it; one of that name is replaced.</summary>
    /// <returns>What is wrong; null where it is done.</returns>
    public Task<string?> SaveAsync(ClaimsPrincipal user, FilterPage page, string name, string query) =>
        ChangeAsync(user, page, name, async (database, actor, plain) =>
        {
            if (query.Length > MaxQueryLength)
                return Words.SavedTooLong;

            var kept = await Of(database, actor, page).ToListAsync();
            if (kept.Find(filter => IsCalled(filter, plain)) is { } present)
            {
                (present.Name, present.Query, present.SavedAt) = (plain, _protector.Protect(query), time.GetUtcNow());
                return null;
            }

            if (kept.Count >= Max)
                return Words.SavedTooMany.With(Max);

            database.Add(
                new SavedFilter
                {
                    Owner = actor.Id,
                    Page = page,
                    Name = plain,
                    Query = _protector.Protect(query),
                    SavedAt = time.GetUtcNow(),
                });
            return null;
        });

    /// <returns>What is wrong; null where it is done.</returns>
    public Task<string?> RenameAsync(ClaimsPrincipal user, FilterPage page, Guid id, string name) =>
        ChangeAsync(user, page, name, async (database, actor, plain) =>
        {
            var kept = await Of(database, actor, page).ToListAsync();
            if (kept.Find(filter => filter.Id == id) is not { } wanted)
                return Words.SavedGone;
            if (kept.Exists(filter => filter.Id != id && IsCalled(filter, plain)))
                return Words.SavedNameTaken;

            wanted.Name = plain;
            return null;
        });

    /// <returns>What is wrong; null where it is gone, now or before.</returns>
    public Task<string?> DeleteAsync(ClaimsPrincipal user, FilterPage page, Guid id) =>
        ChangeAsync(user, page, name: null, async (database, actor, _) =>
        {
            if (await Of(database, actor, page).SingleOrDefaultAsync(filter => filter.Id == id) is { } wanted)
                database.Remove(wanted);
            return null;
        });

    private static IQueryable<SavedFilter> Of(AccountsContext database, AdminActionParty actor, FilterPage page) =>
        database.SavedFilters.Where(filter => filter.Owner == actor.Id && filter.Page == page);

    private static bool IsCalled(SavedFilter filter, string name) => filter.Name.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static string? Refusal(AdminActionParty actor, FilterPage page) =>
        actor.Role is null ? Words.RefusalNoRole
        : page == FilterPage.Accounts && actor.Role < ConsoleRole.Support ? Words.RefusalAuditor
        : null;

    // Under the lock of the roles a person's changes come one after the other, so that the limit and the names hold.
    private Task<string?> ChangeAsync(
        ClaimsPrincipal user,
        FilterPage page,
        string? name,
        Func<AccountsContext, AdminActionParty, string, Task<string?>> changeAsync) =>
        writer.RunAsync(() => contexts.TryAsync(async (database, _) =>
        {
            var plain = name is null ? "" : PlainName.Of(name);
            if (plain is null or { Length: > SavedFilter.MaxNameLength })
                return Words.SavedBadName.With(SavedFilter.MaxNameLength);

            await using var transaction = await database.Database.BeginTransactionAsync();
            var actor = await actors.ReadAndLockAsync(database, user);
            if ((Refusal(actor, page) ?? await changeAsync(database, actor, plain)) is { } problem)
                return problem;

            await database.SaveChangesAsync();
            await transaction.CommitAsync();
            return null;
        }));
}
