using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Pages;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>The way back into an account, whatever people hold in their hands and however bad their connection is.</summary>
[Purpose("reset")]
[Role("user")]
public sealed class DeviceTests(Suite suite) : BrowserTest(suite)
{
    private const string Phone = "Pixel 7";
    private const string ApplePhone = "iPhone 15";

    [Fact]
    [Size("desktop")]
    public Task Chromium_on_a_desktop() => RecoverAsync(new BrowserNewContextOptions());

    [Fact]
    [Size("phone")]
    public async Task Chromium_on_a_phone_by_touch()
    {
        var tab = await RecoverAsync(Device(Phone));
        Assert.True(await tab.Page.EvaluateAsync<bool>("() => matchMedia('(pointer: coarse)').matches && navigator.maxTouchPoints > 0"));
        Assert.True(await tab.OverflowAsync() <= 0, "It scrolls sideways.");
    }

    [Fact]
    [Size("desktop")]
    public Task Firefox_on_a_desktop() => RecoverAsync(new BrowserNewContextOptions(), "firefox");

    [Fact]
    [Size("desktop")]
    public Task WebKit_on_a_desktop() => RecoverAsync(new BrowserNewContextOptions(), "webkit");

    [Fact]
    [Size("phone")]
    public Task WebKit_on_a_phone_by_touch() => RecoverAsync(Device(ApplePhone), "webkit");

    [Fact]
    [Size("phone")]
    public async Task In_the_dark_and_without_motion()
    {
        var options = Device(Phone);
        (options.ColorScheme, options.ReducedMotion) = (ColorScheme.Dark, ReducedMotion.Reduce);
        var tab = await RecoverAsync(options);

        Assert.Equal(0, await tab.Page.EvaluateAsync<int>("() => document.getAnimations().length"));
        var light = await NewBrowserAsync();
        await SignInPage.OpenAsync(light);
        Assert.NotEqual(await BackgroundAsync(light), await BackgroundAsync(tab));
    }

    [Fact]
    [Size("phone")]
    public Task Without_JavaScript()
    {
        var options = Device(Phone);
        options.JavaScriptEnabled = false;
        return RecoverAsync(options);
    }

    [Fact]
    [Size("phone")]
    public async Task On_a_slow_network()
    {
        var tab = await NewBrowserAsync(Device(Phone));
        var network = await tab.Page.Context.NewCDPSessionAsync(tab.Page);
        await network.SendAsync(
            "Network.emulateNetworkConditions",
            new()
            {
                ["offline"] = false,
                ["latency"] = 400,
                ["downloadThroughput"] = 50_000,
                ["uploadThroughput"] = 20_000,
            });
        await RecoverAsync(tab);
    }

    [Fact]
    [Size("phone")]
    public async Task A_connection_that_is_lost_in_the_middle_of_sending_spends_nothing_and_the_form_works_when_it_is_back()
    {
        var account = await NewAccountAsync();
        var password = account.NewPassword();
        var tab = await NewBrowserAsync(Device(Phone));
        var link = await Site.MailLinkAsync(account);
        var reset = await ResetPasswordPage.OpenAsync(tab, link);
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await tab.Page.RouteAsync("**/reset-password", async route =>
        {
            await route.AbortAsync("internetdisconnected");
            lost.TrySetResult();
        }, new() { Times = 1 });

        await reset.NewPassword.FillAsync(password);
        await reset.Save.TapAsync();
        await lost.Task.WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);
        await tab.Page.Context.SetOfflineAsync(true);
        await Assert.ThrowsAsync<PlaywrightException>(() => tab.GoAsync(link));
        await tab.Page.Context.SetOfflineAsync(false);

        await tab.GoAsync(link);
        reset = await ResetPasswordPage.AtAsync(tab);
        await reset.ChooseAsync(password);
    }

    private BrowserNewContextOptions Device(string name)
    {
        Assert.SkipWhen(Suite.Browsers.Missing is not null, Suite.Browsers.Missing ?? "");
        return Suite.Browsers.Device(name);
    }

    private async Task<Tab> RecoverAsync(BrowserNewContextOptions options, string engine = "chromium") =>
        await RecoverAsync(await NewBrowserAsync(options, engine));

    private async Task<Tab> RecoverAsync(Tab tab)
    {
        var account = await NewAccountAsync();
        var password = account.NewPassword();
        var forgot = await (await HomePage.OpenAsync(tab)).ForgotPasswordAsync();
        await forgot.AskAsync(account.Email);
        var link = (await Site.Inbox.NextAsync(account.Email, InboxFolder.ResetSubject)).Link;
        var signIn = await (await (await ResetPasswordPage.OpenAsync(tab, link)).ChooseAsync(password)).SignInAsync();
        await signIn.EnterAsync(account, password);
        return tab;
    }

    private static Task<string> BackgroundAsync(Tab tab) =>
        tab.Page.EvaluateAsync<string>(
            "() => getComputedStyle(document.body).backgroundColor + getComputedStyle(document.documentElement).backgroundColor");
}
