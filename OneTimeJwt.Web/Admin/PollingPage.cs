using System.Diagnostics.CodeAnalysis;
using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using OneTimeJwt.Web.Database;
using OneTimeJwt.Web.Languages;

namespace OneTimeJwt.Web.Admin;

/// <summary>
/// A page of the console that keeps itself up to date. Each reading asks first whether its reader may still see it, and
/// a database that is away for a while is waited for.
/// </summary>
public abstract partial class PollingPage : ComponentBase, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _source = new();

    // Kept, since a source that is disposed of gives none: what was begun before goes on after.
    private readonly CancellationToken _gone;

    private bool _acting;

    protected PollingPage() => _gone = _source.Token;

    [CascadingParameter(Name = "Client")]
    protected string? Client { get; set; }

    protected ClaimsPrincipal User { get; private set; } = new();

    /// <summary>Whether this account may not, or no longer, see the page.</summary>
    protected bool IsRefused { get; private set; }

    protected bool IsFailing { get; private set; }

    /// <summary>Whether a press would do nothing: the circuit isn't up yet, or something is being done already.</summary>
    protected bool IsBusy => _acting || !RendererInfo.IsInteractive;

    /// <summary>Whether what is shown changes without its reader's doing.</summary>
    protected virtual bool IsLive => true;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = null!;

    [Inject]
    private IAuthorizationService Authorization { get; set; } = null!;

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
            IsRefused = !(await Authorization.AuthorizeAsync(User, ConsoleAccess.Policy)).Succeeded;
            if (!IsRefused)
                await ReadAsync(_gone);
            IsFailing = false;
        }
        catch (OperationCanceledException)
        {
            // The page was left, or something else is wanted by now.
        }
        catch (Exception fault) when (fault.IsOutage())
        {
            Failed(fault);
        }
    }

    /// <summary>Does something and reads again what became of it.</summary>
    /// <param name="act">It.</param>
    /// <param name="failed">Gets the words for a database that is away, or for a commit whose outcome is unknown.</param>
    protected async Task ActAsync(Func<Task> act, Action<string> failed)
    {
        if (_acting)
            return;

        _acting = true;
        try
        {
            await act();
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
