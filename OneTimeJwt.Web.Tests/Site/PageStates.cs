using AngleSharp.Html.Dom;
using MimeKit;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Api;
using OneTimeJwt.Web.Campaigns;
using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Links.Purposes;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Oidc;
using OneTimeJwt.Web.Profile;
using OneTimeJwt.Web.SignIn;
using OneTimeJwt.Web.Site;

namespace OneTimeJwt.Web.Tests.Site;

/// <summary>Every state of every page that is rendered without a circuit, with hostile values wherever there are any.</summary>
internal static class PageStates
{
    private const string Hostile = PageRenderer.Hostile;

    private static readonly FormProblem Problem = new(Hostile);
    private static readonly FormProblem Problems = new(Hostile, "Second.");
    private static readonly Campaign Campaign = new()
    {
        Chosen = Hostile,
        StartedBy = Hostile,
        CreatedAt = DateTimeOffset.UnixEpoch,
        Accounts = 3,
        State = CampaignState.Stopped,
    };
    private static readonly DateTimeOffset At = new(2026, 1, 5, 23, 59, 0, TimeSpan.FromHours(-2));

    private static readonly AccountLabel Label = new(Hostile, Hostile + Hostile);

    public static readonly int[] Statuses = [400, 403, 404, 405, 413, 414, 415, 418, 429, 500, 503];

    private static IEnumerable<ButtonPurpose> Pressed => LinkPurposes.Own.OfType<ButtonPurpose>();

    private static IEnumerable<PasswordPurpose> Chosen => LinkPurposes.Own.OfType<PasswordPurpose>();

    private static IEnumerable<LinkPurpose> Requests => LinkPurposes.Own.Where(purpose => purpose.Request is not null);

