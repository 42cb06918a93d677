using Microsoft.AspNetCore.Mvc;
using MimeKit;
using OneTimeJwt.Tokens;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Languages;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Shell;
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
                mails.Add(new ReceivedMail(name, await composer.ComposeAsync(Reader, letter, Guid.NewGuid())));
            return Page.Of<InboxPage>(parameters: new { Mails = mails, Folder = "/dev/mails" });
        });
        app.MapPage("/dev/mails/{name}.eml", async (MailComposer composer, [FromServices] PublicOrigin origin, TimeProvider time, string name) =>
            All(origin, time.GetUtcNow()).GetValueOrDefault(name) is { } letter
                ? Results.Bytes(await BytesAsync(composer, letter), "message/rfc822", $"{name}.eml")
                : Results.NotFound());
    }

    internal static Dictionary<string, Letter> All(PublicOrigin origin, DateTimeOffset now)
    {
        var host = new Uri(origin.Value).Authority;
        var way = new WayBack(Tokened("/secure-account"), now.AddDays(7));
        return new()
        {
            ["reset"] = Write.Reset(Link(TimeSpan.FromMinutes(30)), host),
            ["reset-shared-address"] = Write.Reset(Link(TimeSpan.FromMinutes(30)), host) with { About = Write.About(new AccountLabel("ada", "Ada Lovelace")) },
            ["reset-by-admin"] = Write.ResetByAdmin(Link(TimeSpan.FromHours(12)), host),
            ["required-reset"] = Write.RequiredReset(Link(TimeSpan.FromHours(12)), host),
            ["secured-reset"] = Write.SecuredReset(Link(TimeSpan.FromMinutes(30)), host),
            ["sign-in-code"] = Write.SignInCode("123456", now + MailedCodes.Lifetime, new OutboxMail { Kind = OutboxKind.SignInCode, Client = "192.0.2.17", RequestedAt = now, DueAt = now }, host),
            ["invitation"] = Write.Invitation(Link(TimeSpan.FromDays(3), "/invitation"), host),
            ["confirm"] = Write.Confirm(Link(TimeSpan.FromDays(1), "/confirm-email"), host),
            ["confirmed-already"] = Write.ConfirmedAlready($"{origin.Value}/sign-in", host),
            ["change"] = Write.Change(Link(TimeSpan.FromHours(1), "/change-email"), host),
            ["address-taken"] = Write.AddressTaken(host),
            ["external-only"] = Write.ExternalOnly(Providers, host),
            ["password-changed"] = Write.PasswordChanged(way, now, host),
            ["password-changed-without-link"] = Write.PasswordChanged(way with { Url = $"{origin.Value}/forgot-password", Until = null }, now, host),
            ["address-changed"] = Write.AddressChanged(way, now, host),
            ["two-factor-reset"] = Write.TwoFactorReset(way, now, host),
            ["two-factor-on"] = Write.SecondFactor(OutboxKind.TwoFactorOnNotice, way, now, host),
            ["two-factor-off"] = Write.SecondFactor(OutboxKind.TwoFactorOffNotice, way, now, host),
            ["authenticator"] = Write.SecondFactor(OutboxKind.AuthenticatorNotice, way, now, host),
            ["recovery-codes"] = Write.SecondFactor(OutboxKind.RecoveryCodesNotice, way, now, host),
            ["passkey-added"] = Write.SecondFactor(OutboxKind.PasskeyAddedNotice, way, now, host),
            ["passkey-removed"] = Write.SecondFactor(OutboxKind.PasskeyRemovedNotice, way, now, host),
            ["admin"] = Write.Admin($"{origin.Value}/admin", now, host),
            ["secured"] = Write.Secured($"{origin.Value}/admin", now, host),
        };

        // As long as real ones, and leading to no account.
        string Tokened(string path) => $"{origin.Value}{path}?token={SampleToken.Made.Value}&lang={Language.Current.Code}";

        MailedLink Link(TimeSpan lifetime, string path = "/reset-password") => new(Tokened(path), lifetime, now + lifetime);
    }

    private static async Task<byte[]> BytesAsync(MailComposer composer, Letter letter)
    {
        using MimeMessage message = await composer.ComposeAsync(Reader, letter, Guid.NewGuid());
        using var bytes = new MemoryStream();
        await message.WriteToAsync(bytes);
        return bytes.ToArray();
    }
}
