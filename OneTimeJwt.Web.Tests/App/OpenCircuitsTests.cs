using System.Security.Claims;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Data;

namespace OneTimeJwt.Web.Tests.App;

public sealed class OpenCircuitsTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private readonly TestApp _app = shared.App;

    [Fact]
    public async Task A_page_that_comes_back_with_another_user_ends_with_the_session_of_that_one()
    {
        var (first, second) = (await _app.AddAccountAsync(), await _app.AddAccountAsync());
        var authentication = new ServerAuthenticationStateProvider();
        Become(authentication, await SignedInAsync(first));
        var browser = new Browser();
        using var circuit = ActivatorUtilities.CreateInstance<SessionCircuit>(_app.Services, authentication, browser);
        await circuit.OnCircuitOpenedAsync(null!, TestContext.Current.CancellationToken);

        Become(authentication, await SignedInAsync(second));
        await EndSessionsAsync(first);
        await EndSessionsAsync(second);

        Assert.Equal("/sign-in", await browser.SentTo.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        Assert.Equal(second.Id, circuit.Session?.AccountId);
    }

    [Fact]
    public async Task A_page_whose_user_signed_out_is_nobodys()
    {
        var account = await _app.AddAccountAsync();
        var authentication = new ServerAuthenticationStateProvider();
        Become(authentication, await SignedInAsync(account));
        using var circuit = ActivatorUtilities.CreateInstance<SessionCircuit>(_app.Services, authentication, new Browser());
        await circuit.OnCircuitOpenedAsync(null!, TestContext.Current.CancellationToken);
        Assert.Equal(account.Id, circuit.Session?.AccountId);

        Become(authentication, new ClaimsPrincipal(new ClaimsIdentity()));
        Assert.Null(circuit.Session);

        circuit.Dispose();
        Become(authentication, await SignedInAsync(account));
        Assert.Null(circuit.Session);
    }

    private Task<ClaimsPrincipal> SignedInAsync(Account account) =>
        _app.WithAsync<SignInManager<Account>, ClaimsPrincipal>(async signIn => await signIn.CreateUserPrincipalAsync(await _app.ReadAsync(account.Id)));

    private Task<IdentityResult> EndSessionsAsync(Account account) =>
        _app.WithAsync<UserManager<Account>, IdentityResult>(async users => await users.UpdateSecurityStampAsync((await users.FindByIdAsync(account.Id))!));

    private static void Become(ServerAuthenticationStateProvider authentication, ClaimsPrincipal user) =>
        authentication.SetAuthenticationState(Task.FromResult(new AuthenticationState(user)));

    private sealed class Browser : NavigationManager
    {
        private readonly TaskCompletionSource<string> _sentTo = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Browser() => Initialize("http://localhost/", "http://localhost/admin");

        public Task<string> SentTo => _sentTo.Task;

        protected override void NavigateToCore(string uri, NavigationOptions options) => _sentTo.TrySetResult(uri);
    }
}
