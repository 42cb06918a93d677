using System.Text;
using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Pages;

/// <summary>Where an admin invites people.</summary>
public sealed class InvitePage(Tab tab) : SitePage(tab)
{
    public ILocator Status => Page.GetByRole(AriaRole.Status);

    public Task SendAsync(string[] addresses, string reason) =>
        SendAsync(reason, () => Field("Addresses, one a line").FillAsync(string.Join('\n', addresses)));

    public Task SendFileAsync(string csv, string reason) =>
        SendAsync(
            reason,
            () =>
                Page.Locator("#file")
                    .SetInputFilesAsync(
                        new FilePayload
                        {
                            Name = "guests.csv",
                            MimeType = "text/csv",
                            Buffer = Encoding.UTF8.GetBytes(csv),
                        }));

    private async Task SendAsync(string reason, Func<Task> fillIn)
    {
        await fillIn();
        await Field("Reason").FillAsync(reason);
        await PressAsync("Send invitations");
        await Assertions.Expect(Status).ToBeVisibleAsync();
    }
}
