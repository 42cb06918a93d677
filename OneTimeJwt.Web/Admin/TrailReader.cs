using Microsoft.EntityFrameworkCore;
using OneTimeJwt.Web.Data;

namespace OneTimeJwt.Web.Admin;

/// <summary>Reads the trail for the console, each time through a context of its own.</summary>
public sealed class TrailReader(IDbContextFactory<AccountsContext> contexts)
{
    private const int Most = 500;

    public async Task<IReadOnlyList<RecoveryEvent>> LatestAsync()
    {
        await using var database = await contexts.CreateDbContextAsync();
        return await database.Trail.AsNoTracking().OrderByDescending(line => line.At).Take(Most).ToListAsync();
    }
}
