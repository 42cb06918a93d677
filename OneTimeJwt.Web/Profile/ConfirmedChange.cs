using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Profile;

/// <summary>A change that is confirmed with the password.</summary>
public sealed record Confirmation(string Path, string Title, string Lead, string Button);

/// <summary>Asks for the password ahead of a change of the second factor, and answers after it.</summary>
internal sealed class ConfirmedChange(AccountSignInManager signIn, UserManager<Account> users, IHttpContextAccessor accessor)
{
    private const string Path = SecondFactorRoutes.Path;
    private const string Saved = $"{Path}?saved";

    private HttpContext Http => accessor.HttpContext!;

    public string? Client => Http.ClientAddress();

    public static string Address(Account account) => account.Email ?? account.UserName ?? "";

    public async Task<Account> AccountAsync() => (await users.GetUserAsync(Http.User))!;

    public async Task<IResult> AskAsync(Confirmation question, string? returnUrl = null, FormProblem? problem = null)
    {
        var account = await AccountAsync();
        return Page.Of<ConfirmationPage>(
            problem,
            new
            {
                Question = question,
                Address = Address(account),
                ReturnUrl = ReturnUrls.Local(returnUrl, Path),
                Problem = problem,
            });
    }

    /// <returns>Null where the form is valid and the password right.</returns>
    public async Task<IResult?> RefusalAsync(FormPost form, Confirmation question, Account account) =>
        form.Forgery is { } forgery ? await AskAsync(question, form["returnUrl"], forgery)
        : await signIn.CheckPasswordAsync(account, form["password"]) ? null
        : await AskAsync(question, form["returnUrl"], new FormProblem(Words.WrongPassword));

    public async Task<IResult> ApplyAsync(FormPost form, Confirmation question, Func<Account, Task<SecondFactorChange>> apply)
    {
        var account = await AccountAsync();
        if (await RefusalAsync(form, question, account) is { } refusal)
            return refusal;

        var change = await apply(account);
        return change.Problem is { } problem
            ? await AskAsync(question, problem: new FormProblem(problem))
            : await DoneAsync(account, change, returnUrl: null, proven: false);
    }

    /// <summary>This session goes on under the new stamp; where it has just proven a second factor, as one that has.</summary>
    public async Task<IResult> DoneAsync(Account account, SecondFactorChange change, string? returnUrl, bool proven)
    {
        if (proven)
            await signIn.SignInWithSecondFactorAsync(account);
        else
            await signIn.RefreshSignInAsync(account);

        return change.Codes.Count > 0
            ? Page.Of<RecoveryCodesPage>(
                parameters: new
                {
                    change.Codes,
                    ReturnUrl = ReturnUrls.Local(returnUrl, Path),
                    Address = Address(account),
                })
            : Page.SeeOther(ReturnUrls.Local(returnUrl, Saved) is var next && next == Path ? Saved : next);
    }
}
