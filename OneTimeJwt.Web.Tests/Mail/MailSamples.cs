using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using MimeKit;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Site;

namespace OneTimeJwt.Web.Tests.Mail;

/// <summary>Composes letters and reads them again as a mail program would: from their bytes.</summary>
internal static class MailSamples
{
    public const string Link =
        "https://accounts.example.com/reset-password?token="
        + "eyJhbGciOiJIUzI1NiIsImtpZCI6IjIwMjZhIiwidHlwIjoib3R0K2p3dCJ9.eyJzdWIi-_x.o0Wb7YG4";

    public static Clock Clock { get; } = new();

    public static MailContent Content(string? link = Link, string paragraph = "somebody asked for a new password.") =>
        new("Choose a new password", [paragraph], link is null ? null : new MailButton("Choose", link), ["Thank you & good-bye."]);

    public static Task<MimeMessage> ComposeAsync(
        MailContent letter,
        string to = "ada@example.com",
        string from = "Accounts <no-reply@example.com>",
        BrandingSettings? branding = null) =>
        new MailComposer(
            NullLoggerFactory.Instance,
            Options.Create(new MailSettings { From = from }),
            new Brand(branding ?? new()),
            new MailSite("accounts.example.com"),
            Clock
        ).ComposeAsync(to, letter, Guid.NewGuid());

    public static async Task<string> WireAsync(
        MailContent letter,
        string to = "ada@example.com",
        string from = "Accounts <no-reply@example.com>")
    {
        using var message = await ComposeAsync(letter, to, from);
        using var bytes = new MemoryStream();
        await message.WriteToAsync(bytes, TestContext.Current.CancellationToken);
        return System.Text.Encoding.UTF8.GetString(bytes.ToArray());
    }

    public static async Task<MimeMessage> DeliverAsync(
        MailContent letter,
        string to = "ada@example.com",
        string from = "Accounts <no-reply@example.com>")
    {
        using var bytes = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(await WireAsync(letter, to, from)));
        return await MimeMessage.LoadAsync(bytes, TestContext.Current.CancellationToken);
    }
}
