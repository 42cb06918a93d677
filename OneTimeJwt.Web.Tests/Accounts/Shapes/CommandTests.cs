using OneTimeJwt.Web.Tests.Hosting;

namespace OneTimeJwt.Web.Tests.Accounts.Shapes;

/// <summary>What the executable prints of a database that needs settings.</summary>
public sealed class CommandTests
{
    private const string Shape = "two tables of users, no keys between them, no indexes (AliasVault)";

    [Fact]
    public async Task Settings_are_printed_as_lines_and_adopting_waits_for_them()
    {
        var shape = HostShapes.Named(Shape);
        await using var app = await UnstartedApp.OnAsync(DatabaseProvider.Sqlite);
        await HostSql.MakeAsync(app.Database, shape, HostAccount.Of(shape));
        var settings = new Dictionary<string, string> { ["ConnectionStrings:Accounts"] = app.Database.ConnectionString };
        Task<(int Code, string Said)> RunAsync(params string[] options) =>
            Executable.RunAsync(app.Folder, settings, ["database", "adopt", .. options]);

        var several = await RunAsync("--check");
        Assert.Equal(1, several.Code);
        Assert.Contains("AdminUsers, AliasVaultUsers", several.Said, StringComparison.Ordinal);
        var check = await RunAsync("--check", "--users", shape.Users!);
        Assert.Equal(0, check.Code);
        Assert.All(shape.ProposedOn(DatabaseProvider.Sqlite), line => Assert.Contains(line, check.Said, StringComparison.Ordinal));
        var early = await RunAsync("--users", shape.Users!);
        Assert.Equal(1, early.Code);
        Assert.Contains("It can be adopted with these settings. Nothing was changed.", early.Said, StringComparison.Ordinal);
        var printed = await RunAsync("--check", "--settings", "--users", shape.Users!);
        Assert.Equal(0, printed.Code);
        Assert.Equal(shape.ProposedOn(DatabaseProvider.Sqlite), Lines(printed.Said));

        foreach (var line in Lines(printed.Said).Select(line => line.Split('=', 2)))
            settings[line[0]] = line[1];
        Assert.Equal(0, (await RunAsync("--users", shape.Users!)).Code);
        var again = await RunAsync();
        Assert.Equal(0, again.Code);
        Assert.Contains("up to date", again.Said, StringComparison.Ordinal);
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
