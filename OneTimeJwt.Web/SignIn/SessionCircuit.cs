using System.Security.Claims;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;

namespace OneTimeJwt.Web.SignIn;

/// <summary>One open circuit: whose it is, and how to end it.</summary>
internal sealed class SessionCircuit(
    CircuitSessionMonitor circuits,
    AuthenticationStateProvider authentication,
    NavigationManager navigation,
    SitePath site,
    IOptions<IdentityOptions> options) : CircuitHandler, IDisposable
{
    private volatile bool _ended;

    /// <summary>Null while there is no signed-in user.</summary>
    public CircuitSession? Session { get; private set; }

    public override async Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        authentication.AuthenticationStateChanged += Follow;
        await ReadAsync(authentication.GetAuthenticationStateAsync());
    }

    public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    // A browser that ignores the reload below gets no further answer.
    public override Func<CircuitInboundActivityContext, Task> CreateInboundActivityHandler(
        Func<CircuitInboundActivityContext, Task> next) => activity => _ended ? Task.CompletedTask : next(activity);

    public void End()
    {
        if (_ended)
            return;

        _ended = true;
        circuits.Remove(this);
        navigation.NavigateTo(site.At("/sign-in"), forceLoad: true);
    }

    public void Dispose()
    {
        authentication.AuthenticationStateChanged -= Follow;
        circuits.Remove(this);
    }

    private void Follow(Task<AuthenticationState> state) => _ = ReadAsync(state);

    // After a break the circuit has the user of the new connection. Another one doesn't take over what this one opened.
    private async Task ReadAsync(Task<AuthenticationState> state)
    {
        var (before, now) = (Session, SessionOf((await state).User));
        if (before is not null && before.AccountId != now?.AccountId)
        {
            End();
            return;
        }

        Session = now;
        if (now is not null && !_ended)
            circuits.Add(this);
    }

    private CircuitSession? SessionOf(ClaimsPrincipal user)
    {
        var claims = options.Value.ClaimsIdentity;
        return user.FindFirstValue(claims.UserIdClaimType) is { Length: > 0 } id
            ? new CircuitSession(id, user.FindFirstValue(claims.SecurityStampClaimType))
            : null;
    }
}

/// <summary>Whose page is open, and the stamp of the sign-in that opened it.</summary>
internal sealed record CircuitSession(string AccountId, string? Stamp);
