using System.Data;
using System.Globalization;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace OneTimeJwt.Web.Database;

public sealed class SqliteAccounts(DbContextOptions<AccountsContext> options, SqliteWriteLock writer) : AccountsContext(options, writer)
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
        moment => moment.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss.fffffffzzz", CultureInfo.InvariantCulture),
        text => Parse(text))
    {
        // Another application may have written anything; what can't be read as a moment is taken for the last one, so that
        // an account is locked rather than open.
        private static DateTimeOffset Parse(string text) =>
            DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
                ? moment
                : DateTimeOffset.MaxValue;
    }
}
