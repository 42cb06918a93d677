using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using MimeKit;
using OneTimeJwt.Web.Shell;

namespace OneTimeJwt.Web.Mail;

/// <summary>Shows Development's mails. Not mapped anywhere else.</summary>
internal static partial class InboxRoutes
{
    private const int MostShown = 50;

    public static void MapInbox(this WebApplication app)
    {
        if (!app.Environment.IsDevelopment())
            return;

        app.MapPage("/dev/inbox", async (Inbox inbox, CancellationToken cancellationToken) =>
            Page.Of<InboxPage>(parameters: new { Mails = await inbox.LatestAsync(MostShown, cancellationToken) }));
        app.MapPage("/dev/inbox/{id}.eml", (Inbox inbox, string id) =>
            inbox.Find(id) is { } file ? Results.File(file, "message/rfc822", $"{id}.eml") : Results.NotFound());
        app.MapPage("/dev/inbox/{id}.html", HtmlAsync);
    }

    private static async Task<IResult> HtmlAsync(Inbox inbox, string id, HttpContext http, CancellationToken cancellationToken)
    {
        if (inbox.Find(id) is not { } file)
            return Results.NotFound();

        var html = (await MimeMessage.LoadAsync(file, cancellationToken)).HtmlBody ?? "";
        var style = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(StyleElement().Match(html).Groups[1].Value)));
        http.Response.OnStarting(() =>
        {
            http.Response.Headers.ContentSecurityPolicy =
                $"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
            http.Response.Headers.XFrameOptions = "SAMEORIGIN";
            return Task.CompletedTask;
        });
        return Results.Content(html.Replace("<a ", "<a target=\"_top\" ", StringComparison.Ordinal), "text/html; charset=utf-8");
    }

    [GeneratedRegex("<style>(.*?)</style>", RegexOptions.Singleline)]
    private static partial Regex StyleElement();
}
