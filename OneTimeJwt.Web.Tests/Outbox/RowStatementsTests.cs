using Microsoft.EntityFrameworkCore.Design;
using Microsoft.SqlServer.TransactSql.ScriptDom;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Tests.Outbox;

/// <summary>The other databases run these statements in every test; SQL Server's are read by its own parser.</summary>
public sealed class RowStatementsTests
{
    [Theory]
    [InlineData(false, typeof(InsertStatement))]
    [InlineData(true, typeof(InsertStatement))]
    [InlineData(null, typeof(UpdateStatement))]
    [InlineData(null, typeof(DeleteStatement))]
    public void Sql_Server_can_read_them(bool? unlessKnown, Type kind)
    {
        using var context = ((IDesignTimeDbContextFactory<SqlServerAccounts>)new DesignTime()).CreateDbContext([]);
        var rows = new RowStatements<OutboxMail>(context);

        var statement = unlessKnown is { } leavesOut ? rows.Insert(leavesOut)
            : kind == typeof(UpdateStatement) ? rows.Update(nameof(OutboxMail.AccountId), nameof(OutboxMail.TypedAddress))
            : rows.Delete();

        using var text = new StringReader(statement.Text);
        var script = (TSqlScript)new TSql150Parser(initialQuotedIdentifiers: true).Parse(text, out var errors);
        Assert.Empty(errors.Select(error => error.Message));
        Assert.Equal([typeof(PredicateSetStatement), kind], script.Batches.Single().Statements.Select(read => read.GetType()));
        Assert.All(statement.Columns.Index(), column => Assert.Contains($"@p{column.Index}", statement.Text, StringComparison.Ordinal));
    }
}
