using Microsoft.EntityFrameworkCore.Diagnostics;
using OneTimeJwt.Web.Admin;

namespace OneTimeJwt.Web.Tests.Admin;

/// <summary>Roles are changed in the transaction in which the act was judged.</summary>
public sealed class RoleActionTests
{
    public static TheoryData<DatabaseProvider, AdminAction> Grants => new(
        from provider in AppOnEach.Providers
        from act in new[] { AdminAction.MakeAdmin, AdminAction.MakeSupport, AdminAction.MakeAuditor }
        select (provider, act));

    [Theory]
    [MemberData(nameof(Grants))]
    public async Task Whoever_loses_the_role_while_giving_one_has_given_it_before_or_not_at_all(DatabaseProvider provider, AdminAction act)
    {
        await using var other = await TestApp.StartAsync(provider: provider);
        var admin = await other.AddAdminAsync(ConsoleRole.Admin);
        var account = await other.AddAccountAsync();
        Task<RoleOutcome>? removal = null;
        var isRemovedFirst = false;
        await using var app = await TestApp.StartAsync(
            new() { ["Recovery:PublicOrigin"] = other.Origin },
            beside: other,
            replace: services =>
                services.ConfigureDbContext<AccountsContext>(options =>
                    options.AddInterceptors(
                        new Granting(
                            account.Id,
                            async () =>
                            {
                                removal ??= Task.Run(() => other.Roles().RemoveAsync(admin.Id, ConsoleRole.Admin));
                                isRemovedFirst = await Task.WhenAny(removal, Task.Delay(TimeSpan.FromSeconds(1))) == removal;
                            }))));

        var outcome = await app.ActAsync(admin, act, account.Id);

        Assert.Equal(RoleOutcome.Done, await removal!);
        Assert.False(isRemovedFirst && outcome.Done, "A role was given by somebody who had none.");
        var given = act switch
        {
            AdminAction.MakeAdmin => ConsoleRole.Admin,
            AdminAction.MakeSupport => ConsoleRole.Support,
            _ => ConsoleRole.Auditor,
        };
        Assert.Equal(outcome.Done ? given : null, await other.Roles().OfAsync(account.Id));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(ConsoleRole.Auditor, false)]
    [InlineData(ConsoleRole.Support, false)]
    [InlineData(ConsoleRole.Admin, false)]
    public async Task Who_has_a_role_is_not_made_an_auditor_as_well(ConsoleRole? role, bool isDone)
    {
        await using var app = await TestApp.StartAsync(provider: DatabaseProvider.Sqlite);
        var (admin, account) = (await app.AddAdminAsync(ConsoleRole.Admin), await app.AddAdminAsync(role));

        Assert.Equal(isDone, (await app.ActAsync(admin, AdminAction.MakeAuditor, account.Id)).Done);

        Assert.Equal(role ?? ConsoleRole.Auditor, await app.Roles().OfAsync(account.Id));
        Assert.True((await app.ActAsync(admin, AdminAction.RemoveRole, account.Id)).Done);
        Assert.Null(await app.Roles().OfAsync(account.Id));
    }

    [Fact]
    public async Task Both_roles_are_taken_or_none()
    {
        await using var app = await TestApp.StartAsync(provider: DatabaseProvider.Sqlite);
        var (admin, both) = (await app.AddAdminAsync(ConsoleRole.Admin), await app.AddAdminAsync(ConsoleRole.Admin));
        await app.Roles().GrantAsync(both.Id, ConsoleRole.Support);
        await HostWrites.SqlAsync(
            app,
            "CREATE TRIGGER keep BEFORE DELETE ON RecoveryRoleMembers WHEN OLD.Role = 'Support' BEGIN SELECT RAISE(ABORT, 'kept'); END");

        var outcome = await app.ActAsync(admin, AdminAction.RemoveRole, both.Id);

        Assert.False(outcome.Done);
        Assert.Equal(ConsoleRole.Admin, await app.Roles().OfAsync(both.Id));
        Assert.DoesNotContain(await app.TrailAsync(both.Id), line => line.Kind == RecoveryEventKind.RoleRemoved);
    }

    /// <summary>Something happens before a role is written for this account.</summary>
    private sealed class Granting(string accountId, Func<Task> happens) : SaveChangesInterceptor
    {
        public override async ValueTask<InterceptionResult<int>> SavingChangesAsync(
            DbContextEventData eventData,
            InterceptionResult<int> result,
            CancellationToken cancellationToken = default)
        {
            if (
                eventData
                    .Context!.ChangeTracker.Entries<RecoveryRoleMember>()
                    .Any(row => row.State == EntityState.Added && row.Entity.AccountId == accountId))
                await happens();
            return result;
        }
    }
}
