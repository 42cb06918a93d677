namespace OneTimeJwt.Web.Mail;

/// <summary>Shows sent mails. Mapped in Development only.</summary>
internal static class InboxRoutes
{
    private const int MaxShown = 50;

    public static void MapInbox(this WebApplication app)
    {
        if (!app.Environment.IsDevelopment())
            return;

        app.MapPage("/dev/inbox", async (Inbox inbox, CancellationToken cancellationToken) =>
            Page.Of<InboxPage>(parameters: new { Mails = await inbox.LatestAsync(MaxShown, cancellationToken) }));
        app.MapPage("/dev/inbox/{id}.eml", (Inbox inbox, string id) =>
            inbox.Find(id) is { } file ? Results.File(file, "message/rfc822", $"{id}.eml") : Results.NotFound());
    }
}
