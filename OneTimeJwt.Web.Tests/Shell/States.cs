using AngleSharp.Html.Dom;
using MimeKit;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Recovery;
using OneTimeJwt.Web.Shell;
using OneTimeJwt.Web.Tokens;

namespace OneTimeJwt.Web.Tests.Shell;

/// <summary>Every state of every page that is rendered without a circuit, with hostile values wherever there are any.</summary>
internal static class States
{
    private const string Hostile = Screen.Hostile;

    private static readonly string[] Problems = [Hostile, "Second."];
    private static readonly DateTimeOffset At = new(2026, 1, 5, 23, 59, 0, TimeSpan.FromHours(-2));

    public static readonly int[] Statuses = [400, 403, 404, 405, 413, 414, 415, 418, 429, 500, 503];

    public static Dictionary<string, Func<IHtmlDocument>> All { get; } = new(
    [
        new("home", () => Screen.Render<Home>()),
        .. Statuses.Select(status => KeyValuePair.Create($"error {status}", () => Screen.Render<ErrorPage>(page => page.Add(p => p.Status, status)))),
        new("forgot password", () => Screen.Render<ForgotPassword>()),
        new("forgot password, problem", () => Screen.Render<ForgotPassword>(page => page.Add(p => p.Address, Hostile).Add(p => p.Problem, Hostile))),
        new("forgot password, sent", () => Screen.Render<ForgotPasswordSent>()),
        new("reset password", () => Screen.Render<ResetPassword>(page => page.Add(p => p.Token, Hostile))),
        new("reset password, one reason", () => Screen.Render<ResetPassword>(page => page.Add(p => p.Token, Hostile).Add(p => p.Problems, [Hostile]))),
        new("reset password, reasons", () => Screen.Render<ResetPassword>(page => page.Add(p => p.Token, Hostile).Add(p => p.Problems, Problems))),
        new("reset password, done", () => Screen.Render<ResetPasswordDone>()),
        .. DeadLinks(),
        new("sign in", () => Screen.Render<SignIn>()),
        new("sign in, problem", () => Screen.Render<SignIn>(page => page.Add(p => p.Address, Hostile).Add(p => p.Problem, Hostile).Add(p => p.ReturnUrl, Hostile))),
        new("two-factor", () => Screen.Render<TwoFactor>()),
        new("two-factor, problem", () => Screen.Render<TwoFactor>(page => page.Add(p => p.Problem, Hostile).Add(p => p.ReturnUrl, Hostile))),
        new("account", () => Screen.Render<AccountPage>(page => page.Add(p => p.Address, Hostile))),
        new("account, changed", () => Screen.Render<AccountPage>(page => page.Add(p => p.Address, Hostile).Add(p => p.Changed, true).Add(p => p.LastChanged, At).Add(p => p.TwoFactorEnabled, true))),
        new("account, problems", () => Screen.Render<AccountPage>(page => page.Add(p => p.Address, Hostile).Add(p => p.Problems, Problems))),
        new("inbox, empty", () => Screen.Render<InboxPage>(page => page.Add(p => p.Mails, []))),
        new("inbox", () => Screen.Render<InboxPage>(page => page.Add(p => p.Mails, [Mail("one"), Mail("two")]))),
    ]);

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Reliability", "CA2000", Justification = "Whoever shows the mail keeps it.")]
    public static ReceivedMail Mail(string id, string text = Hostile, string subject = Hostile) =>
        new(id, new MimeMessage([], [new MailboxAddress("<script>", "ada@example.com")], subject, new TextPart("plain") { Text = text }) { Date = At });

    private static IEnumerable<KeyValuePair<string, Func<IHtmlDocument>>> DeadLinks() =>
        from verdict in Enum.GetValues<TokenVerdict>()
        where verdict != TokenVerdict.Valid
        from token in new[] { null, Hostile }
        from used in new DateTimeOffset?[] { null, At }
        select KeyValuePair.Create($"dead link, {verdict}{(token is null ? "" : ", fresh link")}{(used is null ? "" : ", used")}", () => DeadLink(verdict, token, used));

    private static IHtmlDocument DeadLink(TokenVerdict verdict, string? token, DateTimeOffset? used) =>
        Screen.Render<DeadLink>(page => page.Add(p => p.Verdict, verdict).Add(p => p.Token, token).Add(p => p.UsedAt, used).Add(p => p.ExpiresAt, At));
}
