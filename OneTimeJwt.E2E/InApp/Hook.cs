namespace OneTimeJwt.E2E.InApp;

/// <summary>How parts of the suite get into the process of an app that it starts, without a line of it in the product.</summary>
internal static class Hook
{
    public const string Runtime = "DOTNET_STARTUP_HOOKS";
    public const string Host = "ASPNETCORE_HOSTINGSTARTUPASSEMBLIES";

    public static Dictionary<string, string> Settings => new()
    {
        [Runtime] = typeof(Hook).Assembly.Location,
        [Host] = typeof(Hook).Assembly.GetName().Name!,
    };
}
