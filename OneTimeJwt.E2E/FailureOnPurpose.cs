using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Pages;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>What <see cref="ReportTests"/> looks at: a test that fails with secrets everywhere. E2E_TELL names a file
/// that it writes them to.</summary>
[Guarantee(1)]
[Purpose("reset")]
[Role("user")]
public sealed class FailureOnPurpose(Suite suite) : BrowserTest(suite)
{
    public const string Tell = "E2E_TELL";

    [Fact(Explicit = true)]
    public Task An_app_does_not_start() => RunningApp.StartAsync(new() { ["Tokens__Secrets__0__Value"] = "nonsense" });

    [Fact(Explicit = true)]
    public async Task A_promise_breaks_with_secrets_in_sight()
    {
        var file = Environment.GetEnvironmentVariable(Tell);
        Assert.SkipWhen(string.IsNullOrEmpty(file), $"Set {Tell} to a file for the secrets.");
        var account = await NewAccountAsync();
        var password = account.NewPassword();
        var link = await Site.MailLinkAsync(account);
        await File.WriteAllLinesAsync(
            file!,
            [link[(link.IndexOf("token=", StringComparison.Ordinal) + 6)..], password, account.Password],
            TestContext.Current.CancellationToken);

        await (await SignInPage.OpenAsync(await NewBrowserAsync())).EnterAsync(account);
        await (await ResetPasswordPage.OpenAsync(await NewBrowserAsync(), link)).ChooseAsync(password);
        var again = await Site.MailLinkAsync(account);
        await File.AppendAllLinesAsync(
            file!,
            [again[(again.IndexOf("token=", StringComparison.Ordinal) + 6)..]],
            TestContext.Current.CancellationToken);
        var reset = await ResetPasswordPage.OpenAsync(await NewBrowserAsync(), again);
        await reset.NewPassword.FillAsync(password);
        await reset.Show.ClickAsync();
        Assert.Fail($"On purpose, with {link} and '{password}' in the message.");
    }
}
