using System.Globalization;
using System.Runtime.CompilerServices;

namespace OneTimeJwt.Web.Tests;

internal static class Cultures
{
    /// <summary>What is written outside of a request, on every machine alike.</summary>
    [ModuleInitializer]
    [System.Diagnostics.CodeAnalysis.SuppressMessage(
        "Usage",
        "CA2255",
        Justification = "The test runner is no code of ours that could call it.")]
    internal static void Fix()
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("en-GB");
        CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("en");
    }
}