    public static Dictionary<string, Func<IHtmlDocument>> All { get; } =
        new([
            new("home", () => PageRenderer.Render<Home>()),
            new("how it works", () => PageRenderer.Render<HowItWorks>()),
            .. Statuses.Select(status =>
                KeyValuePair.Create($"error {status}", () => PageRenderer.Render<ErrorPage>(page => page.Add(p => p.Status, status)))),
            .. Requests.SelectMany(asked =>
                new KeyValuePair<string, Func<IHtmlDocument>>[]
                {
                    new($"ask {asked.Name}", () => PageRenderer.Render<ForgotPassword>(page => page.Add(p => p.Purpose, asked))),
                    new(
                        $"ask {asked.Name}, problem",
                        () =>
                            PageRenderer.Render<ForgotPassword>(page =>
                                page.Add(p => p.Purpose, asked).Add(p => p.Address, Hostile).Add(p => p.Problem, Problem))),
                    new(
                        $"ask {asked.Name}, sent",
                        () =>
                            PageRenderer.Render<ForgotPasswordSent>(page =>
                                page.Add(p => p.Purpose, asked)
                                    .Add(p => p.Others, [.. Requests.Where(other => other != asked)])
                                    .Add(p => p.Window, TimeSpan.FromHours(1))
                                    .Add(p => p.Lifetime, TimeSpan.FromMinutes(30))
                                    .Add(p => p.From, Hostile))),
                }),
            .. Pressed.SelectMany(purpose =>
                new KeyValuePair<string, Func<IHtmlDocument>>[]
                {
                    new(
                        $"{purpose.Name}, button",
                        () =>
                            PageRenderer.Render<LinkFormPage>(page =>
                                page.Add(p => p.Purpose, purpose).Add(p => p.Token, Hostile).Add(p => p.ExpiresAt, At))),
                    new(
                        $"{purpose.Name}, problem",
                        () =>
                            PageRenderer.Render<LinkFormPage>(page =>
                                page.Add(p => p.Purpose, purpose)
                                    .Add(p => p.Token, Hostile)
                                    .Add(p => p.ExpiresAt, At)
                                    .Add(p => p.Problem, Problem))),
                    new($"{purpose.Name}, done", () => PageRenderer.Render<LinkDone>(page => page.Add(p => p.Purpose, purpose))),
                    new(
                        $"{purpose.Name}, shared address",
                        () =>
                            PageRenderer.Render<LinkFormPage>(page =>
                                page.Add(p => p.Purpose, purpose)
                                    .Add(p => p.Token, Hostile)
                                    .Add(p => p.ExpiresAt, At)
                                    .Add(p => p.Label, Label))),
                    new(
                        $"{purpose.Name}, done, shared address",
                        () => PageRenderer.Render<LinkDone>(page => page.Add(p => p.Purpose, purpose).Add(p => p.UserName, Hostile))),
                }),
            new("change of address", () => PageRenderer.Render<AddressPage>(page => page.Add(p => p.Present, Hostile))),
            new(
                "change of address, address",
                () =>
                    PageRenderer.Render<AddressPage>(page =>
                        page.Add(p => p.Present, Hostile)
                            .Add(p => p.Wanted, Hostile)
                            .Add(p => p.Problem, Problem with { Field = "email" }))),
            new(
                "change of address, password",
                () =>
                    PageRenderer.Render<AddressPage>(page =>
                        page.Add(p => p.Present, Hostile)
                            .Add(p => p.Wanted, Hostile)
                            .Add(p => p.Problem, Problem with { Field = "password" }))),
            new("change of address, sent", () => PageRenderer.Render<AddressSent>()),
            .. Chosen.SelectMany(purpose =>
                new KeyValuePair<string, Func<IHtmlDocument>>[]
                {
                    new($"link to {purpose.Name}, form", () => Choose(purpose)),
                    new($"link to {purpose.Name}, one reason", () => Choose(purpose, problem: Problem)),
                    new($"link to {purpose.Name}, reasons", () => Choose(purpose, problem: Problems)),
                    new($"link to {purpose.Name}, shared address", () => Choose(purpose, Label)),
                    new($"link to {purpose.Name}, done", () => PageRenderer.Render<LinkDone>(page => page.Add(p => p.Purpose, purpose))),
                    new(
                        $"link to {purpose.Name}, done, shared address",
                        () => PageRenderer.Render<LinkDone>(page => page.Add(p => p.Purpose, purpose).Add(p => p.UserName, Hostile))),
                }),
            .. DeadLinks(),
            new("sign in", () => PageRenderer.Render<SignInPage>()),
            new(
                "sign in, problem",
                () =>
                    PageRenderer.Render<SignInPage>(page =>
                        page.Add(p => p.Address, Hostile).Add(p => p.Problem, Problem).Add(p => p.ReturnUrl, Hostile))),
            new(
                "sign in, no address",
                () =>
                    PageRenderer.Render<SignInPage>(page =>
                        page.Add(p => p.Address, "").Add(p => p.Problem, Problem with { Field = "email" }))),
            new(
                "sign in, no password",
                () =>
                    PageRenderer.Render<SignInPage>(page =>
                        page.Add(p => p.Address, Hostile).Add(p => p.Problem, Problem with { Field = "password" }))),
            new(
                "sign in, provider",
                () =>
                    PageRenderer.Render<SignInPage>(page =>
                        page.Add(p => p.Provider, new ConsoleProvider(Hostile, "/sign-in/provider")).Add(p => p.ReturnUrl, Hostile))),
            new(
                "sign in, provider only",
                () =>
                    PageRenderer.Render<SignInPage>(page =>
                        page.Add(p => p.Provider, new ConsoleProvider(Hostile, "/sign-in/provider"))
                            .Add(p => p.OffersAccounts, false)
                            .Add(p => p.Problem, Problem))),
            .. Enum.GetValues<OidcFault>().Select(fault =>
                KeyValuePair.Create(
                    $"provider {fault}",
                    () =>
                        PageRenderer.Render<OidcProblem>(page =>
                            page.Add(p => p.Fault, fault)
                                .Add(p => p.Provider, Hostile)
                                .Add(p => p.ReturnUrl, Hostile)
                                .Add(p => p.OffersLocal, fault == OidcFault.Denied)))),
            new(
                "provider session",
                () =>
                    PageRenderer.Render<OidcSessionPage>(page =>
                        page.Add(p => p.Provider, Hostile).Add(p => p.Person, Hostile).Add(p => p.Problem, Problem))),
            new(
                "provider signed out",
                () =>
                    PageRenderer.Render<OidcSignedOut>(page =>
                        page.Add(p => p.Provider, Hostile).Add(p => p.Address, "#the-one-page-that-leads-elsewhere"))),
            new("two-factor", () => PageRenderer.Render<TwoFactorPage>()),
            new(
                "two-factor, problem",
                () => PageRenderer.Render<TwoFactorPage>(page => page.Add(p => p.Problem, Problem).Add(p => p.ReturnUrl, Hostile))),
            new(
                "two-factor, passkey",
                () =>
                    PageRenderer.Render<TwoFactorPage>(page =>
                        page.Add(p => p.Passkey, Request).Add(p => p.Problem, Problem).Add(p => p.HasAuthenticator, false))),
            new("mailed code", () => PageRenderer.Render<MailedCodePage>(page => page.Add(p => p.ReturnUrl, Hostile))),
            new(
                "mailed code, another",
                () => PageRenderer.Render<MailedCodePage>(page => page.Add(p => p.Again, true).Add(p => p.HasRecoveryCodes, true))),
            new(
                "mailed code, no more",
                () => PageRenderer.Render<MailedCodePage>(page => page.Add(p => p.NextAt, At).Add(p => p.Problem, Problem))),
            new(
                "step up, mail",
                () => PageRenderer.Render<StepUpPage>(page => page.Add(p => p.ByMail, true).Add(p => p.ReturnUrl, Hostile))),
            new("step up, problem", () => PageRenderer.Render<StepUpPage>(page => page.Add(p => p.Problem, Problem))),
            new(
                "second factor, elsewhere",
                () =>
                    PageRenderer.Render<SecondFactorPage>(page =>
                        page.Add(p => p.State, Factor(false, 0) with { IsElsewhere = true })
                            .Add(p => p.Step, Step.MailedCode)
                            .Add(p => p.ForConsole, true))),
            new("sign in elsewhere", () => PageRenderer.Render<SignInElsewhere>()),
            new(
                "account, by mail",
                () =>
                    PageRenderer.Render<AccountPage>(page =>
                        page.Add(p => p.Address, Hostile).Add(p => p.TwoFactorEnabled, true).Add(p => p.ByMail, true))),
            new(
                "sign in, passkey",
                () => PageRenderer.Render<SignInPage>(page => page.Add(p => p.OffersPasskeys, true).Add(p => p.ReturnUrl, Hostile))),
            new(
                "passkey sign-in",
                () => PageRenderer.Render<PasskeySignIn>(page => page.Add(p => p.Request, Request).Add(p => p.ReturnUrl, Hostile))),
            new(
                "passkey sign-in, problem",
                () => PageRenderer.Render<PasskeySignIn>(page => page.Add(p => p.Request, Request).Add(p => p.Problem, Problem))),
            new(
                "passkey",
                () => PageRenderer.Render<PasskeyPage>(page => page.Add(p => p.Request, Request).Add(p => p.ReturnUrl, Hostile))),
            new(
                "second factor, off",
                () =>
                    PageRenderer.Render<SecondFactorPage>(page =>
                        page.Add(p => p.State, Factor(false, 0))
                            .Add(p => p.ForConsole, true)
                            .Add(p => p.ReturnUrl, Hostile)
                            .Add(p => p.OffersPasskeys, true))),
            new(
                "second factor, off, no passkeys",
                () => PageRenderer.Render<SecondFactorPage>(page => page.Add(p => p.State, Factor(false, 0)))),
            new(
                "second factor, on",
                () =>
                    PageRenderer.Render<SecondFactorPage>(page =>
                        page.Add(p => p.State, Factor(true, 3, Hostile, Hostile))
                            .Add(p => p.Saved, true)
                            .Add(p => p.ForConsole, true)
                            .Add(p => p.OffersPasskeys, true))),
            new(
                "authenticator",
                () =>
                    PageRenderer.Render<AuthenticatorPage>(page =>
                        page.Add(p => p.Key, Key).Add(p => p.Address, Hostile).Add(p => p.ReturnUrl, Hostile))),
            new(
                "authenticator, another",
                () =>
                    PageRenderer.Render<AuthenticatorPage>(page =>
                        page.Add(p => p.Key, Key).Add(p => p.Address, Hostile).Add(p => p.Replaces, true).Add(p => p.Problem, Problem))),
            new(
                "authenticator, password",
                () =>
                    PageRenderer.Render<AuthenticatorPage>(page =>
                        page.Add(p => p.Key, Key)
                            .Add(p => p.Address, Hostile)
                            .Add(p => p.Problem, Problem with { Field = "password" }))),
            new(
                "recovery codes",
                () =>
                    PageRenderer.Render<RecoveryCodesPage>(page =>
                        page.Add(p => p.Codes, [Hostile, Hostile]).Add(p => p.Address, Hostile))),
            new(
                "confirmation",
                () =>
                    PageRenderer.Render<ConfirmationPage>(page =>
                        page.Add(p => p.Question, new Confirmation("/account/two-factor/off", "Title", Hostile, "Button"))
                            .Add(p => p.Address, Hostile))),
            new(
                "confirmation, problem",
                () =>
                    PageRenderer.Render<ConfirmationPage>(page =>
                        page.Add(p => p.Question, new Confirmation("/account/two-factor/off", "Title", Hostile, "Button"))
                            .Add(p => p.Address, Hostile)
                            .Add(p => p.Problem, Problem))),
            new(
                "account, shared address",
                () => PageRenderer.Render<AccountPage>(page => page.Add(p => p.Address, Hostile).Add(p => p.UserName, Hostile))),
            new(
                "invite, broke off",
                () =>
                    PageRenderer.Render<InvitePage>(page =>
                        page.Add(p => p.Outcome, new InvitationOutcome(1, [new InvitationFailure(new InputRow(2, Hostile), Hostile)]))
                            .Add(p => p.List, Hostile)
                            .Add(p => p.Problem, Hostile))),
            new("account", () => PageRenderer.Render<AccountPage>(page => page.Add(p => p.Address, Hostile))),
            new(
                "account, changed",
                () =>
                    PageRenderer.Render<AccountPage>(page =>
                        page.Add(p => p.Address, Hostile)
                            .Add(p => p.Changed, true)
                            .Add(p => p.LastChanged, At)
                            .Add(p => p.TwoFactorEnabled, true))),
            new(
                "account, problems",
                () => PageRenderer.Render<AccountPage>(page => page.Add(p => p.Address, Hostile).Add(p => p.Problem, Problems))),
            new("bulk", () => PageRenderer.Render<BulkPage>(page => page.Add(p => p.Campaigns, []))),
            new(
                "bulk, problem",
                () =>
                    PageRenderer.Render<BulkPage>(page =>
                        page.Add(p => p.Campaigns, [Campaign])
                            .Add(p => p.Problem, Hostile)
                            .Add(p => p.Text, Hostile)
                            .Add(p => p.List, Hostile)
                            .Add(p => p.Filters, AccountFilters.Locked)
                            .Add(p => p.RequiresReset, true))),
            new("invite", () => PageRenderer.Render<InvitePage>()),
            new(
                "invite, problem",
                () =>
                    PageRenderer.Render<InvitePage>(page =>
                        page.Add(p => p.List, Hostile).Add(p => p.Reason, Hostile).Add(p => p.Problem, Hostile))),
            new(
                "invite, done",
                () =>
                    PageRenderer.Render<InvitePage>(page =>
                        page.Add(p => p.Outcome, new InvitationOutcome(3, [new InvitationFailure(new InputRow(2, Hostile), Hostile)])))),
            new("keys, none", () => PageRenderer.Render<ApiKeysPage>(page => page.Add(p => p.Keys, []).Add(p => p.IsOn, false))),
            new(
                "keys",
                () =>
                    PageRenderer.Render<ApiKeysPage>(page =>
                        page.Add(p => p.Keys, [Listed(networks: null), Listed(At.AddDays(1)), Listed(used: At)])
                            .Add(p => p.Now, At)
                            .Add(p => p.Problem, Problem)
                            .Add(p => p.Form, new KeyForm(Hostile, Hostile, Hostile, Hostile, Hostile)))),
            new(
                "keys, made",
                () =>
                    PageRenderer.Render<ApiKeysPage>(page =>
                        page.Add(p => p.Keys, [Listed(revoked: At)]).Add(p => p.Made, Hostile).Add(p => p.IsRevoked, true))),
            new("inbox, empty", () => PageRenderer.Render<InboxPage>(page => page.Add(p => p.Mails, []))),
            new("inbox", () => PageRenderer.Render<InboxPage>(page => page.Add(p => p.Mails, [Mail("one"), Mail("two")]))),
        ]);

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Reliability", "CA2000", Justification = "Whoever shows the mail keeps it.")]
    public static ReceivedMail Mail(string id, string text = Hostile, string subject = Hostile) =>
        new(
            id,
            new MimeMessage([], [new MailboxAddress("<script>", "ada@example.com")], subject, new TextPart("plain") { Text = text })
            {
                Date = At,
            });

