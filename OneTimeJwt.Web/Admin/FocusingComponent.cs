using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace OneTimeJwt.Web.Admin;

/// <summary>A part of the console that leads the focus to what came of a click.</summary>
public abstract class FocusingComponent : ComponentBase
{
    private Func<ElementReference>? _next;

    /// <param name="element">Is asked for once it is drawn.</param>
    protected void FocusOn(Func<ElementReference> element) => _next = element;

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_next is not { } next)
            return;

        _next = null;
        try
        {
            await next().FocusAsync();
        }
        catch (Exception fault) when (fault is JSException or JSDisconnectedException or InvalidOperationException)
        {
            // It was never drawn or is gone by now: what the page shows instead leads on, and a fault would end the circuit.
        }
    }
}
