using AngleSharp.Html.Dom;
using Microsoft.AspNetCore.Identity;
using MimeKit;
using OneTimeJwt.Tokens;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Recovery.Purposes;
using OneTimeJwt.Web.Recovery;
using OneTimeJwt.Web.Shell;

namespace OneTimeJwt.Web.Tests.Shell;

/// <summary>Every state of every page that is rendered without a circuit, with hostile values wherever there are any.</summary>
internal static class States
{
    private const string Hostile = Screen.Hostile;

    private static readonly string[] Problems = [Hostile, "Second."];
    private static readonly Campaign Campaign = new() { Chosen = Hostile, StartedBy = Hostile, CreatedAt = DateTimeOffset.UnixEpoch, Accounts = 3, State = CampaignState.Stopped };
    private static readonly DateTimeOffset At = new(2026, 1, 5, 23, 59, 0, TimeSpan.FromHours(-2));

    private static readonly AccountLabel Label = new(Hostile, Hostile + Hostile);

    public static readonly int[] Statuses = [400, 403, 404, 405, 413, 414, 415, 418, 429, 500, 503];

    private static IEnumerable<ButtonPurpose> Pressed => LinkPurposes.Own.OfType<ButtonPurpose>();

    private static IEnumerable<PasswordPurpose> Chosen => LinkPurposes.Own.OfType<PasswordPurpose>();

    private static IEnumerable<LinkPurpose> Requests => LinkPurposes.Own.Where(purpose => purpose.Request is not null);

