using System.Data.Common;

namespace OneTimeJwt.Web.Database;

/// <summary>
/// The map of Identity's tables in this database, read when the first context is made and kept once there is a users table.
/// </summary>
internal sealed class IdentityMaps(
    IOptions<DatabaseSettings> database, IOptions<IdentitySettings> settings, DbContextOptions<AccountsContext> options,
    SqliteWriteLock writer)
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
        AccountsContext.Create(database.Value.Provider, options, writer, new IdentityMap(tried, columns, database.Value.Provider));

    /// <summary>Whether settings do where the database can't be read: for SQL that is only printed.</summary>
    public bool MayBeAway { get; set; }

    private IdentityMap Read()
    {
        using var context = AccountsContext.Create(database.Value.Provider, options, writer, IdentityMap.Default);
        try
        {
            var map = new IdentityMap(settings.Value, DatabaseSchema.ReadAll(context), database.Value.Provider);
            if (map.IsFound)
                _kept = map;
            return map;
        }
        catch (DbException) when (MayBeAway)
        {
            return new IdentityMap(settings.Value, [], database.Value.Provider);
        }
    }
}
