using System.Data.Common;
using System.Security.Claims;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Hosting;
using OneTimeJwt.Web.Campaigns;
using OneTimeJwt.Web.Delivery;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.SignIn;
using OneTimeJwt.Web.Site;

namespace OneTimeJwt.Web.Tests.Delivery;

/// <summary>Nothing but the shutdown ends background work, and what nobody expected is logged with its stack trace.</summary>
public sealed class WorkerTests : IAsyncLifetime
{
    private readonly Faults _faults = new();
    private TestApp _app = null!;

    public static TheoryData<string, Type, bool> Cases =>
        new(
            from worker in new[]
            {
                nameof(CircuitSessionMonitor),
                nameof(DeliveryWorker),
                nameof(CampaignWorker),
                nameof(TrailRetention),
                nameof(OutboxMetrics),
            }
            from fault in new (Type Type, bool HasStack)[]
            {
                (typeof(OperationCanceledException), false),
                (typeof(TimeoutException), false),
                (typeof(InvalidOperationException), true),
                (typeof(NullReferenceException), true),
            }
            select (worker, fault.Type, fault.HasStack));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_fault_that_is_no_shutdown_ends_neither_the_work_nor_the_host(string worker, Type fault, bool hasStack)
    {
        var account = await _app.AddAccountAsync();
        using var browser = await OpenAsync(account);
        using var work = (BackgroundService)
            ActivatorUtilities.CreateInstance(_app.Services, typeof(Page).Assembly.GetTypes().Single(type => type.Name == worker));
        if (work is CircuitSessionMonitor circuits)
            circuits.Add(browser.Circuit);

        _faults.Next = () => (Exception)Activator.CreateInstance(fault)!;
        await work.StartAsync(Cancellation);
        await ((IHostedLifecycleService)work).StartedAsync(Cancellation);
        var line = await LoggedAsync(worker, fault, work);
        _faults.Next = null;

        Assert.False(work.ExecuteTask!.IsCompleted, $"{work.ExecuteTask.Status} {work.ExecuteTask.Exception}");
        Assert.NotNull(line);
        Assert.Equal(hasStack, line.Contains("   at ", StringComparison.Ordinal));
        Assert.False(_app.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
        await work.StopAsync(Cancellation);
        Assert.NotNull(await _app.LinkForAsync(account));
    }

    [Fact]
    public async Task Work_begins_when_the_server_listens_and_not_before()
    {
        using var work = new Noted();

        await work.StartAsync(Cancellation);
        await Task.WhenAny(work.Began, Task.Delay(TimeSpan.FromMilliseconds(200), Cancellation));
        Assert.False(work.Began.IsCompleted);

        await work.StartedAsync(Cancellation);
        await work.Began.WaitAsync(Cancellation);
    }

    [Fact]
    public async Task A_page_that_cant_be_ended_keeps_no_other_from_being_ended()
    {
        var account = await _app.AddAccountAsync();
        var pages = new List<Browser>();
        for (var i = 0; i < 4; i++)
            pages.AddRange([await OpenAsync(account, breaks: true), await OpenAsync(account, breaks: false)]);
        _faults.Sweeps = 0;

        await _app.WithAsync<UserManager<Account>, IdentityResult>(async users =>
            await users.UpdateSecurityStampAsync((await users.FindByIdAsync(account.Id))!));
        await Task.WhenAll(pages.Select(page => page.Ended));

        // Some may have been under way already.
        Assert.InRange(_faults.Sweeps, 1, 3);
        pages.ForEach(page => page.Dispose());
    }

    public async ValueTask InitializeAsync() => _app = await TestApp.StartAsync(
        replace: services => services.ConfigureDbContext<AccountsContext>(options => options.AddInterceptors(_faults)));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Task<string?> LoggedAsync(string worker, Type fault, BackgroundService work) => Eventually.Async(
        () => Task.FromResult(_app.Log.Lines.FirstOrDefault(line =>
            line.Contains($".{worker} ", StringComparison.Ordinal) && line.Contains(fault.Name, StringComparison.Ordinal))),
        line => line is not null || work.ExecuteTask!.IsCompleted);

    private async Task<Browser> OpenAsync(Account account, bool breaks = false)
    {
        var user = await _app.WithAsync<SignInManager<Account>, ClaimsPrincipal>(async signIn =>
            await signIn.CreateUserPrincipalAsync(await _app.ReadAsync(account.Id)));
        var authentication = new ServerAuthenticationStateProvider();
        authentication.SetAuthenticationState(Task.FromResult(new AuthenticationState(user)));
        var browser = new Browser(breaks);
        browser.Circuit = ActivatorUtilities.CreateInstance<SessionCircuit>(_app.Services, authentication, browser);
        await browser.Circuit.OnCircuitOpenedAsync(null!, Cancellation);
        return browser;
    }

    /// <summary>The database throws what it is told to, as long as it is told to.</summary>
    private sealed class Faults : DbCommandInterceptor
    {
        private int _sweeps;

        public Func<Exception>? Next { get; set; }

        /// <summary>How often the stamps of open pages were read.</summary>
        public int Sweeps
        {
            get => _sweeps;
            set => _sweeps = value;
        }

        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<DbDataReader> result,
            CancellationToken cancellationToken = default)
        {
            if (command.CommandText.Contains("\"SecurityStamp\", \"a\".\"LockoutEnabled\"", StringComparison.Ordinal))
                Interlocked.Increment(ref _sweeps);
            return Next is { } next ? throw next() : new(result);
        }

        public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
            Next is { } next ? throw next() : new(result);
    }

    private sealed class Noted : Worker
    {
        private readonly TaskCompletionSource _began = new();

        public Task Began => _began.Task;

        protected override Task WorkAsync(CancellationToken stoppingToken)
        {
            _began.SetResult();
            return Task.CompletedTask;
        }

        protected override void LogFailure(string fault, Exception? unexpected)
        {
        }
    }

    private sealed class Browser : NavigationManager, IDisposable
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly bool _breaks;

        public Browser(bool breaks)
        {
            _breaks = breaks;
            Initialize("http://localhost/", "http://localhost/admin");
        }

        public SessionCircuit Circuit { get; set; } = null!;

        public Task Ended => _ended.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);

        public void Dispose() => Circuit.Dispose();

        protected override void NavigateToCore(string uri, NavigationOptions options)
        {
            _ended.TrySetResult();
            if (_breaks)
                throw new InvalidOperationException("The circuit is gone.");
        }
    }
}
