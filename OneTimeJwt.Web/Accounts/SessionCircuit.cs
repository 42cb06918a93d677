using System.Security.Claims;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace OneTimeJwt.Web.Accounts;

/// <summary>One open page: whose it is, and the means to end it.</summary>
internal sealed class SessionCircuit(
    OpenCircuits circuits,
    AuthenticationStateProvider authentication,
    NavigationManager navigation,
    IOptions<IdentityOptions> options) : CircuitHandler, IDisposable
{
    private volatile bool _ended;

    /// <summary>Null while nobody is signed in.</summary>
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
    public override Func<CircuitInboundActivityContext, Task> CreateInboundActivityHandler(Func<CircuitInboundActivityContext, Task> next) =>
        activity => _ended ? Task.CompletedTask : next(activity);

    public void End()
    {
        if (_ended)
            return;

        _ended = true;
        circuits.Remove(this);
        navigation.NavigateTo("/sign-in", forceLoad: true);
    }

    public void Dispose()
    {
        authentication.AuthenticationStateChanged -= Follow;
        circuits.Remove(this);
    }

    // After a break the circuit has the user of the new connection, who may be another one.
    private void Follow(Task<AuthenticationState> state) => _ = ReadAsync(state);

    private async Task ReadAsync(Task<AuthenticationState> state)
    {
        var user = (await state).User;
        var claims = options.Value.ClaimsIdentity;
        Session = user.FindFirstValue(claims.UserIdClaimType) is { Length: > 0 } id ? new(id, user.FindFirstValue(claims.SecurityStampClaimType)) : null;
        if (Session is not null && !_ended)
            circuits.Add(this);
        else
            circuits.Remove(this);
    }
}

/// <summary>Whose page is open, and the stamp of the sign-in that opened it.</summary>
internal sealed record CircuitSession(string AccountId, string? Stamp);
