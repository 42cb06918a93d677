using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Pages;

/// <summary>Chooses many accounts.</summary>
public sealed class BulkPage(Tab tab) : SitePage(tab)
{
    public async Task<CampaignPage> ChooseAsync(IReadOnlyList<string> names)
    {
        await Field("One address, user name or id a line").FillAsync(string.Join('\n', names));
        await PressAsync("Look at the list");
        return new CampaignPage(Tab);
    }

    /// <summary>Uploads a file that is refused.</summary>
    public async Task UploadInVainAsync(byte[] file)
    {
        await Page.Locator("#file").SetInputFilesAsync(new FilePayload { Name = "list.csv", MimeType = "text/csv", Buffer = file });
        await PressAsync("Look at the list");
        await Assertions.Expect(Problem).ToBeVisibleAsync();
    }
}

/// <summary>Mail to many accounts.</summary>
public sealed class CampaignPage(Tab tab) : SitePage(tab)
{
    public ILocator Progress => Page.Locator("label[for=progress]");

    public async Task StartAsync(int accounts)
    {
        await Field("Reason").FillAsync("leaked list");
        await Page.Locator("#number").FillAsync($"{accounts}");
        await Button("Send the links").ClickAsync();
        await Assertions.Expect(Progress).ToContainTextAsync(Tab.Say("done"));
    }
}