    private static ListedApiKey Listed(
        DateTimeOffset? expires = null, DateTimeOffset? used = null, DateTimeOffset? revoked = null, string? networks = Hostile) =>
        new(
            new ApiKey
            {
                Name = Hostile,
                Hash = "",
                Role = ConsoleRole.Auditor,
                Networks = networks,
                MadeBy = "",
                MadeAt = At,
                ExpiresAt = expires ?? At,
                LastUsedAt = used,
                RevokedAt = revoked,
            },
            Hostile);

    private static PasskeyRequest Request => new(Hostile, Hostile);

    private static AuthenticatorKey Key => new("JBSWY3DPEHPK3PXP", Hostile, "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP");

    public static SecondFactorState Factor(bool on, int codesLeft, params string[] passkeys) =>
        new(
            on,
            on,
            codesLeft,
            [
                .. passkeys
                    .Index()
                    .Select(named => new UserPasskeyInfo([(byte)named.Index], [], At, 0, null, true, true, true, [], [])
                    {
                        Name = named.Item,
                    }),
            ]);

    private static IHtmlDocument Choose(PasswordPurpose purpose, AccountLabel? label = null, FormProblem? problem = null) =>
        PageRenderer.Render<LinkFormPage>(page =>
            page.Add(p => p.Purpose, purpose)
                .Add(p => p.Token, Hostile)
                .Add(p => p.ExpiresAt, At)
                .Add(p => p.Label, label)
                .Add(p => p.Problem, problem));

    private static IEnumerable<KeyValuePair<string, Func<IHtmlDocument>>> DeadLinks() =>
        from purpose in LinkPurposes.Own
        from verdict in Enum.GetValues<TokenVerdict>()
        where verdict != TokenVerdict.Valid
        from token in new[] { null, Hostile }
        from used in new DateTimeOffset?[] { null, At }
        select KeyValuePair.Create(
            $"dead {purpose.Name} link, {verdict}{(token is null ? "" : ", fresh link")}{(used is null ? "" : ", used")}",
            () => InvalidLink(purpose, verdict, token, used));

    private static IHtmlDocument InvalidLink(LinkPurpose purpose, TokenVerdict verdict, string? token, DateTimeOffset? used) =>
        PageRenderer.Render<InvalidLink>(page =>
            page.Add(p => p.Purpose, purpose)
                .Add(p => p.Verdict, verdict)
                .Add(p => p.Token, token)
                .Add(p => p.Reissuable, token is not null)
                .Add(p => p.UsedAt, used)
                .Add(p => p.ExpiresAt, At));
}
