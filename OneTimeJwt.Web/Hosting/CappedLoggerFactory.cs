using Microsoft.Extensions.Logging.Abstractions;

namespace OneTimeJwt.Web.Hosting;

/// <summary>
/// Keeps some families of categories at Information whatever the settings say: below that they write down what people
/// type into open pages, and pieces of request lines that can't be read, such as a link with a space in it. One family
/// is not logged at all. A filter would not do, because a rule for one provider outranks it.
/// </summary>
internal sealed class CappedLoggerFactory(
    IEnumerable<ILoggerProvider> providers,
    IOptionsMonitor<LoggerFilterOptions> filters,
    IOptions<LoggerFactoryOptions> options
) : ILoggerFactory
{
    private static readonly string[] CappedCategories =
    [
        "Microsoft.AspNetCore.SignalR",
        "Microsoft.AspNetCore.Components.Server",
        "Microsoft.AspNetCore.Server.Kestrel.BadRequests",
    ];

    // Codes and tokens, and exceptions with what the OpenID provider wrote; what went wrong is told by OidcEvents.
    private const string SilencedCategory = "Microsoft.AspNetCore.Authentication.OpenIdConnect";

    private readonly LoggerFactory _inner = new(providers, filters, options);

    public void AddProvider(ILoggerProvider provider) => _inner.AddProvider(provider);

    public ILogger CreateLogger(string categoryName)
    {
        if (categoryName.StartsWith(SilencedCategory, StringComparison.Ordinal))
            return NullLogger.Instance;

        var logger = _inner.CreateLogger(categoryName);
        return CappedCategories.Any(family => categoryName.StartsWith(family, StringComparison.Ordinal)) ? new Capped(logger) : logger;
    }

    public void Dispose() => _inner.Dispose();

    private sealed class Capped(ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information && inner.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                inner.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
