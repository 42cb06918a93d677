using System.Net;

namespace OneTimeJwt.Web.Mail;

/// <summary>Tells requests that failed ahead of their last byte from those that were sent whole and got no answer.</summary>
internal sealed class SentRequestTracker(HttpMessageHandler inner, TimeProvider time) : DelegatingHandler(inner)
{
    // An API that takes long has the mail nevertheless, and asking again would send it again.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <exception cref="MailUnansweredException">The request was sent whole and not answered.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var content = new TellingContent(request.Content!);
        request.Content = content;
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            var response = await base.SendAsync(request, either.Token);
            // The status says it all; a body that stalls or breaks off changes nothing about it.
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

    private sealed class TellingContent : HttpContent
    {
        private readonly HttpContent _content;

        public TellingContent(HttpContent content)
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
