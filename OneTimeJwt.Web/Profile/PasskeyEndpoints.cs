using System.Text;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Profile;

/// <summary>Adding and removing passkeys.</summary>
internal sealed class PasskeyEndpoints(
    ConfirmedChange confirmed,
    UserManager<Account> users,
    SecondFactor factor,
    Passkeys passkeys,
    TimeProvider time)
{
    private const string Path = SecondFactorRoutes.Path;
    private const int MaxNameLength = 60;

    private static Confirmation New => new($"{Path}/passkeys", Words.AddPasskey, Words.NewPasskeyLead, Words.Continue);

    public Task<IResult> AskAsync(string? returnUrl) => confirmed.AskAsync(New, returnUrl);

    public async Task<IResult> BeginAsync(FormPost form)
    {
        var account = await confirmed.AccountAsync();
        return await confirmed.RefusalAsync(form, New, account)
            ?? Page.Of<PasskeyPage>(
                StatusCodes.Status200OK,
                new { Request = await passkeys.AskToCreateAsync(account), ReturnUrl = ReturnUrls.Local(form["returnUrl"], Path) });
    }

    // The sealed challenge says that the password was given minutes ago.
    public async Task<IResult> AddAsync(FormPost form)
    {
        var account = await confirmed.AccountAsync();
        var returnUrl = form["returnUrl"];
        if (form.Forgery is { } forgery)
            return await confirmed.AskAsync(New, returnUrl, forgery);
        if (await passkeys.CreatedAsync(account, form["state"], form["credential"]) is not { } passkey)
            return await confirmed.AskAsync(New, returnUrl, new FormProblem(Words.NoPasskey));

        passkey.Name = Name(form["name"]);
        var change = await factor.AddPasskeyAsync(account, passkey, confirmed.Client);
        return change.Problem is { } problem
            ? await confirmed.AskAsync(New, returnUrl, new FormProblem(problem))
            : await confirmed.DoneAsync(account, change, returnUrl, proven: true);
    }

    public async Task<IResult> AskToRemoveAsync(string id) =>
        await FindAsync(id) is { } passkey
            ? await confirmed.AskAsync(Removal(id, passkey))
            : Results.NotFound();

    public async Task<IResult> RemoveAsync(FormPost form, string id) =>
        await FindAsync(id) is { } passkey
            ? await confirmed.ApplyAsync(
                form,
                Removal(id, passkey),
                account => factor.RemovePasskeyAsync(account, passkey.CredentialId, confirmed.Client))
            : Results.NotFound();

    private async Task<UserPasskeyInfo?> FindAsync(string id) =>
        (await users.GetPasskeysAsync(await confirmed.AccountAsync()))
            .FirstOrDefault(passkey => Convert.ToHexStringLower(passkey.CredentialId) == id);

    private static Confirmation Removal(string id, UserPasskeyInfo passkey) => new(
        $"{Path}/passkeys/{id}", Words.RemovePasskeyTitle, Words.RemovePasskeyLead.With(passkey.Name), Words.RemoveIt);

    private string Name(string typed)
    {
        var name = string.Concat(typed.Trim().EnumerateRunes().Where(rune => !Rune.IsControl(rune)).Take(MaxNameLength));
        return name.Length > 0 ? name : Words.PasskeyOf.With(DisplayText.DateOf(time.GetUtcNow()));
    }
}
