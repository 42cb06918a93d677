using System.Text.RegularExpressions;
using MimeKit;

namespace OneTimeJwt.Web.Tests.Accounts;

/// <summary>One address, several accounts: everything that is about one of them says which; where there is one, nothing does.</summary>
public abstract class SharedAddressTests(DatabaseProvider provider)
{
    private const string Says = "This is about the account ";
    private const string DisplayName = "Ada Lovelace";

    [Fact]
    public async Task Each_mail_to_a_shared_address_names_its_account_and_no_other_mail_does()
    {
        await using var app = await StartAsync();
        var (ada, bob) = await TwoAsync(app);
        var alone = await app.AddAccountAsync();

        using (var visitor = app.Open())
        {
            Assert.Equal("/forgot-password/sent", (await visitor.AskAsync(ada.Email!)).Location);
        }

        var mails = await app.Mails.WaitAsync(ada.Email!, 2);
        foreach (var account in new[] { ada, bob })
        {
            var mail = Assert.Single(
                mails,
                mail => OneLine(mail).Contains($"{Says}{account.UserName} ({DisplayName}).", StringComparison.Ordinal));
            Assert.Contains($"{Says}{account.UserName} ({DisplayName}).", mail.HtmlBody, StringComparison.Ordinal);
            using var visitor = app.Open();
            Assert.Contains(
                $"<bdi>{account.UserName}</bdi>",
                (await visitor.GetAsync(MailFolder.Link(mail))).Body,
                StringComparison.Ordinal);
        }

        using (var visitor = app.Open())
        {
            Assert.StartsWith(
                "/reset-password/done?account=",
                (await visitor.RedeemAsync(MailFolder.Link(mails[0]), Passwords.New)).Location,
                StringComparison.Ordinal);
        }

        Assert.Contains(Says, OneLine((await app.Mails.WaitAsync(ada.Email!, 3))[2]), StringComparison.Ordinal);
        await app.LinkForAsync(alone);
        Assert.DoesNotContain(Says, OneLine(Assert.Single(app.Mails.To(alone.Email!))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("reset", true)]
    [InlineData("invite", true)]
    [InlineData("confirm", true)]
    [InlineData("secure", true)]
    [InlineData("change", false)]
    public async Task The_page_behind_a_link_and_the_one_after_it_name_the_account(string purpose, bool staysShared)
    {
        await using var app = await StartAsync();
        var (ada, _) = await TwoAsync(app, password: purpose == "invite" ? null : Passwords.Old);
        await app.WantAddressAsync(ada.Id, MailedLinks.NewAddress());
        using var visitor = app.Open();

        var page = await visitor.GetAsync(await app.MintAsync(purpose, ada.Id));
        // Whoever has not confirmed the address yet goes by the user name alone.
        var label = ada.EmailConfirmed ? $"<bdi>{ada.UserName}</bdi> (<bdi>{DisplayName}</bdi>)" : $"<bdi>{ada.UserName}</bdi>";
        Assert.Contains(label, page.Body, StringComparison.Ordinal);
        if (purpose is "reset" or "invite")
            Assert.Contains($"""autocomplete="username" value="{ada.UserName}" """, page.Body, StringComparison.Ordinal);

        var answer = await visitor.SubmitAsync(page, MailedLinks.Answers(ada.Email));
        var plain = $"{MailedLinks.Purpose(purpose).Page}/done";
        Assert.Equal(
            (HttpStatusCode.SeeOther, staysShared),
            (answer.Status, answer.Location!.StartsWith($"{plain}?account=", StringComparison.Ordinal)));
        Assert.DoesNotContain(ada.UserName!, answer.Location, StringComparison.Ordinal);
        Assert.Equal(
            staysShared,
            (await visitor.GetAsync(answer.Location)).Body.Contains($"<bdi>{ada.UserName}</bdi>", StringComparison.Ordinal));

        // Anything else in its place says nothing.
        var usual = await SaysAsync(plain);
        var other = $"{(purpose == "reset" ? "/invitation" : "/reset-password")}/done";
        Assert.Contains("data-outcome", usual, StringComparison.Ordinal);
        Assert.DoesNotContain("<bdi>", usual, StringComparison.Ordinal);
        Assert.Equal(usual, await SaysAsync($"{plain}?account=nonsense"));
        Assert.Equal(await SaysAsync(other), await SaysAsync($"{other}{answer.Location[plain.Length..]}"));

        async Task<string> SaysAsync(string path) =>
            Regex.Match((await visitor.GetAsync(path)).Body, "<main.*</main>", RegexOptions.Singleline).Value;
    }

    [Fact]
    public async Task The_page_behind_a_link_to_an_address_of_one_account_names_nobody()
    {
        await using var app = await StartAsync();
        var account = await app.AddAccountAsync();
        using var visitor = app.Open();

        var page = await visitor.GetAsync(await app.MintAsync("reset", account.Id));

        Assert.DoesNotContain(account.UserName!, page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(Says, page.Body, StringComparison.Ordinal);
        Assert.Contains("""<input type="text" autocomplete="username" readonly hidden />""", page.Body, StringComparison.Ordinal);
        Assert.True((await visitor.SubmitAsync(page, ("password", Passwords.New))).PasswordChanged);
    }

    [Fact]
    public async Task A_signed_in_user_sees_the_user_name_beside_a_shared_address_only()
    {
        await using var app = await StartAsync();
        var (ada, _) = await TwoAsync(app);
        var alone = await app.AddAccountAsync();
        foreach (var (account, isTold) in new[] { (ada, true), (alone, false) })
        {
            using var visitor = app.Open();
            Assert.Equal("/account", (await visitor.SignInAsync(account.UserName!, Passwords.Old)).Location);
            Assert.Equal(isTold, (await visitor.GetAsync("/account")).Body.Contains("<dt>User name</dt>", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Whoever_has_an_address_that_another_account_wants_is_told_no_name()
    {
        await using var app = await StartAsync();
        var (ada, _) = await TwoAsync(app);
        var asking = await app.AddAccountAsync();
        using var visitor = app.Open();
        Assert.Equal("/account", (await visitor.SignInAsync(asking.Email!, Passwords.Old)).Location);
        Assert.Equal("/account/email/sent", (await visitor.AskForAddressAsync(ada.Email!, Passwords.Old)).Location);

        var mail = Assert.Single(await app.Mails.WaitAsync(ada.Email!));

        Assert.DoesNotContain(Says, OneLine(mail), StringComparison.Ordinal);
        Assert.DoesNotContain(asking.UserName!, mail.TextBody, StringComparison.Ordinal);
    }

    private static string OneLine(MimeMessage mail) => mail.TextBody!.ReplaceLineEndings(" ");

    private Task<TestApp> StartAsync() =>
        TestApp.StartAsync(
            new() { ["Accounts:DisplayNameColumn"] = "FullName", ["Accounts:New:Columns:FullName"] = DisplayName },
            provider: provider,
            host: database => HostDatabase.MakeAsync(database, "AspNetUsers.FullName"));

    private static async Task<(Account Ada, Account Bob)> TwoAsync(TestApp app, string? password = Passwords.Old)
    {
        var address = MailedLinks.NewAddress();
        return (await AddAsync("ada"), await AddAsync("bob"));

        Task<Account> AddAsync(string name) =>
            app.AddAccountAsync(
                password,
                account =>
                    (account.UserName, account.Email, account.EmailConfirmed) = (
                        $"{name}-{Guid.NewGuid():N}",
                        address,
                        password is not null));
    }
}

public sealed class SqliteSharedAddressTests() : SharedAddressTests(DatabaseProvider.Sqlite);

public sealed class PostgreSqlSharedAddressTests() : SharedAddressTests(DatabaseProvider.PostgreSql);
