namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>Writes accounts as another application on the same database would: the site has no page for it.</summary>
internal static class AccountRow
{
    private const string Copy = """
        CREATE TEMP TABLE Copy AS SELECT * FROM AspNetUsers WHERE Email = $model;
        UPDATE Copy SET Id = $new, SecurityStamp = $new, ConcurrencyStamp = $new,
            UserName = $email, NormalizedUserName = upper($email), Email = $email, NormalizedEmail = upper($email);
        INSERT INTO AspNetUsers SELECT * FROM Copy;
        INSERT INTO AspNetUserTokens (UserId, LoginProvider, Name, Value)
            SELECT $new, LoginProvider, Name, Value FROM AspNetUserTokens JOIN AspNetUsers ON Id = UserId WHERE Email = $model;
        INSERT INTO RecoveryRoleMembers (AccountId, Role)
            SELECT $new, Role FROM RecoveryRoleMembers JOIN AspNetUsers ON Id = AccountId WHERE Email = $model;
        """;

    private const string Move =
        "UPDATE AspNetUsers SET Email = $to, NormalizedEmail = $normalized, ConcurrencyStamp = $new WHERE Email = $email;";

    private const string Share =
        "UPDATE AspNetUsers SET Email = $to, NormalizedEmail = upper($to), UserName = $name, NormalizedUserName = upper($name), "
            + "ConcurrencyStamp = $new WHERE Email = $email;";

    // What UserManager.SetTwoFactorEnabledAsync writes.
    private const string SecondFactor =
        "UPDATE AspNetUsers SET TwoFactorEnabled = 1, SecurityStamp = $new, ConcurrencyStamp = $new WHERE Email = $email;";

    private const string Demotion =
        "DELETE FROM RecoveryRoleMembers WHERE AccountId = (SELECT Id FROM AspNetUsers WHERE Email = $email);";

    /// <summary>A fresh account with the password, second factor and roles of a seeded one: hashing one for each test
    /// would take long.</summary>
    public static async Task<TestAccount> CopyAsync(RunningApp app, TestAccount model)
    {
        var account = model with { Email = People.NextAddress() };
        await WriteAsync(app, Copy, ("$model", model.Email), ("$email", account.Email));
        return account;
    }

    public static Task MoveAsync(RunningApp app, TestAccount account, string to) =>
        WriteAsync(app, Move, ("$email", account.Email), ("$to", to), ("$normalized", to.ToUpperInvariant()));

    /// <summary>The address of another account, and a name of its own.</summary>
    public static Task ShareAsync(RunningApp app, TestAccount account, string to, string name) =>
        WriteAsync(app, Share, ("$email", account.Email), ("$to", to), ("$name", name));

    public static Task TurnTwoFactorOnAsync(RunningApp app, TestAccount account) =>
        WriteAsync(app, SecondFactor, ("$email", account.Email));

    /// <summary>As applications ban: by a date, in a statement that leaves every stamp alone.</summary>
    public static Task BanAsync(RunningApp app, TestAccount account, string until) =>
        WriteAsync(
            app,
            "UPDATE AspNetUsers SET LockoutEnabled = 1, LockoutEnd = $until WHERE Email = $email;",
            ("$email", account.Email),
            ("$until", until));

    public static Task DeleteAsync(RunningApp app, TestAccount account) =>
        WriteAsync(app, "DELETE FROM AspNetUsers WHERE Email = $email;", ("$email", account.Email));

    public static Task DemoteAsync(RunningApp app, TestAccount account) =>
        WriteAsync(app, Demotion, ("$email", account.Email));

    private static async Task WriteAsync(RunningApp app, string sql, params (string Name, string Value)[] values)
    {
        await using var database = await DatabaseFile.OpenAsync(app);
        await using var command = database.CreateCommand();
#pragma warning disable CA2100 // Constants of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Parameters.AddWithValue("$new", Guid.NewGuid().ToString());
        foreach (var (name, value) in values)
            command.Parameters.AddWithValue(name, value);
        Assert.NotEqual(0, await command.ExecuteNonQueryAsync());
    }
}
