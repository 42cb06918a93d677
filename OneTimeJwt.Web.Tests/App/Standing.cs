using Microsoft.AspNetCore.Identity;
using OneTimeJwt.Web.Data;

namespace OneTimeJwt.Web.Tests.App;

/// <summary>Addresses that must not be told apart from outside.</summary>
internal static class Standing
{
    /// <summary>Known, unconfirmed, locked for a while, locked for good, without a password, with another provider, and unknown.</summary>
    public static async Task<IReadOnlyList<string>> OfEveryKindAsync(TestApp app)
    {
        var known = await app.AddAccountAsync();
        var without = await app.AddAccountAsync(password: null);
        return [known.Email!, .. await BarredAsync(app), without.Email!, await ElsewhereAsync(app), $"user-{Guid.NewGuid():N}@example.com"];
    }

    /// <summary>Those who can't sign in although they know their password.</summary>
    public static async Task<IReadOnlyList<string>> BarredAsync(TestApp app)
    {
        var unconfirmed = await app.AddAccountAsync(shape: row => row.EmailConfirmed = false);
        var pausing = await app.AddAccountAsync(shape: row => row.LockoutEnd = app.Clock.GetUtcNow().AddMinutes(10));
        var disabled = await app.AddAccountAsync(shape: row => row.LockoutEnd = DateTimeOffset.MaxValue);
        return [unconfirmed.Email!, pausing.Email!, disabled.Email!];
    }

    private static async Task<string> ElsewhereAsync(TestApp app)
    {
        var account = await app.AddAccountAsync(password: null);
        await app.WithAsync<UserManager<Account>, IdentityResult>(async users =>
            await users.AddLoginAsync((await users.FindByIdAsync(account.Id))!, new UserLoginInfo("google", account.Id, "Google")));
        return account.Email!;
    }
}
