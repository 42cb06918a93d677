using OneTimeJwt.Web.Audit;

namespace OneTimeJwt.Web.Events;

/// <summary>Where events go, by the settings.</summary>
internal sealed class EventDestinations(
    IOptions<WebhookSettings> webhooks, IOptions<TrailSettings> trail, IHostEnvironment environment, TimeProvider time) : IDisposable
{
    // Not before it is asked for: commands that work on the database alone don't look at these settings.
    private readonly Lazy<IReadOnlyList<EventDestination>> _all = new(() =>
    [
        .. webhooks.Value.Endpoints.Select(endpoint => new WebhookDestination(endpoint, time)),
        .. trail.Value.JsonLines is { Length: > 0 } file ? [new JsonLinesDestination(file, environment)] : Array.Empty<EventDestination>(),
    ]);

    public IReadOnlyList<EventDestination> All => _all.Value;

    /// <summary>Whether any is set, be it right or wrong.</summary>
    public static bool AreSet(IConfiguration configuration) =>
        configuration.GetSection("Webhooks:Endpoints").GetChildren().Any() || !string.IsNullOrEmpty(configuration["Trail:JsonLines"]);

    /// <summary>What has to be written together with the events.</summary>
    public List<EventDelivery> DeliveriesOf(IEnumerable<RecoveryEvent> lines)
    {
        var now = time.GetUtcNow();
        return
        [
            .. from line in lines
            from destination in All
            where destination.Wants(line.Kind)
            select new EventDelivery
            {
                EventId = line.Id,
                Destination = destination.Name,
                AccountId = line.AccountId,
                WrittenAt = now,
                DueAt = now,
            },
        ];
    }

    public void Dispose()
    {
        if (!_all.IsValueCreated)
            return;
        foreach (var destination in All.OfType<IDisposable>())
            destination.Dispose();
    }
}
