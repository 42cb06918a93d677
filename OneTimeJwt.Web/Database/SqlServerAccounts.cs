using System.Data;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace OneTimeJwt.Web.Database;

public sealed class SqlServerAccounts(DbContextOptions<AccountsContext> options, SqliteWriteLock writer) : AccountsContext(options, writer)
{
    // Snapshots have to be allowed on the database first.
    public override IsolationLevel SnapshotLevel => IsolationLevel.ReadCommitted;

    public override bool ComparesByCode => false;

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);

        // Tables of an adopted database may have triggers, beside which OUTPUT is refused. Set on the type as it is: through
        // the builder, types that Identity has mapped and then ignores would be taken back into the model.
        foreach (var type in builder.Model.GetEntityTypes().Where(type => !type.IsOwned()))
            type.UseSqlOutputClause(false);
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);

        // Servers that speak its protocol may keep microseconds, and round: the last moment of the calendar, which locks
        // an account for good, would become one that can't be read.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<Microseconds>();
    }

    private sealed class Microseconds() : ValueConverter<DateTimeOffset, DateTimeOffset>(
        moment => new DateTimeOffset(moment.Ticks - (moment.Ticks % TimeSpan.TicksPerMicrosecond), moment.Offset), moment => moment);
}
