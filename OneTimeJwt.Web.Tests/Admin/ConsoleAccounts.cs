using System.Security.Claims;
using OneTimeJwt.Web.Admin;

namespace OneTimeJwt.Web.Tests.Admin;

/// <summary>An account and its session.</summary>
public sealed record Member(Account Account, ClaimsPrincipal User)
{
    public string Id => Account.Id;
}

/// <summary>People who work in the console.</summary>
internal static class ConsoleAccounts
{
    public static async Task<Member> AddAdminAsync(this TestApp app, ConsoleRole? role) =>
        await app.MemberAsync(await app.AddAccountAsync(), role);

    /// <summary>An account that is there already, signed in.</summary>
    public static async Task<Member> MemberAsync(this TestApp app, Account account, ConsoleRole? role)
    {
        if (role is { } given)
            Assert.Equal(RoleOutcome.Done, await app.Roles().GrantAsync(account.Id, given));
        return new Member(
            account,
            await app.WithAsync<IUserClaimsPrincipalFactory<Account>, ClaimsPrincipal>(factory => factory.CreateAsync(account)));
    }

    public static ConsoleRoles Roles(this TestApp app) => (ConsoleRoles)app.Services.GetService(typeof(ConsoleRoles))!;

    public static Task<AdminActionOutcome> ActAsync(
        this TestApp app,
        Member by,
        AdminAction act,
        string accountId,
        string reason = "asked for on the phone") =>
        app.WithAsync<AdminActions, AdminActionOutcome>(acts =>
            acts.DoAsync(by.User, new AdminActionRequest(act, accountId, reason, "203.0.113.9")));
}
