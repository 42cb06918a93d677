namespace OneTimeJwt.Benchmarks;

/// <summary>A folder that goes away with its user.</summary>
internal sealed class Scratch : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("onetimejwt-bench-").FullName;

    public string File(string name) => Path.Combine(Folder, name);

    public void Dispose()
    {
        try
        {
            Directory.Delete(Folder, recursive: true);
        }
        catch (IOException)
        {
            // Somebody still writes there; it is a temporary folder.
        }
    }
}
