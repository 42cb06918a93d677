using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Pages;

namespace OneTimeJwt.E2E;

/// <summary>Leads to every page in every state that people see it in.</summary>
public abstract class PageTour(Suite suite) : BrowserTest(suite)
{
    private static readonly Dictionary<string, Func<PageTour, Tab, Task>> Stations = new()
    {
        ["home"] = (_, tab) => HomePage.OpenAsync(tab),
        ["forgot"] = (_, tab) => ForgotPasswordPage.OpenAsync(tab),
        ["forgot-error"] = async (_, tab) => await (await ForgotPasswordPage.OpenAsync(tab)).AskInVainAsync($"{new string('a', 300)}@example.org"),
        ["sent"] = async (_, tab) => await (await ForgotPasswordPage.OpenAsync(tab)).AskAsync("nobody@example.org"),
        ["reset-form"] = async (tour, tab) => await tour.OpenFormAsync(tab),
        ["reset-error"] = async (tour, tab) => await (await tour.OpenFormAsync(tab)).ChooseInVainAsync("short"),
        ["done"] = async (tour, tab) => await tour.ResetAsync(tab),
        ["dead-used"] = async (tour, tab) => await DeadLinkPage.OpenAsync(tab, await tour.ResetAsync(tab)),
        ["dead-spent"] = async (tour, tab) => await DeadLinkPage.OpenAsync(tab, (await tour.Site.MailLinkAsync(await tour.NewAccountAsync()))[..^5] + "AAAAA"),
        ["dead-expired"] = async (tour, tab) => await DeadLinkPage.OpenAsync(tab, (await tour.Suite.ExpiredLinkAsync()).Link),
        ["dead-invalid"] = (_, tab) => DeadLinkPage.OpenAsync(tab, "/reset-password?token=half"),
        ["sign-in"] = (_, tab) => SignInPage.OpenAsync(tab),
        ["sign-in-error"] = async (_, tab) => await (await SignInPage.OpenAsync(tab)).EnterInVainAsync("nobody@example.org", "nothing"),
        ["two-factor"] = async (tour, tab) => await tour.EnterFirstStepAsync(tab),
        ["two-factor-error"] = async (tour, tab) => await (await tour.EnterFirstStepAsync(tab)).EnterInVainAsync("wrong"),
        ["account"] = async (tour, tab) => await tour.SignInAsync(tab),
        ["account-error"] = async (tour, tab) => await (await tour.SignInAsync(tab)).ChangePasswordAsync("wrong", "short"),
        ["account-changed"] = async (tour, tab) => await tour.ChangePasswordAsync(tab),
        ["not-found"] = (_, tab) => tab.GoAsync("/no-such-page"),
        ["forbidden"] = async (tour, tab) => await (await tour.SignInAsync(tab)).Tab.GoAsync("/admin/trail"),
        ["dev-inbox"] = (tour, tab) => tour.OpenInboxAsync(tab),
        ["admin-trail"] = async (tour, tab) => await TrailPage.OpenAsync(tab, await tour.NewAccountAsync(AccountKind.Admin)),
    };

    public static TheoryData<string> States => [.. Stations.Keys];

    protected async Task<Tab> VisitAsync(string state)
    {
        var tab = await NewBrowserAsync();
        await Stations[state](this, tab);
        return tab;
    }

    private async Task<ResetPasswordPage> OpenFormAsync(Tab tab) =>
        await ResetPasswordPage.OpenAsync(tab, await Site.MailLinkAsync(await NewAccountAsync()));

    private async Task<string> ResetAsync(Tab tab)
    {
        var account = await NewAccountAsync();
        var link = await Site.MailLinkAsync(account);
        await (await ResetPasswordPage.OpenAsync(tab, link)).ChooseAsync(account.NewPassword());
        return link;
    }

    private async Task<TwoFactorPage> EnterFirstStepAsync(Tab tab) =>
        await (await SignInPage.OpenAsync(tab)).EnterFirstStepAsync(await NewAccountAsync(AccountKind.TwoFactor));

    private async Task<AccountPage> SignInAsync(Tab tab) =>
        await (await SignInPage.OpenAsync(tab)).EnterAsync(await NewAccountAsync());

    private async Task ChangePasswordAsync(Tab tab)
    {
        var account = await NewAccountAsync();
        var own = await (await SignInPage.OpenAsync(tab)).EnterAsync(account);
        await own.ChangePasswordAsync(account.Password, account.NewPassword());
    }

    private async Task OpenInboxAsync(Tab tab)
    {
        await Site.MailLinkAsync(await NewAccountAsync());
        await tab.GoAsync("/dev/inbox");
    }
}
