using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Mail;

namespace OneTimeJwt.Web.Recovery;

/// <summary>
/// Works the outbox off on its own tick, never woken by a request, so that what a request costs says nothing about what
/// the worker finds. At shutdown it finishes the mails in flight and puts the others back.
/// </summary>
internal sealed partial class DeliveryWorker(
    IServiceScopeFactory scopes, Outbox outbox, LinkTrail trail, TimeProvider time, ILogger<DeliveryWorker> logger) : BackgroundService
{
    private const int BatchSize = 32;
    private const int AtOnce = 4;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SendTime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan SendTimeWhenStopping = TimeSpan.FromSeconds(7);
    private static readonly TimeSpan SummaryInterval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, time);
        var lastSummary = time.GetTimestamp();
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (!stoppingToken.IsCancellationRequested && await WorkAsync(stoppingToken) == BatchSize)
                {
                }

                if (time.GetElapsedTime(lastSummary) >= SummaryInterval)
                {
                    lastSummary = time.GetTimestamp();
                    await trail.SummariseAsync(stoppingToken);
                }
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                Log.TickFailed(logger, fault.GetBaseException().GetType().Name);
            }
        }
    }

    private async Task<int> WorkAsync(CancellationToken stoppingToken)
    {
        var leased = await outbox.LeaseAsync(BatchSize, stoppingToken);
        if (leased.Count == 0)
            return 0;

        using var done = new CancellationTokenSource();
        var renewal = outbox.RenewAsync(leased, done.Token);
        try
        {
            // One after the other within an account, so that its budget is counted right.
            await Parallel.ForEachAsync(
                leased.GroupBy(mail => mail.AccountId ?? mail.Id.ToString()),
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
                async (mails, _) =>
                {
                    foreach (var mail in mails)
                        await (stoppingToken.IsCancellationRequested ? outbox.PutBackAsync(mail) : DeliverAsync(mail, stoppingToken));
                });
        }
        finally
        {
            await done.CancelAsync();
            await renewal;
        }

        return leased.Count;
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031", Justification = "Whatever keeps one mail from being sent, it is tried again and the others go on.")]
    private async Task DeliverAsync(Leased leased, CancellationToken stoppingToken)
    {
        using var patience = new CancellationTokenSource(SendTime, time);
        await using var stopping = stoppingToken.Register(() => patience.CancelAfter(SendTimeWhenStopping));
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var database = scope.ServiceProvider.GetRequiredService<AccountsContext>();
            if (await Outbox.FindAsync(database, leased, patience.Token) is { } mail)
                await scope.ServiceProvider.GetRequiredService<Delivery>().DeliverAsync(mail, patience.Token);
        }
        catch (Exception fault)
        {
            await outbox.RetryLaterAsync(leased, MailFault.InWords(fault));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The outbox could not be worked on ({Fault}); trying again shortly.")]
        public static partial void TickFailed(ILogger logger, string fault);
    }
}
