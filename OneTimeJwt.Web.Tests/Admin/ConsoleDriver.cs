using System.Security.Claims;
using AngleSharp.Dom;
using Bunit;
using Bunit.TestDoubles;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Data.Sqlite;

namespace OneTimeJwt.Web.Tests.Admin;

/// <summary>Pages of the console as somebody sees them who is signed in to the real app: every service is the app's own.</summary>
internal sealed class ConsoleDriver : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private readonly BunitContext _context = new();

    public ConsoleDriver(TestApp app, ClaimsPrincipal user)
    {
        BunitContext.DefaultWaitTimeout = Timeout;
        _context.JSInterop.Mode = JSRuntimeMode.Loose;
        _context.Services.AddFallbackServiceProvider(new Ours(app.Services));
        _context.Services.AddSingleton(app.Services.GetRequiredService<IAuthorizationService>());
        _context.Services.AddSingleton(app.Services.GetRequiredService<TimeProvider>());
        _context.Services.AddCascadingValue(_ => Task.FromResult(new AuthenticationState(user)));
    }

    public IServiceCollection Services => _context.Services;

    /// <summary>Calls of the browser's scripts.</summary>
    public JSRuntimeInvocationDictionary Scripts => _context.JSInterop.Invocations;

    public void FailScript(string name, Exception fault) => _context.JSInterop.SetupVoid(name, _ => true).SetException(fault);

    public string Address => new Uri(_context.Services.GetRequiredService<NavigationManager>().Uri).PathAndQuery;

    public void Go(string address) => _context.Services.GetRequiredService<BunitNavigationManager>().NavigateTo(address);

    public IRenderedComponent<TPage> Open<TPage>(string address, Action<ComponentParameterCollectionBuilder<TPage>>? parameters = null)
        where TPage : IComponent
    {
        Go(address);
        _context.SetRendererInfo(new RendererInfo("Server", isInteractive: true));
        return _context.Render(parameters ?? (_ => { }));
    }

    public void Dispose() => _context.Dispose();

    // The framework's own services belong to the test's renderer.
    private sealed class Ours(IServiceProvider services) : IServiceProvider
    {
        public object? GetService(Type serviceType) =>
            serviceType.Namespace?.StartsWith("OneTimeJwt.Web", StringComparison.Ordinal) == true ? services.GetService(serviceType) : null;
    }
}

/// <summary>A database that is away until it is let back.</summary>
internal sealed class AwayContexts(IDbContextFactory<AccountsContext> contexts) : IDbContextFactory<AccountsContext>
{
    public bool IsAway { get; set; } = true;

    public AccountsContext CreateDbContext() => IsAway ? throw new SqliteException("away", 14) : contexts.CreateDbContext();
}

/// <summary>A database that is slow until it is let go on.</summary>
internal sealed class SlowContexts(IDbContextFactory<AccountsContext> contexts) : IDbContextFactory<AccountsContext>
{
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void GoOn() => _goOn.TrySetResult();

    public AccountsContext CreateDbContext() => contexts.CreateDbContext();

    public async Task<AccountsContext> CreateDbContextAsync(CancellationToken cancellationToken = default)
    {
        await _goOn.Task.WaitAsync(cancellationToken);
        return contexts.CreateDbContext();
    }
}

/// <summary>What people do to a page.</summary>
internal static class AdminActionDriver
{
    public static Task PressAsync(this IElement button) => button.ClickAsync(new());

    public static Task SendAsync(this IElement form) => form.SubmitAsync(EventArgs.Empty);

    public static Task TypeAsync(this IElement field, string text) => field.InputAsync(new ChangeEventArgs { Value = text });

    public static Task FillAsync(this IElement field, object value) => field.ChangeAsync(new ChangeEventArgs { Value = value });
}
