using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Links.Purposes;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.App;

/// <summary>A link, come by as its user does.</summary>
/// <param name="Account">Whose it is.</param>
/// <param name="Url">As it stood in the mail.</param>
public sealed record MailedTo(Account Account, string Url)
{
    public string Token => Url[(Url.IndexOf('=', StringComparison.Ordinal) + 1)..];
}

/// <summary>Links of every purpose.</summary>
internal static class MailedLinks
{
    public static TheoryData<string> Names => [.. LinkPurposes.Own.Select(purpose => purpose.Name)];

    public static LinkPurpose Purpose(string name) => LinkPurposes.Own.Single(purpose => purpose.Name == name);

    public static async Task<MailedTo> OfAsync(TestApp app, string purpose)
    {
        switch (purpose)
        {
            case "reset":
                var known = await app.AddAccountAsync();
                return new MailedTo(known, await app.LinkForAsync(known));
            case "confirm":
                var unconfirmed = await app.AddAccountAsync(shape: row => row.EmailConfirmed = false);
                return new MailedTo(unconfirmed, await app.ConfirmLinkForAsync(unconfirmed));
            case "change":
                var moving = await app.AddAccountAsync();
                return new MailedTo(moving, await app.ChangeLinkForAsync(moving, NewAddress()));
            case "invite":
                var address = NewAddress();
                await app.WithAsync<AdminInvitation, AdminInvitation.Outcome>(invitation => invitation.SendAsync(address));
                var normalized = address.ToUpperInvariant();
                var guest = await app.WithAsync<AccountsContext, Account>(database =>
                    database.Users.AsNoTracking().SingleAsync(account => account.NormalizedEmail == normalized));
                return new MailedTo(guest, MailFolder.Link((await app.Mails.WaitAsync(address))[0]));
            default:
                var warned = await app.AddAccountAsync();
                return new MailedTo(warned, await app.SecureLinkForAsync(warned, Passwords.Old, Passwords.Other));
        }
    }

    public static string NewAddress() => $"new-{Guid.NewGuid():N}@example.com";

    public static async Task<string> ConfirmLinkForAsync(this TestApp app, Account account)
    {
        var before = app.Mails.To(account.Email!).Count;
        using var visitor = app.Open();
        (await visitor.AskToConfirmAsync(account.Email!)).LeadsTo("/forgot-password/sent?confirm");
        return MailFolder.Link((await app.Mails.WaitAsync(account.Email!, before + 1))[before]);
    }

    /// <summary>What a signed-in user does who wants another address.</summary>
    public static async Task<string> ChangeLinkForAsync(this TestApp app, Account account, string address, string password = Passwords.Old)
    {
        using var visitor = app.Open();
        (await visitor.SignInAsync(account.Email!, password)).LeadsTo("/account");
        (await visitor.AskForAddressAsync(address, password)).LeadsTo("/account/email/sent");
        return MailFolder.Link((await app.Mails.WaitAsync(address))[0]);
    }

    /// <summary>The link in the notice that a change of the password brings.</summary>
    public static async Task<string> SecureLinkForAsync(this TestApp app, Account account, string present, string chosen)
    {
        var before = app.Mails.To(account.Email!).Count;
        using var visitor = app.Open();
        (await visitor.SignInAsync(account.Email!, present)).LeadsTo("/account");
        (await visitor.ChangePasswordAsync(present, chosen)).LeadsTo("/account?changed");
        return MailFolder.Link((await app.Mails.WaitAsync(account.Email!, before + 1))[before]);
    }

    public static async Task<Answer> AskToConfirmAsync(this Visitor visitor, string address) =>
        await visitor.SubmitAsync(await visitor.GetAsync("/forgot-password?confirm"), ("email", address));

    public static async Task<Answer> AskForAddressAsync(this Visitor visitor, string address, string password) =>
        await visitor.SubmitAsync(await visitor.GetAsync("/account/email"), ("email", address), ("password", password));

    public static async Task<Answer> ChangePasswordAsync(this Visitor visitor, string present, string chosen) =>
        await visitor.PostAsync(
            "/account",
            ("__RequestVerificationToken", AnswerMask.Antiforgery((await visitor.GetAsync("/account")).Body)),
            ("current-password", present),
            ("new-password", chosen));

    /// <summary>What the page behind a link is filled in with: a password, or the account's address.</summary>
    public static (string Name, string Value)[] Answers(string? address) =>
        [("password", Passwords.New), .. address is null ? [] : new[] { ("email", address) }];

    public static Task<Answer> UseAsync(this Visitor visitor, MailedTo link) => visitor.UseAsync(link.Url, link.Account.Email);

    /// <summary>Opens a link, fills in what its page asks for and presses the button.</summary>
    public static async Task<Answer> UseAsync(this Visitor visitor, string link, string? address = null)
    {
        var page = await visitor.GetAsync(link);
        return page.Status == System.Net.HttpStatusCode.OK ? await visitor.SubmitAsync(page, Answers(address)) : page;
    }

    public static void IsUsed(this Answer answer, string purpose) =>
        Assert.Equal(
            (System.Net.HttpStatusCode.SeeOther, $"{Purpose(purpose).Page}/done"),
            (answer.Status, answer.Location?.Split('?')[0]));

    /// <summary>A token made by the house itself, for what no mail is waited for.</summary>
    public static async Task<string> MintAsync(this TestApp app, string purpose, string accountId) =>
        $"{Purpose(purpose).Page}?token="
        + app.Services.GetRequiredService<OneTimeTokens>().Mint(Purpose(purpose).Token, await app.ReadAsync(accountId)).Value;

    public static Task<IdentityResult> AsAnotherApplicationAsync(
        this TestApp app,
        string accountId,
        Func<UserManager<Account>, Account, Task<IdentityResult>> change) =>
        app.WithAsync<UserManager<Account>, IdentityResult>(async users => await change(users, (await users.FindByIdAsync(accountId))!));

    /// <summary>What a signed-in user asked for, without the sign-in.</summary>
    public static Task<int> WantAddressAsync(this TestApp app, string accountId, string address) =>
        app.WithAsync<AccountsContext, int>(async database =>
        {
            (await database.Users.SingleAsync(account => account.Id == accountId)).EnsureRecoveryState().PendingAddress = address;
            return await database.SaveChangesAsync();
        });
}
