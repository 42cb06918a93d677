using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace OneTimeJwt.Web.Events;

/// <summary>
/// Posts events to a receiver, each signed: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
/// </summary>
internal sealed class WebhookDestination : EventDestination, IDisposable
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    private const int MaxInFlight = 32;
    private const int MaxHeaderKilobytes = 16;
    private const int MaxDrainedBytes = 64 * 1024;
    private const int HashLength = 8;

    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly ProductInfoHeaderValue Product = new("OneTimeJwt", "1.0");

    private readonly Uri _url;
    private readonly byte[][] _secrets;
    private readonly HttpClient _http;
    private readonly TimeProvider _time;

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Reliability", "CA2000", Justification = "The client disposes of its handler.")]
    public WebhookDestination(WebhookEndpointSettings endpoint, TimeProvider time)
        : base(NameOf(endpoint), endpoint.Types.Select(EventTypes.Parse).Select(kind => kind!.Value).ToHashSet())
    {
        (_url, _time, IncludesAddresses) = (new Uri(endpoint.Url!), time, endpoint.IncludeAddresses);
        _secrets = [.. endpoint.Secrets.Select(secret => WebhookSecret.Parse(secret)!)];
        // Not from the factory, whose clients log addresses whole. Answers are not read, and sent nowhere else: no redirects, and no
        // proxy, which would connect to any address.
        var connections = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            MaxConnectionsPerServer = MaxInFlight,
            MaxResponseHeadersLength = MaxHeaderKilobytes,
            MaxResponseDrainSize = MaxDrainedBytes,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        if (!endpoint.AllowPrivateNetworks)
            connections.ConnectCallback = PublicAddress.ConnectAsync;
        _http = new HttpClient(connections) { Timeout = Timeout };
        _http.DefaultRequestHeaders.UserAgent.Add(Product);
    }

    public override bool IncludesAddresses { get; }

    public override int AtOnce => MaxInFlight;

    /// <summary>The same for the same address, in whatever order endpoints are listed; it doesn't show the address's query.</summary>
    public static string NameOf(WebhookEndpointSettings endpoint)
    {
        if (endpoint.Name is { Length: > 0 } name)
            return name;

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(endpoint.Url!)))[..HashLength];
        var host = Uri.TryCreate(endpoint.Url, UriKind.Absolute, out var url) ? url.IdnHost : "";
        return $"{host[..Math.Min(host.Length, EventDelivery.MaxDestinationLength - HashLength - 1)]}-{hash}";
    }

    /// <summary>One for each secret.</summary>
    public static string Signatures(IEnumerable<byte[]> secrets, string id, string timestamp, byte[] body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        return string.Join(' ', secrets.Select(secret => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(secret, signed))}"));
    }

    public override Task SendAsync(
        IReadOnlyList<EventMessage> messages, Action<EventMessage, SendResult> done, CancellationToken cancellationToken) =>
        Task.WhenAll(messages.Select(async message => done(message, await PostAsync(message, cancellationToken))));

    public void Dispose() => _http.Dispose();

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031", Justification = "Whatever it is, the event is sent again.")]
    private async Task<SendResult> PostAsync(EventMessage message, CancellationToken cancellationToken)
    {
        try
        {
            using var request = Request(message);
            // The rest of the answer is nobody's business: the handler reads some of it, to use the connection again.
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return Of(response);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return SendResult.Interrupted;
        }
        catch (Exception fault)
        {
            return new SendResult(SendOutcome.Failed, CauseOf(fault));
        }
    }

    private HttpRequestMessage Request(EventMessage message)
    {
        var id = message.Row.EventId.ToString();
        var timestamp = _time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var request = new HttpRequestMessage(HttpMethod.Post, _url) { Content = new ByteArrayContent(message.Body) };
        request.Content.Headers.ContentType = Json;
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add("webhook-signature", Signatures(_secrets, id, timestamp, message.Body));
        return request;
    }

    private SendResult Of(HttpResponseMessage response)
    {
        if (response.IsSuccessStatusCode)
            return SendResult.Sent;

        var outcome = response.StatusCode == HttpStatusCode.Gone ? SendOutcome.Gone : SendOutcome.Failed;
        var isBusy = response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable;
        var wait = isBusy && response.Headers.RetryAfter is { } after ? after.Delta ?? after.Date - _time.GetUtcNow() : null;
        return new SendResult(outcome, $"it answers with status {(int)response.StatusCode}", wait);
    }

    // No text of others: it may quote what was sent.
    private static string CauseOf(Exception fault) => fault switch
    {
        OperationCanceledException => $"no answer within {Timeout.TotalSeconds:0} seconds",
        HttpRequestException { InnerException: PrivateAddressException } =>
            "its name leads to no public address (set AllowPrivateNetworks beside its Url if that is meant)",
        HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData } } =>
            "its name can't be resolved",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            "no secure connection: its certificate isn't trusted, or it has no TLS",
        HttpRequestException { InnerException: SocketException socket } => $"it can't be reached ({socket.SocketErrorCode})",
        _ => $"it can't be reached ({LoggableException.NameOf(fault)})",
    };
}
