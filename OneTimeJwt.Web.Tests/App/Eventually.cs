namespace OneTimeJwt.Web.Tests.App;

internal static class Eventually
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <summary>Asks again until the answer is as hoped for, or timeout ends; then the last answer is what is judged.</summary>
    public static async Task<T> Async<T>(Func<Task<T>> ask, Func<T, bool> isThere, TimeSpan? timeout = null)
    {
        var end = DateTime.UtcNow + (timeout ?? Timeout);
        var answer = await ask();
        while (!isThere(answer) && DateTime.UtcNow < end)
        {
            await Task.Delay(100);
            answer = await ask();
        }

        return answer;
    }
}
