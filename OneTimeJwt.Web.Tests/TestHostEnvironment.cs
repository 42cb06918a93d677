using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.FileProviders;

namespace OneTimeJwt.Web.Tests;

/// <summary>A host environment with a folder of its own, which is gone afterwards.</summary>
internal sealed class TestHostEnvironment(string environment = "Development") : IWebHostEnvironment, IDisposable
{
    public string EnvironmentName { get; set; } = environment;

    public string ApplicationName { get; set; } = "OneTimeJwt.Web";

    public string ContentRootPath { get; set; } = Directory.CreateTempSubdirectory("ott-").FullName;

    public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();

    public string WebRootPath { get; set; } = "";

    public IFileProvider WebRootFileProvider { get; set; } = new NullFileProvider();

    public void Dispose() => Directory.Delete(ContentRootPath, recursive: true);
}
