using System.Runtime.CompilerServices;

namespace OneTimeJwt.Web.Tests.App;

/// <summary>
/// Each app of this process would watch its files of settings, and Linux gives a user 128 watchers (fs.inotify.max_user_instances).
/// </summary>
internal static class SettingsWatchers
{
    [ModuleInitializer]
    [System.Diagnostics.CodeAnalysis.SuppressMessage(
        "Usage",
        "CA2255",
        Justification = "The test runner is no code of ours that could call it.")]
    internal static void TurnOff() => Environment.SetEnvironmentVariable("DOTNET_hostBuilder__reloadConfigOnChange", "false");
}
