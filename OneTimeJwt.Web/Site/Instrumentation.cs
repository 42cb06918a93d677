using System.Diagnostics;

namespace OneTimeJwt.Web.Site;

/// <summary>What our metrics and traces are found by. No tag says whom something happened to, and none holds a link.</summary>
internal static class Instrumentation
{
    public const string Name = "OneTimeJwt";

    public static readonly ActivitySource Source = new(Name);
}
