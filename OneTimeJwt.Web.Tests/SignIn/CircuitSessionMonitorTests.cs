using System.Security.Claims;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Tests.SignIn;

public sealed class CircuitSessionMonitorTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private readonly TestApp _app = shared.App;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_page_that_comes_back_with_another_user_or_nobody_is_over(bool signedIn)
    {
        var account = await _app.AddAccountAsync();
        var other = signedIn ? await SignedInAsync(await _app.AddAccountAsync()) : new ClaimsPrincipal(new ClaimsIdentity());
        var (authentication, browser) = (As(await SignedInAsync(account)), new Browser());
        using var circuit = await OpenAsync(authentication, browser);

        Become(authentication, other);

        Assert.Equal("/sign-in", await browser.SentToAsync());
        Assert.Equal(account.Id, circuit.Session?.Owner);
    }

    [Fact]
    public async Task A_page_that_comes_back_with_a_newer_sign_in_of_the_same_user_ends_with_that_one()
    {
        var account = await _app.AddAccountAsync();
        var (authentication, browser) = (As(await SignedInAsync(account)), new Browser());
        using var circuit = await OpenAsync(authentication, browser);
        var (before, opened) = (await StampAsync(account), circuit.Session?.Stamp);
        await EndSessionsAsync(account);

        Become(authentication, await SignedInAsync(account));

        Assert.Equal(before, opened);
        Assert.Equal(await StampAsync(account), circuit.Session?.Stamp);
        Assert.NotEqual(before, circuit.Session?.Stamp);
        await EndSessionsAsync(account);
        Assert.Equal("/sign-in", await browser.SentToAsync());
    }

    [Fact]
    public async Task A_page_that_was_closed_is_watched_no_more()
    {
        var account = await _app.AddAccountAsync();
        var authentication = As(new ClaimsPrincipal(new ClaimsIdentity()));
        using var circuit = await OpenAsync(authentication, new Browser());
        await circuit.OnCircuitClosedAsync(null!, TestContext.Current.CancellationToken);

        Become(authentication, await SignedInAsync(account));

        Assert.Null(circuit.Session);
    }

    private static ServerAuthenticationStateProvider As(ClaimsPrincipal user)
    {
        var authentication = new ServerAuthenticationStateProvider();
        Become(authentication, user);
        return authentication;
    }

    private async Task<SessionCircuit> OpenAsync(ServerAuthenticationStateProvider authentication, Browser browser)
    {
        var circuit = ActivatorUtilities.CreateInstance<SessionCircuit>(_app.Services, authentication, browser);
        await circuit.OnCircuitOpenedAsync(null!, TestContext.Current.CancellationToken);
        return circuit;
    }

    private async Task<string?> StampAsync(Account account) => (await _app.ReadAsync(account.Id)).SecurityStamp;

    private Task<ClaimsPrincipal> SignedInAsync(Account account) => _app.WithAsync<SignInManager<Account>, ClaimsPrincipal>(async signIn =>
        await signIn.CreateUserPrincipalAsync(await _app.ReadAsync(account.Id)));

    private Task<IdentityResult> EndSessionsAsync(Account account) => _app.WithAsync<UserManager<Account>, IdentityResult>(async users =>
        await users.UpdateSecurityStampAsync((await users.FindByIdAsync(account.Id))!));

    private static void Become(ServerAuthenticationStateProvider authentication, ClaimsPrincipal user) =>
        authentication.SetAuthenticationState(Task.FromResult(new AuthenticationState(user)));

    private sealed class Browser : NavigationManager
    {
        private readonly TaskCompletionSource<string> _sentTo = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Browser() => Initialize("http://localhost/", "http://localhost/admin");

        public Task<string> SentToAsync() => _sentTo.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        protected override void NavigateToCore(string uri, NavigationOptions options) => _sentTo.TrySetResult(uri);
    }
}
