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
        // A person of the provider may have to be asked about again, which the page's own request does.
        navigation.NavigateTo(Session?.IsOfProvider == true ? navigation.Uri : site.At("/sign-in"), forceLoad: true);
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
        if (before is not null && before.Owner != now?.Owner)
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
        if (OidcPrincipal.SessionOf(user) is { } session)
            return new CircuitSession(OidcPrincipal.PersonOf(user)!, session, IsOfProvider: true);

        var claims = options.Value.ClaimsIdentity;
        return user.FindFirstValue(claims.UserIdClaimType) is { Length: > 0 } id
            ? new CircuitSession(id, user.FindFirstValue(claims.SecurityStampClaimType))
            : null;
    }
}

/// <summary>Whose page is open.</summary>
/// <param name="Owner">An account's id; of the OpenID provider's people, issuer and subject.</param>
/// <param name="Stamp">The account's stamp at the sign-in that opened it; of the provider's people, the session's id.</param>
/// <param name="IsOfProvider">Whether it is one of those people.</param>
internal sealed record CircuitSession(string Owner, string? Stamp, bool IsOfProvider = false);
