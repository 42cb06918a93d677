using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace OneTimeJwt.Web.Tokens;

/// <summary>
/// Where Development configures no server secret, one is made at random and kept beside the development database, so
/// that links outlive a restart and no secret stands in the repository.
/// </summary>
internal sealed class DevelopmentSecret(IHostEnvironment environment) : IPostConfigureOptions<TokenSettings>
{
    public void PostConfigure(string? name, TokenSettings options)
    {
        if (options.Secrets.Count > 0)
            return;

        var file = Path.Combine(environment.ContentRootPath, "App_Data", "development-secret");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        if (!File.Exists(file))
            Create(file);
        options.Secrets.Add(new ServerSecretSettings { Id = "dev", Value = File.ReadAllText(file).Trim() });
    }

    private static void Create(string file)
    {
        var draft = $"{file}.{Guid.NewGuid():N}";
        File.WriteAllText(draft, Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyMaterial.KeySize)));
        try
        {
            File.Move(draft, file, overwrite: false);
        }
        catch (IOException) when (File.Exists(file))
        {
            File.Delete(draft);
        }
    }
}
