using System.Globalization;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using OneTimeJwt.E2E.InApp;

[assembly: HostingStartup(typeof(Clock.Startup))]

namespace OneTimeJwt.E2E.InApp;

/// <summary>An app's clock that the suite puts forward: by what a file says, as soon as there is one.</summary>
internal sealed class Clock(string file) : TimeProvider
{
    /// <summary>Its name in the app's folder.</summary>
    public const string FileName = "clock";

    private const string Setting = "E2E_CLOCK";

    /// <summary>What an app has to be started with for it.</summary>
    public static Dictionary<string, string> Settings => new() { [Setting] = $"{{folder}}/{FileName}" };

    public static void PutForward(string file, TimeSpan by)
    {
        File.WriteAllText($"{file}.new", by.ToString("c"));
        File.Move($"{file}.new", file, overwrite: true);
    }

    public override DateTimeOffset GetUtcNow() =>
        base.GetUtcNow() + (File.Exists(file) ? TimeSpan.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture) : TimeSpan.Zero);

    internal sealed class Startup : IHostingStartup
    {
        public void Configure(IWebHostBuilder builder)
        {
            if (Environment.GetEnvironmentVariable(Setting) is { Length: > 0 } file)
                builder.ConfigureServices(services => services.AddSingleton<TimeProvider>(new Clock(file)));
        }
    }
}
