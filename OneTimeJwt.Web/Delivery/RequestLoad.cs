namespace OneTimeJwt.Web.Delivery;

/// <summary>
/// Whether requests are being answered. While they are, the worker takes only mails that have waited a while: nobody who waits for a
/// page should wait for a mail that can come a moment later.
/// </summary>
internal sealed class RequestLoad
{
    /// <summary>How long mails give way.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private int _underWay;

    public bool IsBusy => Volatile.Read(ref _underWay) > 0;

    /// <summary>Counts the request until it is answered.</summary>
    public async Task CountAsync(Func<Task> answer)
    {
        Interlocked.Increment(ref _underWay);
        try
        {
            await answer();
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }
}

internal static class RequestLoadExtensions
{
    // A circuit is one request that lasts as long as its page is open.
    private const string Circuits = "/_blazor";

    public static void UseRequestLoad(this WebApplication app)
    {
        var load = app.Services.GetRequiredService<RequestLoad>();
        app.Use((context, next) => context.Request.Path.StartsWithSegments(Circuits, StringComparison.Ordinal)
            ? next(context)
            : load.CountAsync(() => next(context)));
    }
}