    public static Dictionary<string, Func<IHtmlDocument>> All { get; } = new(
    [
        new("home", () => Screen.Render<Home>()),
        new("how it works", () => Screen.Render<HowItWorks>()),
        .. Statuses.Select(status => KeyValuePair.Create($"error {status}", () => Screen.Render<ErrorPage>(page => page.Add(p => p.Status, status)))),
        .. Requests.SelectMany(asked => new KeyValuePair<string, Func<IHtmlDocument>>[]
        {
            new($"ask {asked.Name}", () => Screen.Render<ForgotPassword>(page => page.Add(p => p.Purpose, asked))),
            new($"ask {asked.Name}, problem", () => Screen.Render<ForgotPassword>(page => page.Add(p => p.Purpose, asked).Add(p => p.Address, Hostile).Add(p => p.Problem, Hostile))),
            new($"ask {asked.Name}, sent", () => Screen.Render<ForgotPasswordSent>(page => page
                .Add(p => p.Purpose, asked).Add(p => p.Others, [.. Requests.Where(other => other != asked)])
                .Add(p => p.Window, TimeSpan.FromHours(1)).Add(p => p.Lifetime, TimeSpan.FromMinutes(30)).Add(p => p.From, Hostile))),
        }),
        .. Pressed.SelectMany(purpose => new KeyValuePair<string, Func<IHtmlDocument>>[]
        {
            new($"{purpose.Name}, button", () => Screen.Render<PressPage>(page => page.Add(p => p.Purpose, purpose).Add(p => p.Token, Hostile).Add(p => p.ExpiresAt, At))),
            new($"{purpose.Name}, problem", () => Screen.Render<PressPage>(page => page.Add(p => p.Purpose, purpose).Add(p => p.Token, Hostile).Add(p => p.ExpiresAt, At).Add(p => p.Problems, [Hostile]))),
            new($"{purpose.Name}, done", () => Screen.Render<LinkDone>(page => page.Add(p => p.Purpose, purpose))),
            new($"{purpose.Name}, shared address", () => Screen.Render<PressPage>(page => page.Add(p => p.Purpose, purpose).Add(p => p.Token, Hostile).Add(p => p.ExpiresAt, At).Add(p => p.Label, Label))),
            new($"{purpose.Name}, done, shared address", () => Screen.Render<LinkDone>(page => page.Add(p => p.Purpose, purpose).Add(p => p.UserName, Hostile))),
        }),
        new("change of address", () => Screen.Render<AddressPage>(page => page.Add(p => p.Present, Hostile))),
        new("change of address, address", () => Screen.Render<AddressPage>(page => page.Add(p => p.Present, Hostile).Add(p => p.Wanted, Hostile).Add(p => p.Problem, Hostile).Add(p => p.Field, "email"))),
        new("change of address, password", () => Screen.Render<AddressPage>(page => page.Add(p => p.Present, Hostile).Add(p => p.Wanted, Hostile).Add(p => p.Problem, Hostile).Add(p => p.Field, "password"))),
        new("change of address, sent", () => Screen.Render<AddressSent>()),
        .. Chosen.SelectMany(purpose => new KeyValuePair<string, Func<IHtmlDocument>>[]
        {
            new($"link to {purpose.Name}, form", () => Choose(purpose)),
            new($"link to {purpose.Name}, one reason", () => Choose(purpose, problems: [Hostile])),
            new($"link to {purpose.Name}, reasons", () => Choose(purpose, problems: Problems)),
            new($"link to {purpose.Name}, shared address", () => Choose(purpose, Label)),
            new($"link to {purpose.Name}, done", () => Screen.Render<LinkDone>(page => page.Add(p => p.Purpose, purpose))),
            new($"link to {purpose.Name}, done, shared address", () => Screen.Render<LinkDone>(page => page.Add(p => p.Purpose, purpose).Add(p => p.UserName, Hostile))),
        }),
        .. DeadLinks(),
        new("sign in", () => Screen.Render<SignIn>()),
        new("sign in, problem", () => Screen.Render<SignIn>(page => page.Add(p => p.Address, Hostile).Add(p => p.Problem, Hostile).Add(p => p.ReturnUrl, Hostile))),
        new("sign in, no address", () => Screen.Render<SignIn>(page => page.Add(p => p.Address, "").Add(p => p.Problem, Hostile).Add(p => p.Empty, "email"))),
        new("sign in, no password", () => Screen.Render<SignIn>(page => page.Add(p => p.Address, Hostile).Add(p => p.Problem, Hostile).Add(p => p.Empty, "password"))),
        new("two-factor", () => Screen.Render<TwoFactor>()),
        new("two-factor, problem", () => Screen.Render<TwoFactor>(page => page.Add(p => p.Problem, Hostile).Add(p => p.ReturnUrl, Hostile))),
        new("two-factor, passkey", () => Screen.Render<TwoFactor>(page => page.Add(p => p.Passkey, Request).Add(p => p.Problem, Hostile).Add(p => p.HasAuthenticator, false))),
        new("mailed code", () => Screen.Render<MailedCodePage>(page => page.Add(p => p.ReturnUrl, Hostile))),
        new("mailed code, another", () => Screen.Render<MailedCodePage>(page => page.Add(p => p.Again, true).Add(p => p.HasRecoveryCodes, true))),
        new("mailed code, no more", () => Screen.Render<MailedCodePage>(page => page.Add(p => p.NextAt, At).Add(p => p.Problem, Hostile))),
        new("step up, mail", () => Screen.Render<StepUpPage>(page => page.Add(p => p.ByMail, true).Add(p => p.ReturnUrl, Hostile))),
        new("step up, problem", () => Screen.Render<StepUpPage>(page => page.Add(p => p.Problem, Hostile))),
        new("second factor, elsewhere", () => Screen.Render<SecondFactorPage>(page => page.Add(p => p.State, Factor(false, 0) with { IsElsewhere = true }).Add(p => p.Step, Step.MailedCode).Add(p => p.ForConsole, true))),
        new("sign in elsewhere", () => Screen.Render<SignInElsewhere>()),
        new("account, by mail", () => Screen.Render<AccountPage>(page => page.Add(p => p.Address, Hostile).Add(p => p.TwoFactorEnabled, true).Add(p => p.ByMail, true))),
        new("sign in, passkey", () => Screen.Render<SignIn>(page => page.Add(p => p.OffersPasskeys, true).Add(p => p.ReturnUrl, Hostile))),
        new("passkey sign-in", () => Screen.Render<PasskeySignIn>(page => page.Add(p => p.Request, Request).Add(p => p.ReturnUrl, Hostile))),
        new("passkey sign-in, problem", () => Screen.Render<PasskeySignIn>(page => page.Add(p => p.Request, Request).Add(p => p.Problem, Hostile))),
        new("passkey", () => Screen.Render<PasskeyPage>(page => page.Add(p => p.Request, Request).Add(p => p.ReturnUrl, Hostile))),
        new("second factor, off", () => Screen.Render<SecondFactorPage>(page => page.Add(p => p.State, Factor(false, 0)).Add(p => p.ForConsole, true).Add(p => p.ReturnUrl, Hostile).Add(p => p.OffersPasskeys, true))),
        new("second factor, off, no passkeys", () => Screen.Render<SecondFactorPage>(page => page.Add(p => p.State, Factor(false, 0)))),
        new("second factor, on", () => Screen.Render<SecondFactorPage>(page => page.Add(p => p.State, Factor(true, 3, Hostile, Hostile)).Add(p => p.Saved, true).Add(p => p.ForConsole, true).Add(p => p.OffersPasskeys, true))),
        new("authenticator", () => Screen.Render<AuthenticatorPage>(page => page.Add(p => p.Key, Key).Add(p => p.Address, Hostile).Add(p => p.ReturnUrl, Hostile))),
        new("authenticator, another", () => Screen.Render<AuthenticatorPage>(page => page.Add(p => p.Key, Key).Add(p => p.Address, Hostile).Add(p => p.Replaces, true).Add(p => p.Problems, [Hostile]))),
        new("authenticator, password", () => Screen.Render<AuthenticatorPage>(page => page.Add(p => p.Key, Key).Add(p => p.Address, Hostile).Add(p => p.Problems, [Hostile]).Add(p => p.PasswordIsWrong, true))),
        new("recovery codes", () => Screen.Render<RecoveryCodesPage>(page => page.Add(p => p.Codes, [Hostile, Hostile]).Add(p => p.Address, Hostile))),
        new("confirmation", () => Screen.Render<ConfirmationPage>(page => page.Add(p => p.Question, new Confirmation("/account/two-factor/off", "Title", Hostile, "Button")).Add(p => p.Address, Hostile))),
        new("confirmation, problem", () => Screen.Render<ConfirmationPage>(page => page.Add(p => p.Question, new Confirmation("/account/two-factor/off", "Title", Hostile, "Button")).Add(p => p.Address, Hostile).Add(p => p.Problem, Hostile))),
        new("account, shared address", () => Screen.Render<AccountPage>(page => page.Add(p => p.Address, Hostile).Add(p => p.UserName, Hostile))),
        new("invite, broke off", () => Screen.Render<InvitePage>(page => page.Add(p => p.Outcome, new InvitationOutcome(1, [new Uninvited(new ListedName(2, Hostile), Hostile)])).Add(p => p.List, Hostile).Add(p => p.Problem, Hostile))),
        new("account", () => Screen.Render<AccountPage>(page => page.Add(p => p.Address, Hostile))),
        new("account, changed", () => Screen.Render<AccountPage>(page => page.Add(p => p.Address, Hostile).Add(p => p.Changed, true).Add(p => p.LastChanged, At).Add(p => p.TwoFactorEnabled, true))),
        new("account, problems", () => Screen.Render<AccountPage>(page => page.Add(p => p.Address, Hostile).Add(p => p.Problems, Problems))),
        new("bulk", () => Screen.Render<BulkPage>(page => page.Add(p => p.Campaigns, []))),
        new("bulk, problem", () => Screen.Render<BulkPage>(page => page.Add(p => p.Campaigns, [Campaign]).Add(p => p.Problem, Hostile).Add(p => p.Text, Hostile).Add(p => p.List, Hostile).Add(p => p.Filters, AccountFilters.Locked).Add(p => p.RequiresReset, true))),
        new("invite", () => Screen.Render<InvitePage>()),
        new("invite, problem", () => Screen.Render<InvitePage>(page => page.Add(p => p.List, Hostile).Add(p => p.Reason, Hostile).Add(p => p.Problem, Hostile))),
        new("invite, done", () => Screen.Render<InvitePage>(page => page.Add(p => p.Outcome, new InvitationOutcome(3, [new Uninvited(new ListedName(2, Hostile), Hostile)])))),
        new("inbox, empty", () => Screen.Render<InboxPage>(page => page.Add(p => p.Mails, []))),
        new("inbox", () => Screen.Render<InboxPage>(page => page.Add(p => p.Mails, [Mail("one"), Mail("two")]))),
    ]);

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Reliability", "CA2000", Justification = "Whoever shows the mail keeps it.")]
    public static ReceivedMail Mail(string id, string text = Hostile, string subject = Hostile) =>
        new(id, new MimeMessage([], [new MailboxAddress("<script>", "ada@example.com")], subject, new TextPart("plain") { Text = text }) { Date = At });

