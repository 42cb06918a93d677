using System.Data.Common;
using System.Reflection;
using Microsoft.EntityFrameworkCore.Diagnostics;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Tests.SignIn;

public sealed class SecondStepTests
{
    // SignInManager looks at the type of the task that ResetLockout returns, which it says nowhere.
    [Fact]
    public void What_decides_about_a_second_step_is_no_state_of_the_object_and_no_task_that_Identity_may_look_at()
    {
        const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

        Assert.Null(typeof(AccountSignInManager).GetMethod("ResetLockout", Own));
        Assert.DoesNotContain(typeof(AccountSignInManager).GetFields(Own), field => !field.IsInitOnly && !field.Name.StartsWith('<'));
    }

    [Fact]
    public async Task A_passkeys_proof_that_was_used_is_refused_without_a_query_that_blocks_its_thread()
    {
        var blocking = new BlockingQueries();
        await using var app = await TestApp.StartAsync(
            replace: services => services.ConfigureDbContext<AccountsContext>(options => options.AddInterceptors(blocking)));
        var account = await app.AddWithFactorAsync("on,passkey");
        var passkey = Assert.Single(await app.PasskeysAsync(account.Id));
        var challenge = Guid.NewGuid();

        Assert.True(await app.EnterWithPasskeyAsync(account.Id, passkey, challenge));
        Assert.False(await app.EnterWithPasskeyAsync(account.Id, passkey, challenge));

        Assert.Equal(0, blocking.Count);
    }

    /// <summary>Counts queries of the trail that block their thread.</summary>
    private sealed class BlockingQueries : DbCommandInterceptor
    {
        public int Count { get; private set; }

        public override InterceptionResult<DbDataReader> ReaderExecuting(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<DbDataReader> result)
        {
            Count += command.CommandText.Contains("RecoveryTrail", StringComparison.Ordinal) ? 1 : 0;
            return result;
        }
    }
}
