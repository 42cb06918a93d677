using Microsoft.AspNetCore.Mvc;
using MimeKit;
using OneTimeJwt.Tokens;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Languages;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Recovery.Purposes;
using OneTimeJwt.Web.Shell;

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

        app.MapPage("/dev/mails", async (LinkPurposes purposes, MailComposer composer, [FromServices] PublicOrigin origin, TimeProvider time) =>
        {
            var mails = new List<ReceivedMail>();
            foreach (var (name, letter) in All(purposes.All, origin, time.GetUtcNow()))
                mails.Add(new ReceivedMail(name, await composer.ComposeAsync(Reader, letter, Guid.NewGuid())));
            return Page.Of<InboxPage>(parameters: new { Mails = mails, Folder = "/dev/mails" });
        });
        app.MapPage("/dev/mails/{name}.eml", async (LinkPurposes purposes, MailComposer composer, [FromServices] PublicOrigin origin, TimeProvider time, string name) =>
            All(purposes.All, origin, time.GetUtcNow()).GetValueOrDefault(name) is { } letter
                ? Results.Bytes(await BytesAsync(composer, letter), "message/rfc822", $"{name}.eml")
                : Results.NotFound());
    }

    internal static Dictionary<string, Letter> All(IEnumerable<LinkPurpose> purposes, PublicOrigin origin, DateTimeOffset now)
    {
        var host = new Uri(origin.Value).Authority;
        var facts = new MailFacts(host, $"{origin.Value}/sign-in", new TokenLifetimes(), Providers, IsTaken: false);
        var way = new WayBack(Tokened("/secure-account"), now + facts.Lifetimes.Secure);
        var mails = new Dictionary<string, Letter>
        {
            ["sign-in-code"] = Letters.SignInCode("123456", now + MailedCodes.Lifetime, OutboxMail.ForUser(OutboxKind.SignInCode, accountId: null, "192.0.2.17", now), host),
            ["password-changed"] = Letters.PasswordChanged(way, now, host),
            ["password-changed-without-link"] = Letters.PasswordChanged(way with { Url = $"{origin.Value}/forgot-password", Until = null }, now, host),
            ["address-changed"] = Letters.AddressChanged(way, now, host),
            ["two-factor-reset"] = Letters.TwoFactorReset(way, now, host),
            ["two-factor-on"] = Letters.SecondFactor(OutboxKind.TwoFactorOnNotice, way, now, host),
            ["two-factor-off"] = Letters.SecondFactor(OutboxKind.TwoFactorOffNotice, way, now, host),
            ["authenticator"] = Letters.SecondFactor(OutboxKind.AuthenticatorNotice, way, now, host),
            ["recovery-codes"] = Letters.SecondFactor(OutboxKind.RecoveryCodesNotice, way, now, host),
            ["passkey-added"] = Letters.SecondFactor(OutboxKind.PasskeyAddedNotice, way, now, host),
            ["passkey-removed"] = Letters.SecondFactor(OutboxKind.PasskeyRemovedNotice, way, now, host),
            ["admin"] = Letters.Admin($"{origin.Value}/admin", now, host),
            ["secured"] = Letters.Secured($"{origin.Value}/admin", now, host),
        };
        foreach (var (name, letter) in purposes.SelectMany(purpose => purpose.Samples(Link(purpose.Token), facts)))
            mails.Add(name, letter);
        mails.Add("reset-shared-address", mails["reset"] with { About = Letters.About(new AccountLabel("ada", "Ada Lovelace")) });
        return mails;

        // As long as real ones, and leading to no account.
        string Tokened(string path) => $"{origin.Value}{path}?token={SampleToken.Made.Value}&lang={Language.Current.Code}";

        MailedLink Link(TokenPurpose purpose) => new(Tokened(purpose.Page), purpose.Lifetime(facts.Lifetimes), now + purpose.Lifetime(facts.Lifetimes));
    }

    private static async Task<byte[]> BytesAsync(MailComposer composer, Letter letter)
    {
        using MimeMessage message = await composer.ComposeAsync(Reader, letter, Guid.NewGuid());
        using var bytes = new MemoryStream();
        await message.WriteToAsync(bytes);
        return bytes.ToArray();
    }
}
