using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Pages;

/// <summary>An account in the console.</summary>
public sealed class AccountDetailsPage(Tab tab) : SitePage(tab)
{
    public ILocator Done => Page.Locator("p.good");

    public ILocator History => Page.GetByRole(AriaRole.List, new() { Name = Tab.Say("What happened to this account, newest first") });

    public static Task<AccountDetailsPage> AtAsync(Tab tab, TestAccount account) => AtAsync(new AccountDetailsPage(tab), account.Email);

    public ILocator Offer(string name) => Button(name);

    /// <summary>Chooses an act, gives a reason and confirms.</summary>
    public async Task ActAsync(string name, string reason = "asked for on the phone")
    {
        await ChooseAsync(name);
        await ConfirmAsync(name, reason);
    }

    public async Task ChooseAsync(string name)
    {
        await Button(name).ClickAsync();
        await Assertions.Expect(Field("Reason")).ToBeFocusedAsync();
    }

    public async Task ConfirmAsync(string name, string reason)
    {
        await Field("Reason").FillAsync(reason);
        await Page.GetByRole(AriaRole.Form, new() { Name = Tab.Say(name), Exact = true })
            .GetByRole(AriaRole.Button, new() { Name = Tab.Say(name), Exact = true })
            .ClickAsync();
    }
}
