using System.Collections.Concurrent;
using Microsoft.Playwright;
using OneTimeJwt.E2E.Pages;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>Accounts at a deployed site that its admin invites, each for one test, and locks in the end: no page deletes one.</summary>
/// <param name="address">Of the site.</param>
/// <param name="inbox">Where the invitations arrive.</param>
/// <param name="admin">Who invites; no test gets that account.</param>
/// <param name="pattern">Where invitations go, with a star for what differs.</param>
public sealed class InvitedAccounts(Uri address, IMailbox inbox, TestAccount admin, string pattern)
{
    public const string Setting = "E2E_INVITE_ADDRESS";

    private const string Reason = "A guest of the browser tests; the account is locked when they end.";

    private readonly ConcurrentQueue<TestAccount> _invited = [];

    public async Task<TestAccount> InviteAsync()
    {
        var guest = new TestAccount
        {
            Email = pattern.Replace("*", $"{Guid.NewGuid():N}", StringComparison.Ordinal),
            Password = TestAccount.MakePassword(),
        };
        await SendInvitationAsync(address, admin, guest.Email);
        _invited.Enqueue(guest);
        var link = (await inbox.NextAsync(guest.Email, InboxFolder.InvitationSubject)).Link;
        using var visitor = new Visitor(new Uri(new Uri(link).GetLeftPart(UriPartial.Authority)));
        var chosen = await visitor.SubmitAsync(
            new Uri(link).PathAndQuery,
            "/invitation",
            ("token", link.Split("token=")[1]),
            ("password", guest.Password));
        Assert.Equal(HttpStatusCode.SeeOther, chosen.Status);
        return guest;
    }

    public static async Task SendInvitationAsync(Uri address, TestAccount admin, string guest)
    {
        using var console = new Visitor(address);
        Assert.True(await console.SignInAsync(admin) == HttpStatusCode.SeeOther, $"{admin.Email}, who is to invite, can't sign in.");
        var sent = await console.SubmitAsync("/admin/invite", "/admin/invite", ("list", guest), ("reason", Reason));
        Assert.True(sent.Status == HttpStatusCode.OK, $"{admin.Email} can't invite: {(int)sent.Status}.");
    }

    /// <summary>What is left at the site, in words.</summary>
    public async Task<IEnumerable<string>> LockAsync(Browsers browsers)
    {
        if (_invited.IsEmpty)
            return [];
        await using var context = await browsers.NewContextAsync(new());
        var tab = new Tab(await context.NewPageAsync(), address);
        await ConsolePage.EnterAsync(tab, admin, "/admin");
        var left = new List<string>();
        foreach (var guest in _invited)
            left.Add(await LockAsync(tab, guest) ? $"{guest.Email}: locked, no page deletes it" : $"{guest.Email}: could not be locked");
        return left;
    }

    private static async Task<bool> LockAsync(Tab tab, TestAccount guest)
    {
        try
        {
            await tab.GoAsync("/admin");
            var page = await new ConsolePage(tab).FindAsync(guest);
            await page.ActAsync("Lock", Reason);
            await Assertions.Expect(page.Done).ToBeVisibleAsync();
            return true;
        }
        catch (PlaywrightException)
        {
            return false;
        }
    }
}
