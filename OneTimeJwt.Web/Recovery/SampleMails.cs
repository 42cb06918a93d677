using Microsoft.AspNetCore.Mvc;
using MimeKit;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Shell;
using OneTimeJwt.Web.Tokens;
using Write = OneTimeJwt.Web.Recovery.Letters;

namespace OneTimeJwt.Web.Recovery;

/// <summary>One mail of each kind in the reader's language and the operator's colours, to be looked at. Not mapped outside Development.</summary>
internal static class SampleMails
{
    private const string Reader = "ada@example.com";
    private static readonly string[] Providers = ["Google", "GitHub"];

    public static void MapSampleMails(this WebApplication app)
    {
        if (!app.Environment.IsDevelopment())
            return;

        app.MapPage("/dev/mails", async (MailComposer composer, [FromServices] PublicOrigin origin, TimeProvider time) =>
        {
            var mails = new List<ReceivedMail>();
            foreach (var (name, letter) in All(origin, time.GetUtcNow()))
                mails.Add(new ReceivedMail(name, await composer.ComposeAsync(Reader, letter)));
            return Page.Of<InboxPage>(parameters: new { Mails = mails, Folder = "/dev/mails" });
        });
        app.MapPage("/dev/mails/{name}.eml", async (MailComposer composer, [FromServices] PublicOrigin origin, TimeProvider time, string name) =>
            All(origin, time.GetUtcNow()).GetValueOrDefault(name) is { } letter
                ? Results.Bytes(await BytesAsync(composer, letter), "message/rfc822", $"{name}.eml")
                : Results.NotFound());
    }

    private static Dictionary<string, Letter> All(PublicOrigin origin, DateTimeOffset now)
    {
        var host = new Uri(origin.Value).Authority;
        var page = $"{origin.Value}/forgot-password";
        return new()
        {
            ["reset"] = Write.Reset(Link(TimeSpan.FromMinutes(30)), host),
            ["reset-by-admin"] = Write.ResetByAdmin(Link(TimeSpan.FromHours(12)), host),
            ["required-reset"] = Write.RequiredReset(Link(TimeSpan.FromHours(12)), host),
            ["invitation"] = Write.Invitation(Link(TimeSpan.FromDays(3)), host),
            ["external-only"] = Write.ExternalOnly(Providers, host),
            ["password-changed"] = Write.PasswordChanged(page, now, host),
            ["two-factor-reset"] = Write.TwoFactorReset(page, now, host),
            ["two-factor-on"] = Write.SecondFactor(OutboxKind.TwoFactorOnNotice, page, now, host),
            ["two-factor-off"] = Write.SecondFactor(OutboxKind.TwoFactorOffNotice, page, now, host),
            ["authenticator"] = Write.SecondFactor(OutboxKind.AuthenticatorNotice, page, now, host),
            ["recovery-codes"] = Write.SecondFactor(OutboxKind.RecoveryCodesNotice, page, now, host),
            ["passkey-added"] = Write.SecondFactor(OutboxKind.PasskeyAddedNotice, page, now, host),
            ["passkey-removed"] = Write.SecondFactor(OutboxKind.PasskeyRemovedNotice, page, now, host),
            ["admin"] = Write.Admin($"{origin.Value}/admin", now, host),
        };

        MailedLink Link(TimeSpan lifetime) => new($"{page}?sample", lifetime, now + lifetime);
    }

    private static async Task<byte[]> BytesAsync(MailComposer composer, Letter letter)
    {
        using MimeMessage message = await composer.ComposeAsync(Reader, letter);
        using var bytes = new MemoryStream();
        await message.WriteToAsync(bytes);
        return bytes.ToArray();
    }
}
