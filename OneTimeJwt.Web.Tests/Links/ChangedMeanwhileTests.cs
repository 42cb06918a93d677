using OneTimeJwt.Web.Links;
using static OneTimeJwt.Web.Tests.App.HostWrites;

namespace OneTimeJwt.Web.Tests.Links;

/// <summary>Another application changes an account while something of it is out.</summary>
public sealed class ChangedMeanwhileTests(UnlimitedApps apps) : IClassFixture<UnlimitedApps>
{
    public static TheoryData<DatabaseProvider> Providers => [.. AppOnEach.Providers];

    public static TheoryData<string, string> MovesAndPurposes =>
        new(from move in Moves.Keys from purpose in LinkPurposes.Own select (move, purpose.Name));

    [Theory]
    [MemberData(nameof(MovesAndPurposes))]
    public async Task Between_opening_a_link_and_using_it_another_application_changes_the_account(string move, string purpose)
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var link = await MailedLinks.OfAsync(app, purpose);
        using var visitor = app.Open();
        var form = await visitor.GetAsync(link.Url);
        Assert.Equal(HttpStatusCode.OK, form.Status);

        await Moves[move].Do(app, link.Account);

        var answer = await visitor.SubmitAsync(form, MailedLinks.Answers(link.Account.Email));
        if (Moves[move].Live.Contains(purpose))
            answer.IsUsed(purpose);
        else
            answer.IsRefusedAs("spent");
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Of_two_accounts_that_swap_addresses_neither_gets_the_others_link_or_code(DatabaseProvider provider)
    {
        var app = await apps.OnAsync(provider);
        var (one, two) = (await app.AddWithFactorAsync("on"), await app.AddWithFactorAsync("on"));
        var link = await app.LinkForAsync(one);
        using var visitor = app.Open();
        await visitor.SignInAsync(one.Email!, Passwords.Old);
        var code = await app.MailedCodeAsync(one, 1);
        var page = await visitor.GetAsync("/sign-in/two-factor");

        await app.SetAsync(one.Id, address: two.Email);
        await app.SetAsync(two.Id, address: one.Email);

        (await visitor.GetAsync(link)).IsRefusedAs("spent");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.SubmitAsync(page, ("code", code))).Status);
        // A fresh one goes to where the account's address is now.
        await visitor.AskAsync(two.Email!);
        var mail = (await app.Mails.WaitAsync(two.Email!))[0];
        Assert.True((await visitor.RedeemAsync(MailFolder.Link(mail), Passwords.New)).PasswordChanged);
        Assert.NotEqual(one.PasswordHash, (await app.ReadAsync(one.Id)).PasswordHash);
        Assert.Equal(two.PasswordHash, (await app.ReadAsync(two.Id)).PasswordHash);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Another_application_can_delete_an_account_of_which_we_remember_something_and_what_is_out_dies(
        DatabaseProvider provider)
    {
        var app = await apps.OnAsync(provider);
        var account = await app.AddWithFactorAsync("on,passkey");
        await app.WantAddressAsync(account.Id, MailedLinks.NewAddress());
        var links = new List<string>();
        foreach (var purpose in new[] { "reset", "change", "secure" })
            links.Add(await app.MintAsync(purpose, account.Id));
        using var visitor = app.Open();
        await visitor.SignInAsync(account.Email!, Passwords.Old);
        var page = await visitor.GetAsync("/sign-in/two-factor");

        Assert.Equal(
            1,
            await app.WithAsync<AccountsContext, int>(database =>
                database.Database.ExecuteSqlAsync($"DELETE FROM \"AspNetUsers\" WHERE \"Id\" = {account.Id}")));

        foreach (var link in links)
            (await visitor.GetAsync(link)).IsRefusedAs("spent");
        Assert.Equal("/sign-in", (await visitor.SubmitAsync(page, ("code", "123456"))).Location);
        var unknown = await visitor.SignInAsync(account.Email!, Passwords.Old);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, unknown.Status);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_name_that_is_no_address_stays_where_nothing_is_normalised(DatabaseProvider provider)
    {
        var app = await apps.OnAsync(provider);
        var account = await app.AddAccountAsync(shape: row => row.UserName = $"name-{Guid.NewGuid():N}");
        await app.WriteAsync(
            account.Id,
            row =>
                row.SetProperty(known => known.NormalizedUserName, (string?)null)
                    .SetProperty(known => known.NormalizedEmail, (string?)null));
        await app.WantAddressAsync(account.Id, MailedLinks.NewAddress());
        using var visitor = app.Open();

        (await visitor.UseAsync(await app.MintAsync("change", account.Id), account.Email)).IsUsed("change");

        Assert.Equal(account.UserName, (await app.ReadAsync(account.Id)).UserName);
    }

    [Fact]
    public async Task A_pending_address_that_the_host_gives_to_somebody_else_meanwhile_is_lost()
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var (one, two, wanted) = (await app.AddAccountAsync(), await app.AddAccountAsync(), MailedLinks.NewAddress());
        var link = await app.ChangeLinkForAsync(one, wanted);
        using var visitor = app.Open();
        var form = await visitor.GetAsync(link);
        await app.SetAsync(two.Id, address: wanted);

        (await visitor.SubmitAsync(form, ("email", one.Email!))).IsRefusedAs("spent");
        Assert.Equal(one.Email, (await app.ReadAsync(one.Id)).Email);
    }
}
