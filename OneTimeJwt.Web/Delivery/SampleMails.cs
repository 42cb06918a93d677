using Microsoft.AspNetCore.Mvc;
using MimeKit;
using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Links.Purposes;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Delivery;

/// <summary>Shows one mail of each kind, in the reader's language and the operator's colours. Mapped in Development only.</summary>
internal static class SampleMails
{
    private const string Reader = "ada@example.com";
    private static readonly string[] Providers = ["Google", "GitHub"];

    public static void MapSampleMails(this WebApplication app)
    {
        if (!app.Environment.IsDevelopment())
            return;

        app.MapPage(
            "/dev/mails",
            async (LinkPurposes purposes, MailComposer composer, [FromServices] PublicOrigin origin, TimeProvider time) =>
            {
                var mails = new List<ReceivedMail>();
                foreach (var (name, content) in All(purposes.All, origin, time.GetUtcNow()))
                    mails.Add(new ReceivedMail(name, await composer.ComposeAsync(Reader, content, Guid.NewGuid())));
                return Page.Of<InboxPage>(parameters: new { Mails = mails, Folder = "/dev/mails" });
            });
        app.MapPage(
            "/dev/mails/{name}.eml",
            async (LinkPurposes purposes, MailComposer composer, [FromServices] PublicOrigin origin, TimeProvider time, string name) =>
                All(purposes.All, origin, time.GetUtcNow()).GetValueOrDefault(name) is { } content
                    ? Results.Bytes(await BytesAsync(composer, content), "message/rfc822", $"{name}.eml")
                    : Results.NotFound());
    }

    internal static Dictionary<string, MailContent> All(IEnumerable<LinkPurpose> purposes, PublicOrigin origin, DateTimeOffset now)
    {
        var host = new Uri(origin.Value).Authority;
        var facts = new MailFacts(host, $"{origin.Value}/sign-in", new TokenLifetimes(), Providers, IsTaken: false);
        var secure = new SecureLink(Tokened("/secure-account"), now + facts.Lifetimes.Secure);
        var mails = new Dictionary<string, MailContent>
        {
            ["sign-in-code"] = MailTemplates.SignInCode(
                "123456",
                now + MailedCodes.Lifetime,
                OutboxMail.ForUser(OutboxKind.SignInCode, accountId: null, "192.0.2.17", now),
                host),
            ["password-changed"] = MailTemplates.Notice(OutboxKind.PasswordChangedNotice, secure, now, host),
            ["password-changed-without-link"] = MailTemplates.Notice(
                OutboxKind.PasswordChangedNotice,
                new SecureLink($"{origin.Value}/forgot-password", Until: null),
                now,
                host),
            ["address-changed"] = MailTemplates.Notice(OutboxKind.AddressChangedNotice, secure, now, host),
            ["two-factor-reset"] = MailTemplates.Notice(OutboxKind.TwoFactorResetNotice, secure, now, host),
            ["two-factor-on"] = MailTemplates.Notice(OutboxKind.TwoFactorOnNotice, secure, now, host),
            ["two-factor-off"] = MailTemplates.Notice(OutboxKind.TwoFactorOffNotice, secure, now, host),
            ["authenticator"] = MailTemplates.Notice(OutboxKind.AuthenticatorNotice, secure, now, host),
            ["recovery-codes"] = MailTemplates.Notice(OutboxKind.RecoveryCodesNotice, secure, now, host),
            ["passkey-added"] = MailTemplates.Notice(OutboxKind.PasskeyAddedNotice, secure, now, host),
            ["passkey-removed"] = MailTemplates.Notice(OutboxKind.PasskeyRemovedNotice, secure, now, host),
            ["admin"] = MailTemplates.Admin($"{origin.Value}/admin", now, host),
            ["secured"] = MailTemplates.Secured($"{origin.Value}/admin", now, host),
        };
        foreach (var (name, content) in purposes.SelectMany(purpose => purpose.Samples(Link(purpose.Token), facts)))
            mails.Add(name, content);
        mails.Add("reset-shared-address", mails["reset"] with { About = MailTemplates.About(new AccountLabel("ada", "Ada Lovelace")) });
        return mails;

        // As long as real ones, and for no account.
        string Tokened(string path) => $"{origin.Value}{path}?token={SampleToken.Made.Value}&lang={Language.Current.Code}";

        MailedLink Link(TokenPurpose purpose) =>
            new(Tokened(purpose.Page), purpose.Lifetime(facts.Lifetimes), now + purpose.Lifetime(facts.Lifetimes));
    }

    private static async Task<byte[]> BytesAsync(MailComposer composer, MailContent content)
    {
        using MimeMessage message = await composer.ComposeAsync(Reader, content, Guid.NewGuid());
        using var bytes = new MemoryStream();
        await message.WriteToAsync(bytes);
        return bytes.ToArray();
    }
}
