using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace OneTimeJwt.Web.Tests.Database;

public sealed class MigrationsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider> Providers => [.. Enum.GetValues<DatabaseProvider>()];

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Nodes_that_start_at_once_bring_the_schema_up_to_date_together(DatabaseProvider provider)
    {
        await using var app = await UnstartedApp.OnAsync(provider);
        var nodes = Enumerable.Range(0, 6).Select(_ => app.Twin()).ToList();

        await Task.WhenAll(nodes.Select(node => node.Migrator.MigrateAsync()));

        Assert.Empty(await app.Migrator.PendingAsync());
        Assert.Empty(await app.Migrator.MigrateAsync());
    }

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.PostgreSql)]
    public async Task A_table_that_lacks_a_column_is_told_by_name(DatabaseProvider provider)
    {
        await using var app = await UnstartedApp.OnAsync(provider);
        await app.Migrator.MigrateAsync();
        await using (var context = app.Open())
            await context.Database.ExecuteSqlAsync($"""ALTER TABLE "RecoveryAccounts" DROP COLUMN "Zone" """, Cancellation);

        var fault = await Assert.ThrowsAsync<ForeignDatabaseException>(() => app.Migrator.PendingAsync());

        Assert.StartsWith("RecoveryAccounts has no column Zone", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.PostgreSql)]
    public async Task A_table_of_ours_that_is_missing_is_told_by_name(DatabaseProvider provider)
    {
        await using var app = await UnstartedApp.OnAsync(provider);
        await app.Migrator.MigrateAsync();
        await using (var context = app.Open())
            await context.Database.ExecuteSqlAsync($"""DROP TABLE "RecoveryRoleMembers" """, Cancellation);

        var fault = await Assert.ThrowsAsync<ForeignDatabaseException>(() => app.Migrator.PendingAsync());

        Assert.StartsWith("There is no table RecoveryRoleMembers although", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void The_list_that_a_start_compares_with_is_what_the_migrations_make(DatabaseProvider provider)
    {
        using var context = Context(provider);
        var assembly = context.GetService<IMigrationsAssembly>();
        var made = assembly.Migrations.Values
            .SelectMany(type => assembly.CreateMigration(type, context.Database.ProviderName!).UpOperations)
            .SelectMany(Columns)
            .Where(column => column.Table.StartsWith(AccountsContext.OurPrefix, StringComparison.Ordinal));

        Assert.Equal(
            made.Select(column => (column.Table, column.Name)).Order(),
            OurTables.Columns.SelectMany(table => table.Value.Select(name => (table.Key, name))).Order());
        Assert.Equal(context.Database.GetMigrations(), OurTables.MigrationsOf(provider).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Rights_are_asked_for_on_each_table_of_ours() => Assert.Empty(
        OurTables.Columns.Keys.Except(DatabaseRights.Tables.Append(IdentityModel.OwnUserTokens), StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Providers))]
    public void The_migrations_make_what_the_model_says(DatabaseProvider provider)
    {
        using var context = Context(provider);
        Assert.False(context.Database.HasPendingModelChanges());
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Migrations_only_add(DatabaseProvider provider)
    {
        using var context = Context(provider);
        var assembly = context.GetService<IMigrationsAssembly>();
        var operations = assembly.Migrations.Values.SelectMany(type =>
            assembly.CreateMigration(type, context.Database.ProviderName!).UpOperations);

        Assert.All(
            operations,
            operation =>
                Assert.True(
                    operation is CreateTableOperation or CreateIndexOperation or AddColumnOperation
                        || operation is InsertDataOperation { Table: { } filled }
                            && filled.StartsWith(AccountsContext.OurPrefix, StringComparison.Ordinal)
                        || operation is DropIndexOperation { Table: { } table }
                            && table.StartsWith(AccountsContext.OurPrefix, StringComparison.Ordinal)
                        || operation is SqlOperation { Sql: { } sql }
                            && sql.TrimStart().StartsWith($"UPDATE \"{AccountsContext.OurPrefix}", StringComparison.Ordinal),
                    operation.GetType().Name));
    }

    // The host's keys may be of another type or collation.
    [Theory]
    [MemberData(nameof(Providers))]
    public void No_foreign_key_of_ours_leads_into_a_table_of_the_host(DatabaseProvider provider)
    {
        using var context = Context(provider);
        var assembly = context.GetService<IMigrationsAssembly>();
        var ours = assembly.Migrations.Values
            .SelectMany(type => assembly.CreateMigration(type, context.Database.ProviderName!).UpOperations)
            .OfType<CreateTableOperation>()
            .Where(table => table.Name.StartsWith(AccountsContext.OurPrefix, StringComparison.Ordinal))
            .ToList();

        Assert.NotEmpty(ours);
        Assert.All(
            ours.SelectMany(table => table.ForeignKeys),
            key => Assert.StartsWith(AccountsContext.OurPrefix, key.PrincipalTable, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_script_for_SQL_Server_is_T_SQL_to_Microsofts_own_parser_and_plain(bool adopted)
    {
        var script = await new Migrator(new Unconnected(), maps: null!).ScriptAsync(adopted);

        using var text = new StringReader(script);
        var tree = new TSql150Parser(initialQuotedIdentifiers: true).Parse(text, out var errors);
        Assert.Empty(errors.Select(error => $"{error.Line}: {error.Message}"));
        var unwanted = new Unwanted();
        tree.Accept(unwanted);
        Assert.Empty(unwanted.Found);
        Assert.Contains("CREATE TABLE [RecoveryOutbox]", script, StringComparison.Ordinal);
        Assert.Equal(!adopted, script.Contains("CREATE TABLE [AspNetUsers]", StringComparison.Ordinal));
    }

    private static IEnumerable<AddColumnOperation> Columns(MigrationOperation operation) => operation switch
    {
        CreateTableOperation table => table.Columns,
        AddColumnOperation column => [column],
        _ => [],
    };

    private static AccountsContext Context(DatabaseProvider provider)
    {
        TestDatabase.SkipIfProviderIsForAnotherVersion(provider);
        var made = new DesignTime();
        return provider switch
        {
            DatabaseProvider.SqlServer => ((IDesignTimeDbContextFactory<SqlServerAccounts>)made).CreateDbContext([]),
            DatabaseProvider.PostgreSql => ((IDesignTimeDbContextFactory<PostgreSqlAccounts>)made).CreateDbContext([]),
            _ => ((IDesignTimeDbContextFactory<SqliteAccounts>)made).CreateDbContext([]),
        };
    }

    private sealed class Unconnected : IDbContextFactory<AccountsContext>
    {
        public AccountsContext CreateDbContext() => Context(DatabaseProvider.SqlServer);
    }

    /// <summary>Collects what a server that speaks a plain subset of T-SQL doesn't know, or what would change a table
    /// that is there.</summary>
    private sealed class Unwanted : TSqlFragmentVisitor
    {
        public List<string> Found { get; } = [];

        public override void Visit(AlterTableAlterColumnStatement node) => Add(node);

        public override void Visit(MergeStatement node) => Add(node);

        public override void Visit(WaitForStatement node) => Add(node);

        public override void Visit(DropTableStatement node) => Add(node);

        public override void Visit(TableHint node) => Add(node);

        public override void Visit(SystemTimePeriodDefinition node) => Add(node);

        private void Add(TSqlFragment node) => Found.Add($"{node.StartLine}: {node.GetType().Name}");
    }
}
