namespace OneTimeJwt.E2E.InApp;

/// <summary>How parts of the suite get into the process of an app that it starts, without a line of it in the product.</summary>
internal static class Hook
{
    public static Dictionary<string, string> Settings => new()
    {
        ["DOTNET_STARTUP_HOOKS"] = typeof(Hook).Assembly.Location,
        ["ASPNETCORE_HOSTINGSTARTUPASSEMBLIES"] = typeof(Hook).Assembly.GetName().Name!,
    };
}
