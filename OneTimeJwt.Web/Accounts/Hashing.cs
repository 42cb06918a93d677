namespace OneTimeJwt.Web.Accounts;

/// <summary>
/// Bounds how many password hashes are computed at once, so that a flood of sign-ins leaves a core for everything else.
/// </summary>
public sealed class Hashing : IDisposable
{
    private readonly SemaphoreSlim _places = new(Math.Max(1, Environment.ProcessorCount - 1));

    public async Task<T> RunAsync<T>(Func<T> hash)
    {
        await _places.WaitAsync();
        try
        {
            return await Task.Run(hash);
        }
        finally
        {
            _places.Release();
        }
    }

    public void Dispose() => _places.Dispose();
}
