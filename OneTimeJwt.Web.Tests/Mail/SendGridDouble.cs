using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OneTimeJwt.Web.Tests.Mail;

/// <summary>
/// Takes POST /v3/mail/send as SendGrid documents it and refuses with 400 what the documentation doesn't allow
/// (https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send).
/// </summary>
internal sealed class SendGridDouble : IAsyncDisposable
{
    public const string Key = "SG.only-for-tests.0123456789abcdefghijklmnopqrstuvwxyz";

    private static readonly string[] ReservedHeaders =
    [
        "x-sg-id",
        "x-sg-eid",
        "received",
        "dkim-signature",
        "content-type",
        "content-transfer-encoding",
        "to",
        "from",
        "subject",
        "reply-to",
        "cc",
        "bcc",
    ];

    private readonly ConcurrentQueue<JsonElement> _mails = [];
    private readonly WebApplication _server;
    private int _requests;

    private SendGridDouble()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.Run(AnswerAsync);
    }

    public string Address => _server.Urls.Single();

    /// <summary>Set to answer otherwise.</summary>
    public Func<HttpResponse, Task>? Otherwise { get; set; }

    public int Requests => _requests;

    public IReadOnlyList<JsonElement> Mails => [.. _mails];

    public static async Task<SendGridDouble> StartAsync()
    {
        var server = new SendGridDouble();
        await server._server.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        Interlocked.Increment(ref _requests);
        if (Otherwise is { } otherwise)
        {
            await otherwise(http.Response);
            return;
        }

        var status = Judge(http.Request, out var wantsBody);
        var mail = wantsBody ? (await JsonDocument.ParseAsync(http.Request.Body)).RootElement : default;
        if (wantsBody && Faults(mail).ToList() is { Count: > 0 } faults)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            await http.Response.WriteAsJsonAsync(new { errors = faults.Select(fault => new { message = fault }) });
            return;
        }

        if (wantsBody)
            _mails.Enqueue(mail);
        var sandbox =
            wantsBody
            && mail.TryGetProperty("mail_settings", out var settings)
            && settings.GetProperty("sandbox_mode").GetProperty("enable").GetBoolean();
        http.Response.StatusCode = sandbox ? StatusCodes.Status200OK : (int)status;
    }

    private static HttpStatusCode Judge(HttpRequest request, out bool wantsBody)
    {
        wantsBody = false;
        if (request.Path != "/v3/mail/send")
            return HttpStatusCode.NotFound;
        if (request.Method != HttpMethods.Post)
            return HttpStatusCode.MethodNotAllowed;
        if (request.Headers.Authorization != $"Bearer {Key}")
            return HttpStatusCode.Unauthorized;
        if (request.ContentType?.StartsWith("application/json", StringComparison.Ordinal) != true)
            return HttpStatusCode.UnsupportedMediaType;

        wantsBody = true;
        return HttpStatusCode.Accepted;
    }

    private static IEnumerable<string> Faults(JsonElement mail)
    {
        if (!mail.GetProperty("from").GetProperty("email").GetString()!.Contains('@', StringComparison.Ordinal))
            yield return "The from email is required.";
        if (mail.GetProperty("personalizations").EnumerateArray().Any(one => one.GetProperty("to").GetArrayLength() == 0))
            yield return "The to array is required for all personalization objects.";
        if (string.IsNullOrEmpty(mail.GetProperty("subject").GetString()))
            yield return "The subject is required.";

        var types = mail.GetProperty("content").EnumerateArray().Select(part => part.GetProperty("type").GetString()).ToList();
        if (types is not ["text/plain", "text/html"])
            yield return "If present, text/plain and text/html may only be provided in this order, once.";
        if (
            mail.TryGetProperty("headers", out var headers)
            && headers.EnumerateObject().Any(header => ReservedHeaders.Contains(header.Name.ToLowerInvariant())))
            yield return "The header is one of the reserved keys.";
        if (
            mail.TryGetProperty("mail_settings", out var lists)
            && lists.TryGetProperty("bypass_list_management", out _)
            && lists.EnumerateObject().Count(one => one.Name.StartsWith("bypass", StringComparison.Ordinal)) > 1)
            yield return "The bypass_list_management filter cannot be combined with other bypass filters.";
        if (
            mail.TryGetProperty("custom_args", out var arguments)
            && arguments.EnumerateObject().Any(argument => argument.Value.ValueKind != JsonValueKind.String))
            yield return "The custom_args must be strings.";
        if (mail.GetProperty("categories").EnumerateArray().Any(category => category.GetString()!.Length > 255))
            yield return "A category can not be longer than 255 characters.";
    }
}
