namespace OneTimeJwt.Web.Tests.Database;

public sealed class ActiveConditionTests
{
    public static TheoryData<string, string, DatabaseProvider, string?> Conditions => new()
    {
        { "IsActive = true", "boolean", DatabaseProvider.PostgreSql, "c IN (TRUE)" },
        { "IsActive=true", "bit", DatabaseProvider.SqlServer, "c IN (1)" },
        { "IsActive = true", "INTEGER", DatabaseProvider.Sqlite, "c IN (1)" },
        { "IsDeleted != true", "boolean", DatabaseProvider.PostgreSql, "(c NOT IN (TRUE) OR c IS NULL)" },
        { "IsDeleted <> 1", "bit", DatabaseProvider.SqlServer, "(c NOT IN (1) OR c IS NULL)" },
        { "IsDeleted in (false, null)", "boolean", DatabaseProvider.PostgreSql, "(c IN (FALSE) OR c IS NULL)" },
        { "DeletedAt = null", "timestamp with time zone", DatabaseProvider.PostgreSql, "c IS NULL" },
        { "DeletedAt not in (null, 3)", "integer", DatabaseProvider.PostgreSql, "(c NOT IN (3) AND c IS NOT NULL)" },
        { "Status in (1, 2)", "integer", DatabaseProvider.PostgreSql, "c IN (1, 2)" },
        { "Status IN (Active, 'On trial')", "text", DatabaseProvider.PostgreSql, "c IN ('Active', 'On trial')" },
        { "Status = 'it''s fine'", "nvarchar", DatabaseProvider.SqlServer, "c IN (N'it''s fine')" },
        { "\"Status\" not in (Blocked)", "varchar(20)", DatabaseProvider.Sqlite, "(c NOT IN ('Blocked') OR c IS NULL)" },
        { "Status not in ('a,b', c)", "text", DatabaseProvider.PostgreSql, "(c NOT IN ('a,b', 'c') OR c IS NULL)" },
        { "Status != 'null'", "text", DatabaseProvider.PostgreSql, "(c NOT IN ('null') OR c IS NULL)" },
        { "IsActive = maybe", "boolean", DatabaseProvider.PostgreSql, null },
        { "Status = Active", "integer", DatabaseProvider.PostgreSql, null },
    };

    [Theory]
    [MemberData(nameof(Conditions))]
    public void It_is_written_in_the_database_s_own_words(string text, string type, DatabaseProvider provider, string? sql) =>
        Assert.Equal(sql, ActiveCondition.Parse(text)!.Sql("c", type, provider));

    [Theory]
    [InlineData("")]
    [InlineData("IsActive")]
    [InlineData("IsActive =")]
    [InlineData("Status in ()")]
    [InlineData("Status in (1, )")]
    [InlineData("Status = 'open")]
    [InlineData("Status = a b")]
    [InlineData("IsActive = true; x")]
    [InlineData("IsActive = true OR 1 = 1")]
    [InlineData("1 = 1")]
    public void What_is_no_condition_is_refused(string text) => Assert.Null(ActiveCondition.Parse(text));
}