    private static PasskeyRequest Request => new(Hostile, Hostile);

    private static AuthenticatorKey Key => new("JBSWY3DPEHPK3PXP", Hostile, "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP");

    public static SecondFactorState Factor(bool on, int codesLeft, params string[] passkeys) =>
        new(on, on, codesLeft, [.. passkeys.Index().Select(named => new UserPasskeyInfo([(byte)named.Index], [], At, 0, null, true, true, true, [], []) { Name = named.Item })]);

    private static IHtmlDocument Choose(PasswordPurpose purpose, AccountLabel? label = null, params string[] problems) => Screen.Render<ChoosePassword>(page => page
        .Add(p => p.Purpose, purpose).Add(p => p.Token, Hostile).Add(p => p.ExpiresAt, At).Add(p => p.Label, label).Add(p => p.Problems, problems));

    private static IEnumerable<KeyValuePair<string, Func<IHtmlDocument>>> DeadLinks() =>
        from purpose in LinkPurposes.Own
        from verdict in Enum.GetValues<TokenVerdict>()
        where verdict != TokenVerdict.Valid
        from token in new[] { null, Hostile }
        from used in new DateTimeOffset?[] { null, At }
        select KeyValuePair.Create($"dead {purpose.Name} link, {verdict}{(token is null ? "" : ", fresh link")}{(used is null ? "" : ", used")}", () => DeadLink(purpose, verdict, token, used));

    private static IHtmlDocument DeadLink(LinkPurpose purpose, TokenVerdict verdict, string? token, DateTimeOffset? used) =>
        Screen.Render<DeadLink>(page => page.Add(p => p.Purpose, purpose).Add(p => p.Verdict, verdict).Add(p => p.Token, token).Add(p => p.Tradable, token is not null).Add(p => p.UsedAt, used).Add(p => p.ExpiresAt, At));
}
