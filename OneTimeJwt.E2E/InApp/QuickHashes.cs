using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using OneTimeJwt.E2E.InApp;

[assembly: HostingStartup(typeof(QuickHashes))]

namespace OneTimeJwt.E2E.InApp;

/// <summary>Passwords cost next to nothing in apps that the suite starts: that was a fifth of its time. Tests that
/// look at costs have an app as it ships.</summary>
internal sealed class QuickHashes : IHostingStartup
{
    private const int Rounds = 1_000;

    public void Configure(IWebHostBuilder builder) =>
        builder.ConfigureServices(services => services.PostConfigure<PasswordHasherOptions>(hasher => hasher.IterationCount = Rounds));
}
