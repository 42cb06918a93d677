namespace OneTimeJwt.Web.Tests.Database;

/// <summary>Connection strings that can't work are refused at start, without their text.</summary>
public sealed class ConnectionStringsTests
{
    [Theory]
    [InlineData("Host=one;Database=a;Username=u;Password=secret", null)]
    [InlineData("Host=one,two;Database=a;Username=u;Password=secret;Target Session Attributes=read-write", null)]
    [InlineData("Host=one;Database=a;Username=u;Password=secret;Target Session Attributes=any", null)]
    [InlineData(
        "Host=one;Database=a;Username=u;Password=secret;Target Session Attributes=read-write",
        "has Target Session Attributes and one host")]
    [InlineData("Host=one;Database=a;Username=u;Password=secret;Target Session Attributes=sometimes", "can't be read")]
    [InlineData("Host=one;Username=u;Password=secret", "has to name a server and a database")]
    public void PostgreSql(string connectionString, string? fault)
    {
        var told = ConnectionStrings.Fault(DatabaseProvider.PostgreSql, connectionString);

        Assert.Equal(fault is null, told is null);
        Assert.Contains(fault ?? "", told ?? "", StringComparison.Ordinal);
        Assert.DoesNotContain("secret", told ?? "", StringComparison.Ordinal);
    }
}
