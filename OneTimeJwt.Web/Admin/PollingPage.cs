using System.Diagnostics.CodeAnalysis;
using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace OneTimeJwt.Web.Admin;

/// <summary>
/// A page of the console that refreshes itself. Each refresh first asks whether the user may still see the page; while the
/// database is unavailable it tries again.
/// </summary>
public abstract partial class PollingPage : FocusingComponent, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _source = new();

    // Kept, since a disposed source gives no token, and work that has begun goes on after it.
    private readonly CancellationToken _gone;

    private bool _acting;

    protected PollingPage() => _gone = _source.Token;

    [CascadingParameter(Name = "Client")]
    protected string? Client { get; set; }

    protected ClaimsPrincipal User { get; private set; } = new();

    /// <summary>Whether this account may not, or no longer, see the page.</summary>
    internal bool IsRefused { get; private set; }

    internal bool IsFailing { get; private set; }

    /// <summary>Whether a click would do nothing: the circuit is not connected yet, or an action is running.</summary>
    protected bool IsBusy => _acting || !RendererInfo.IsInteractive;

    /// <summary>Who may see the page.</summary>
    protected virtual string Policy => ConsoleAccess.Policy;

    /// <summary>Whether the page refreshes by itself.</summary>
    protected virtual bool IsLive => true;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = null!;

    [Inject]
    protected IAuthorizationService Authorization { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Inject]
    private ILogger<PollingPage> Logger { get; set; } = null!;

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        _source.Cancel();
        _source.Dispose();
    }

    protected abstract Task ReadAsync(CancellationToken cancellationToken);

    protected override Task OnParametersSetAsync() => LoadAsync();

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender && IsLive)
            _ = FollowAsync(_gone);
    }

    protected async Task LoadAsync()
    {
        if (_gone.IsCancellationRequested)
            return;

        try
        {
            User = (await Authentication).User;
            IsRefused = !(await Authorization.AuthorizeAsync(User, Policy)).Succeeded;
            if (!IsRefused)
                await ReadAsync(_gone);
            IsFailing = false;
        }
        catch (OperationCanceledException)
        {
            // The page was left, or a newer request has replaced this one.
        }
        catch (Exception fault) when (fault.IsOutage())
        {
            Failed(fault);
        }
    }

    /// <summary>Carries out an action and reads the page again.</summary>
    /// <param name="action">What to do.</param>
    /// <param name="failed">Gets the text for an unavailable database, or for a commit whose outcome is unknown.</param>
    protected async Task ActAsync(Func<Task> action, Action<string> failed)
    {
        if (_acting)
            return;

        _acting = true;
        try
        {
            await action();
        }
        catch (Exception fault) when (fault.IsOutage())
        {
            failed(fault.IsInDoubt() ? Words.ActInDoubt : Words.DatabaseAway);
        }
        finally
        {
            _acting = false;
        }

        await LoadAsync();
    }

    private async Task FollowAsync(CancellationToken gone)
    {
        using var timer = new PeriodicTimer(Interval, Time);
        try
        {
            while (await timer.WaitForNextTickAsync(gone))
                await InvokeAsync(UpdateAsync);
        }
        catch (OperationCanceledException)
        {
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "A page that was shown goes on; the next reading may go well.")]
    private async Task UpdateAsync()
    {
        try
        {
            await LoadAsync();
        }
        catch (Exception fault)
        {
            Failed(fault);
        }

        StateHasChanged();
    }

    private void Failed(Exception fault)
    {
        IsFailing = true;
        Log.ReadingFailed(Logger, LoggableException.NameOf(fault), LoggableException.IfUnexpected(fault));
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "A page of the console could not read the database ({Fault}); it tries again.")]
        public static partial void ReadingFailed(ILogger logger, string fault, Exception? unexpected);
    }
}
