using Microsoft.SqlServer.TransactSql.ScriptDom;
using OneTimeJwt.Web.Tests.Hosting;

namespace OneTimeJwt.Web.Tests.Accounts.Shapes;

/// <summary>Identity databases as they really are, each made by its host's DDL, with the settings that are proposed for it.</summary>
public abstract class ShapeTests(DatabaseProvider provider)
{
    private protected Task AdoptAndUseAsync(string shape) => new ShapeRun(HostShapes.Named(shape), provider).RunAsync();

    private protected async Task RefuseAsync(string name)
    {
        var shape = RefusedShapes.All.Single(shape => shape.Name == name);
        await using var app = await UnstartedApp.OnAsync(provider);
        foreach (var statement in shape.Statements)
            await HostSql.RunAsync(app.Database, statement);
        var before = await HostSql.SchemaAsync(app.Database);

        var report = await app.Adoption.CheckAsync();

        var reason = report.Obstacles.Single(obstacle => shape.Told.All(told => obstacle.Contains(told, StringComparison.Ordinal)));
        Assert.DoesNotContain('\n', reason);
        Assert.Empty(report.Settings);
        var settings = new Dictionary<string, string>
        {
            ["Database:Provider"] = $"{provider}",
            ["ConnectionStrings:Accounts"] = app.Database.ConnectionString,
        };
        var refused = await Executable.RunAsync(app.Folder, settings, "database", "adopt");
        Assert.Equal(1, refused.Code);
        Assert.Contains(reason, refused.Said, StringComparison.Ordinal);
        Assert.Equal(before, await HostSql.SchemaAsync(app.Database));
    }
}

public sealed class SqliteShapeTests() : ShapeTests(DatabaseProvider.Sqlite)
{
    public static TheoryData<string> Shapes => HostShapes.On(DatabaseProvider.Sqlite);

    public static TheoryData<string> Others => HostShapes.InLongRunOn(DatabaseProvider.Sqlite);

    public static TheoryData<string> Refused => RefusedShapes.On(DatabaseProvider.Sqlite);

    [Theory]
    [MemberData(nameof(Shapes))]
    public Task A_shape_is_adopted_by_the_settings_that_are_proposed_and_used(string shape) => AdoptAndUseAsync(shape);

    [Theory]
    [Trait("Category", "long")]
    [MemberData(nameof(Others))]
    public Task So_is_one_that_the_short_run_tries_on_another_database(string shape) => AdoptAndUseAsync(shape);

    [Theory]
    [MemberData(nameof(Refused))]
    public Task A_shape_that_is_not_Identitys_is_refused_by_name(string shape) => RefuseAsync(shape);
}

public sealed class PostgreSqlShapeTests() : ShapeTests(DatabaseProvider.PostgreSql)
{
    public static TheoryData<string> Shapes => HostShapes.On(DatabaseProvider.PostgreSql);

    public static TheoryData<string> Others => HostShapes.InLongRunOn(DatabaseProvider.PostgreSql);

    public static TheoryData<string> Refused => RefusedShapes.On(DatabaseProvider.PostgreSql);

    [Theory]
    [MemberData(nameof(Shapes))]
    public Task A_shape_is_adopted_by_the_settings_that_are_proposed_and_used(string shape) => AdoptAndUseAsync(shape);

    [Theory]
    [Trait("Category", "long")]
    [MemberData(nameof(Others))]
    public Task So_is_one_that_the_short_run_tries_on_another_database(string shape) => AdoptAndUseAsync(shape);

    [Theory]
    [MemberData(nameof(Refused))]
    public Task A_shape_that_is_not_Identitys_is_refused_by_name(string shape) => RefuseAsync(shape);
}

public sealed class SqlServerShapeTests() : ShapeTests(DatabaseProvider.SqlServer)
{
    public static TheoryData<string> Shapes => HostShapes.On(DatabaseProvider.SqlServer);

    public static TheoryData<string> Others => HostShapes.InLongRunOn(DatabaseProvider.SqlServer);

    public static TheoryData<string> Refused => RefusedShapes.On(DatabaseProvider.SqlServer);

    // Also where no server is named.
    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_shapes_statements_are_TSQL(string name)
    {
        var shape = HostShapes.Named(name);
        var statements = new HostDialect(DatabaseProvider.SqlServer, shape).Statements().Concat(shape.Last(DatabaseProvider.SqlServer));
        Assert.All(statements, Parses);
    }

    [Fact]
    public void So_is_what_reads_its_schema() => Parses(DatabaseSchema.Sql(DatabaseProvider.SqlServer));

    private static void Parses(string statement)
    {
        using var text = new StringReader(statement);
        new TSql150Parser(initialQuotedIdentifiers: true).Parse(text, out var errors);
        Assert.Empty(errors.Select(error => $"{error.Line}: {error.Message}"));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public Task A_shape_is_adopted_by_the_settings_that_are_proposed_and_used(string shape) => AdoptAndUseAsync(shape);

    [Theory]
    [Trait("Category", "long")]
    [MemberData(nameof(Others))]
    public Task So_is_one_that_the_short_run_tries_on_another_database(string shape) => AdoptAndUseAsync(shape);

    [Theory]
    [MemberData(nameof(Refused))]
    public Task A_shape_that_is_not_Identitys_is_refused_by_name(string shape) => RefuseAsync(shape);
}
