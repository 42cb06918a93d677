using System.Data;
using Microsoft.EntityFrameworkCore;

namespace OneTimeJwt.Web.Data;

public sealed class SqlServerAccounts(DbContextOptions<AccountsContext> options, OneWriter writer) : AccountsContext(options, writer)
{
    // Snapshots have to be allowed on the database first.
    public override IsolationLevel SnapshotLevel => IsolationLevel.ReadCommitted;

    public override bool ComparesByCode => false;

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);

        // Tables of an adopted database may have triggers, beside which OUTPUT is refused.
        foreach (var type in builder.Model.GetEntityTypes().Where(type => !type.IsOwned()).ToList())
            builder.Entity(type.ClrType).ToTable(table => table.UseSqlOutputClause(false));
    }
}
