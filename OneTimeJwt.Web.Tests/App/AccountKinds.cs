namespace OneTimeJwt.Web.Tests.App;

/// <summary>Addresses that must not be told apart from outside.</summary>
internal static class AccountKinds
{
    /// <summary>Known, unconfirmed, locked for a while, banned, with a foreign hash, without a password or a stamp,
    /// with another provider, and unknown.</summary>
    public static async Task<IReadOnlyList<string>> OfEveryKindAsync(TestApp app)
    {
        var known = await app.AddAccountAsync();
        var without = await app.AddAccountAsync(password: null);
        var stampless = await app.AddAccountAsync();
        await app.WriteAsync(stampless.Id, row => row.SetProperty(column => column.SecurityStamp, (string?)null));
        return
        [
            known.Email!,
            .. await BarredAsync(app),
            without.Email!,
            stampless.Email!,
            await ElsewhereAsync(app),
            $"user-{Guid.NewGuid():N}@example.com",
        ];
    }

    /// <summary>Those who can't sign in although they know their password.</summary>
    public static async Task<IReadOnlyList<string>> BarredAsync(TestApp app)
    {
        var unconfirmed = await app.AddAccountAsync(shape: row => row.EmailConfirmed = false);
        var pausing = await app.AddAccountAsync(shape: row => row.LockoutEnd = app.Clock.GetUtcNow().AddMinutes(10));
        var disabled = await app.AddAccountAsync(shape: row => row.LockoutEnd = DateTimeOffset.MaxValue);
        var banned = await app.AddAccountAsync(shape: row => row.LockoutEnd = app.Clock.GetUtcNow().AddYears(10));
        var foreign = await app.AddAccountAsync(shape: row =>
            row.PasswordHash = "$2a$11$1pyJ0Kk0dCn8dXhbMqzO2uQv6y9m6nq6bT1u2uYk0yEo3rXy1sQeW");
        return [unconfirmed.Email!, pausing.Email!, disabled.Email!, banned.Email!, foreign.Email!];
    }

    private static async Task<string> ElsewhereAsync(TestApp app)
    {
        var account = await app.AddAccountAsync(password: null);
        await app.WithAsync<UserManager<Account>, IdentityResult>(async users =>
            await users.AddLoginAsync((await users.FindByIdAsync(account.Id))!, new UserLoginInfo("google", account.Id, "Google")));
        return account.Email!;
    }
}
