using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Pages;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>Uses at the same moment.</summary>
public sealed partial class ReplayRejectionTests
{
    private const int Strangers = 4;

    [Fact]
    [Guarantee(1)]
    public async Task Of_two_browsers_at_the_same_moment_exactly_one_wins()
    {
        var account = await NewAccountAsync();
        var passwords = new[] { account.NewPassword(), account.NewPassword() };
        var forms = await OpenTwiceAsync(await Site.MailLinkAsync(account));

        await SendTogetherAsync(forms, passwords);
        var winner = await WinnerAsync(forms);
        await SignsInAsync(account, passwords[winner]);
        var signIn = await SignInPage.OpenAsync(await NewBrowserAsync());
        await signIn.EnterInVainAsync(account.Email, passwords[1 - winner]);
    }

    [Fact]
    [Guarantee(1)]
    public async Task Wrong_sign_ins_of_strangers_at_that_moment_do_not_keep_the_owner_out()
    {
        // At an app of its own: one that jams on lost races would take every other test along.
        await using var site = await Site.StartAsync([]);
        var account = await site.Accounts.TakeAsync(AccountKind.Ordinary);
        var passwords = new[] { account.NewPassword(), account.NewPassword() };
        var forms = await OpenTwiceAsync(await site.MailLinkAsync(account));

        using var over = new CancellationTokenSource();
        var strangers = Enumerable
            .Range(0, Strangers)
            .Select(_ => Task.Run(() => TrySignInsAsync(site.Address, account.Email, over.Token)))
            .ToList();
        await SendTogetherAsync(forms, passwords);
        await over.CancelAsync();
        var refused = await Task.WhenAll(strangers);

        Assert.All(refused, count => Assert.NotEqual(0, count));
        await WinnerAsync(forms);
        await site.MailLinkAsync(account);
    }

    private async Task<ResetPasswordPage[]> OpenTwiceAsync(string link) =>
    [
        await ResetPasswordPage.OpenAsync(await NewBrowserAsync(), link),
        await ResetPasswordPage.OpenAsync(await NewBrowserAsync(), link),
    ];

    // Clicks are never simultaneous: each request is held until the other is there.
    private static async Task SendTogetherAsync(ResetPasswordPage[] forms, string[] passwords)
    {
        var missing = forms.Length;
        var complete = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var form in forms)
        {
            await form.Tab.Page.RouteAsync("**/reset-password", async route =>
            {
                if (Interlocked.Decrement(ref missing) == 0)
                    complete.SetResult();
                await complete.Task;
                await route.ContinueAsync();
            });
        }

        await Task.WhenAll(forms.Select((form, i) => form.SendAsync(passwords[i])));
    }

    private static async Task<int> WinnerAsync(ResetPasswordPage[] forms)
    {
        var winner = Array.FindIndex(forms, form => form.Tab.Status == 200);
        Assert.InRange(winner, 0, 1);
        await PasswordChangedPage.AtAsync(forms[winner].Tab);
        var loser = await InvalidLinkPage.AtAsync(forms[1 - winner].Tab);
        Assert.Equal(Spent, await loser.VerdictAsync());
        return winner;
    }

    // At least once, also where the redemption is quicker than a refusal.
    private static async Task<int> TrySignInsAsync(Uri site, string address, CancellationToken over)
    {
        using var stranger = new Visitor(site);
        var refused = 0;
        do
        {
            var answer = await stranger.SubmitAsync("/sign-in", "/sign-in", ("email", address), ("password", "open sesame"));
            Assert.Equal(422, (int)answer.Status);
            refused++;
        }
        while (!over.IsCancellationRequested);
        return refused;
    }
}
