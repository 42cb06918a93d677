using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace OneTimeJwt.Web.Data;

public sealed class PostgreSqlAccounts(DbContextOptions<AccountsContext> options, OneWriter writer) : AccountsContext(options, writer)
{
    public override IsolationLevel SnapshotLevel => IsolationLevel.RepeatableRead;

    // By language, as databases usually sort, a prefix is no range of an index.
    public override string SearchCollation => "C";

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);

        builder.Entity<Account>(account =>
        {
            account.HasIndex(a => a.Id, "IX_AspNetUsers_Id_C").UseCollation(SearchCollation);
            account.HasIndex(a => new { a.NormalizedEmail, a.Id }, "IX_AspNetUsers_NormalizedEmail_C").UseCollation(SearchCollation, SearchCollation);
            account.HasIndex(a => new { a.NormalizedUserName, a.Id }, "IX_AspNetUsers_NormalizedUserName_C").UseCollation(SearchCollation, SearchCollation);
        });
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);

        // The driver takes no other offset.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<Utc>();
    }

    private sealed class Utc() : ValueConverter<DateTimeOffset, DateTimeOffset>(moment => moment.ToUniversalTime(), moment => moment);
}
