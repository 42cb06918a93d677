using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using OneTimeJwt.Web.Mail;

namespace OneTimeJwt.Web.Delivery;

/// <summary>Receives SendGrid's Event Webhook. Only posts that are not SendGrid's count against a client's limit.</summary>
internal sealed class SendGridWebhook(SendGridSignature signature, DeliveryReports reports, PartitionedRateLimiter<HttpContext> limiter)
{
    public const string Path = "/mail/events/sendgrid";

    /// <summary>SendGrid posts at most 768 kilobytes at a time.</summary>
    public const int MaxBytes = 1_048_576;

    public static void Map(WebApplication app)
    {
        var settings = app.Services.GetRequiredService<IOptions<MailSettings>>().Value;
        if (settings is { Transport: MailTransportKind.SendGrid, SendGrid.WebhookKey: not null })
            app.MapPost(Path, (SendGridWebhook webhook, HttpContext http) => webhook.ReceiveAsync(http)).DisableRateLimiting();
    }

    private async Task<IResult> ReceiveAsync(HttpContext http)
    {
        // No error page: a machine reads the answer.
        if (http.Features.Get<IStatusCodePagesFeature>() is { } pages)
            pages.Enabled = false;
        if (!signature.IsPlausible(http.Request.Headers))
            return await RefuseAsync(http);

        var body = await ReadAsync(http);
        if (!signature.IsValid(http.Request.Headers, body.Span))
            return await RefuseAsync(http);
        if (!SendGridEvents.TryRead(body, out var read))
            return Results.StatusCode(StatusCodes.Status400BadRequest);

        await reports.RecordAsync(read, http.RequestAborted);
        return Results.StatusCode(StatusCodes.Status200OK);
    }

    private async Task<IResult> RefuseAsync(HttpContext http)
    {
        using var lease = await limiter.AcquireAsync(http, 1, http.RequestAborted);
        return Results.StatusCode(lease.IsAcquired ? StatusCodes.Status403Forbidden : StatusCodes.Status429TooManyRequests);
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext http)
    {
        if (http.Request.ContentLength > MaxBytes)
            throw new BadHttpRequestException("The events are too large.", StatusCodes.Status413PayloadTooLarge);
        RequestBody.Limit(http, MaxBytes);

        using var body = new MemoryStream();
        try
        {
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        }
        catch (IOException fault) when (fault is not BadHttpRequestException)
        {
            throw new BadHttpRequestException("The events broke off.", StatusCodes.Status400BadRequest, fault);
        }

        return body.ToArray();
    }
}
