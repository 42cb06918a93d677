using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace OneTimeJwt.Web.Admin;

/// <summary>The focus of a page of the console.</summary>
internal static class ElementFocus
{
    /// <summary>Leads to an element, unless it was never drawn or is gone by now: a fault here would end the circuit.</summary>
    public static async Task TryFocusAsync(this ElementReference element)
    {
        try
        {
            await element.FocusAsync();
        }
        catch (Exception fault) when (fault is JSException or JSDisconnectedException or InvalidOperationException)
        {
            // What the page shows instead leads on.
        }
    }
}
