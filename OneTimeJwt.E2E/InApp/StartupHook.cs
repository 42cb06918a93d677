using System.Runtime.Loader;

/// <summary>
/// Lets the app load this assembly, with the names that stand in its attributes (DOTNET_STARTUP_HOOKS; its name and place
/// are the runtime's). Nothing else: what the app lacks is to be missing.
/// </summary>
#pragma warning disable CA1050 // The runtime looks for it outside any namespace.
internal static class StartupHook
#pragma warning restore CA1050
{
    public static void Initialize() =>
        AssemblyLoadContext.Default.Resolving += (context, name) =>
            name.Name is { } wanted
            && (wanted == typeof(StartupHook).Assembly.GetName().Name || wanted.StartsWith("xunit.", StringComparison.Ordinal))
            && Path.Combine(Path.GetDirectoryName(typeof(StartupHook).Assembly.Location)!, wanted + ".dll") is var file
            && File.Exists(file)
                ? context.LoadFromAssemblyPath(file)
                : null;
}
