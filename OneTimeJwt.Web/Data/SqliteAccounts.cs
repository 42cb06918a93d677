using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace OneTimeJwt.Web.Data;

public sealed class SqliteAccounts(DbContextOptions<AccountsContext> options, OneWriter writer) : AccountsContext(options, writer)
{
    // To the driver that is a transaction which takes no lock before it writes.
    public override IsolationLevel SnapshotLevel => IsolationLevel.ReadUncommitted;

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);

        // SQLite compares text; one offset and a fixed width make that the order of time.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcText>().HaveMaxLength(32);
    }

    private sealed class UtcText() : ValueConverter<DateTimeOffset, string>(
        moment => moment.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss.fffffffzzz", System.Globalization.CultureInfo.InvariantCulture),
        text => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture));
}
