using System.Data.Common;

namespace OneTimeJwt.Web.Database;

/// <summary>
/// The map of Identity's tables in this database, read when the first context is made and kept once there is a users table.
/// </summary>
internal sealed class IdentityMaps(
    IOptions<DatabaseSettings> database, IOptions<IdentitySettings> settings, Lazy<DbContextOptions<AccountsContext>> options,
    SqliteWriteLock writer, PlainDatabase? plain = null)
{
    private readonly Lock _reading = new();
    private volatile IdentityMap? _kept;

    /// <summary>Whether accounts can be locked; asked for each account, so nothing is read for it.</summary>
    public bool HasLockout => _kept?.HasLockout ?? true;

    public IdentityMap Current
    {
        get
        {
            if (_kept is { } kept)
                return kept;
            lock (_reading)
                return _kept ?? Read();
        }
    }

    /// <summary>A context for settings that are only tried.</summary>
    public AccountsContext ContextFor(IdentitySettings tried, IReadOnlyList<SchemaColumn> columns) =>
        AccountsContext.Create(database.Value.Provider, options.Value, writer, new IdentityMap(tried, columns, database.Value.Provider));

    /// <summary>Whether settings do where the database can't be read: for SQL that is only printed.</summary>
    public bool MayBeAway { get; set; }

    /// <summary>What the database has, read at one go, and its map, which is kept.</summary>
    /// <returns>Null where it can't be read.</returns>
    public (Catalogue Found, IdentityMap Map)? Look()
    {
        if (plain is null)
            return null;

        try
        {
            var found = plain.ReadCatalogue();
            return (found, Keep(found.Columns));
        }
        catch (Exception fault) when (fault.IsOfDatabase())
        {
            return null;
        }
    }

    private IdentityMap Keep(IReadOnlyList<SchemaColumn> columns)
    {
        var map = new IdentityMap(settings.Value, columns, database.Value.Provider);
        return map.IsFound ? _kept ??= map : map;
    }

    private IdentityMap Read()
    {
        if (Look() is { Map: var seen })
            return seen;

        // Entity Framework knows which faults pass, and whether there is a database at all.
        using var context = ContextFor(settings.Value, []);
        try
        {
            return Keep(DatabaseSchema.ReadAll(context));
        }
        catch (DbException) when (MayBeAway)
        {
            return context.Identity;
        }
    }
}
