using System.Net;

namespace OneTimeJwt.Web.Mail;

/// <summary>Distinguishes requests that failed before their last byte from those that were sent whole and got no answer.</summary>
internal sealed class SentRequestTracker(HttpMessageHandler inner, TimeProvider time) : DelegatingHandler(inner)
{
    // Long: a slow API may have the mail, which another request would send again.
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    /// <exception cref="MailUnansweredException">The request was sent whole and not answered.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var content = new TrackedContent(request.Content!);
        request.Content = content;
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            var response = await base.SendAsync(request, either.Token);
            // The status suffices: a body that stalls or breaks off must not count as a failure.
            response.Content.Dispose();
            response.Content = new ByteArrayContent([]);
            return response.StatusCode == HttpStatusCode.GatewayTimeout
                ? throw new HttpRequestException("A gateway got no answer.", inner: null, response.StatusCode)
                : response;
        }
        catch (Exception fault) when (content.IsSent && fault is HttpRequestException or OperationCanceledException)
        {
            throw new MailUnansweredException(fault);
        }
        catch (OperationCanceledException fault) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("No connection in time.", fault);
        }
    }

    private sealed class TrackedContent : HttpContent
    {
        private readonly HttpContent _content;

        public TrackedContent(HttpContent content)
        {
            _content = content;
            foreach (var header in content.Headers)
                Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        public bool IsSent { get; private set; }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await _content.CopyToAsync(stream, context);
            await stream.FlushAsync();
            IsSent = true;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _content.Headers.ContentLength ?? -1;
            return length >= 0;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _content.Dispose();
            base.Dispose(disposing);
        }
    }
}
