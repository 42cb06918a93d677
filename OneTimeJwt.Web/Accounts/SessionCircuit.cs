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

    public string AccountId { get; private set; } = "";

    public string? Stamp { get; private set; }

    public override async Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        var user = (await authentication.GetAuthenticationStateAsync()).User;
        var claims = options.Value.ClaimsIdentity;
        AccountId = user.FindFirstValue(claims.UserIdClaimType) ?? "";
        Stamp = user.FindFirstValue(claims.SecurityStampClaimType);
        if (AccountId.Length > 0)
            circuits.Add(this);
    }

    public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        circuits.Remove(this);
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

    public void Dispose() => circuits.Remove(this);
}
