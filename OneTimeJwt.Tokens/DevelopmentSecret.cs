using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace OneTimeJwt.Tokens;

/// <summary>
/// Where Development configures no server secret, one is made at random and kept beside the development database, so
/// that links survive a restart and no secret is in the repository.
/// </summary>
internal sealed class DevelopmentSecret(IHostEnvironment environment) : IPostConfigureOptions<TokenSettings>
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    public void PostConfigure(string? name, TokenSettings options)
    {
        if (!environment.IsDevelopment() || options.Secrets.Count > 0)
            return;

        var file = Path.Combine(environment.ContentRootPath, "App_Data", "development-secret");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        using var stream = OpenAlone(file);
        options.Secrets.Add(new ServerSecretSettings { Id = "dev", Value = Read(stream) ?? Write(stream) });
    }

    // One process at a time: the first writes, the others wait and read. No move would do, for that can overwrite.
    private static FileStream OpenAlone(string file)
    {
        for (var waited = TimeSpan.Zero; ; waited += Pause)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (waited < Timeout)
            {
                Thread.Sleep(Pause);
            }
        }
    }

    private static string? Read(FileStream stream)
    {
        using var reader = new StreamReader(stream, leaveOpen: true);
        return reader.ReadToEnd().Trim() is { Length: > 0 } value ? value : null;
    }

    private static string Write(FileStream stream)
    {
        var value = Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyMaterial.KeySize));
        using var writer = new StreamWriter(stream, leaveOpen: true);
        writer.Write(value);
        return value;
    }
}
