using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Internal;
using Microsoft.EntityFrameworkCore.Migrations.Operations;

namespace OneTimeJwt.Web.Database;

/// <summary>
/// Migrations are written for keys of text. Columns of ours that are joined with the users table get the type and the collation
/// that its key has: databases refuse to compare others, or do it without an index.
/// </summary>
[SuppressMessage("Performance", "CA1812", Justification = "Entity Framework makes it.")]
[SuppressMessage("Usage", "EF1001", Justification = "There is no other place where a migration can be changed before it is written.")]
internal sealed class MappedMigrations(
    ICurrentDbContext current,
    IDbContextOptions options,
    IMigrationsIdGenerator ids,
    IDiagnosticsLogger<DbLoggerCategory.Migrations> logger) : MigrationsAssembly(current, options, ids, logger)
{
    private readonly AccountsContext _context = (AccountsContext)current.Context;

    public override Migration CreateMigration(TypeInfo migrationClass, string activeProvider)
    {
        var migration = base.CreateMigration(migrationClass, activeProvider);
        foreach (var column in migration.UpOperations.SelectMany(Columns))
        {
            if (TypeOf(column) is not { } mapped)
                continue;

            column.Collation = _context.Identity.KeyCollation;
            if (mapped.StoreType != column.ColumnType)
                (column.ColumnType, column.MaxLength) = (mapped.StoreType, null);
        }

        return migration;
    }

    private static IEnumerable<AddColumnOperation> Columns(MigrationOperation operation) => operation switch
    {
        CreateTableOperation table => table.Columns,
        AddColumnOperation column => [column],
        _ => [],
    };

    private Microsoft.EntityFrameworkCore.Metadata.IColumn? TypeOf(AddColumnOperation column) =>
        AccountsContext.IsOurs(column.Table) && column.Name is "AccountId" or "UserId"
            ? _context.Model.GetRelationalModel().FindTable(column.Table, schema: null)?.FindColumn(column.Name)
            : null;
}
