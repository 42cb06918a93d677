using System.Text;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using OneTimeJwt.Web.Database;
using OneTimeJwt.Web.Languages;
using OneTimeJwt.Web.SignIn;
using OneTimeJwt.Web.Site;

namespace OneTimeJwt.Web.Profile;

internal static class SecondFactorRoutes
{
    public const string Path = "/account/two-factor";

    public static void MapSecondFactor(this IEndpointRouteBuilder routes)
    {
        routes.MapPage(
            Path,
            [Authorize]
        (SecondFactorEndpoints pages, HttpContext http, string? returnUrl) => pages.ShowAsync(http, returnUrl));
        var own = routes.MapGroup(Path).RequireAuthorization().NeedsStep(Path);
        own.MapPage("/authenticator", (SecondFactorEndpoints pages, string? returnUrl) => pages.SetUpAsync(returnUrl));
        own.MapForm("/authenticator", (SecondFactorEndpoints pages, FormPost form) => pages.UseAuthenticatorAsync(form));
        own.MapPage("/codes", (SecondFactorEndpoints pages) => pages.AskAsync(SecondFactorEndpoints.Codes));
        own.MapForm("/codes", (SecondFactorEndpoints pages, FormPost form) => pages.MakeCodesAsync(form));
        own.MapPage("/off", (SecondFactorEndpoints pages) => pages.AskAsync(SecondFactorEndpoints.Off));
        own.MapForm("/off", (SecondFactorEndpoints pages, FormPost form) => pages.TurnOffAsync(form));
        own.MapPage("/passkeys", (SecondFactorEndpoints pages, string? returnUrl) => pages.AskForPasskeyAsync(returnUrl));
        own.MapForm("/passkeys", (SecondFactorEndpoints pages, FormPost form) => pages.BeginPasskeyAsync(form));
        own.MapForm("/passkeys/new", (SecondFactorEndpoints pages, FormPost form) => pages.AddPasskeyAsync(form));
        own.MapPage("/passkeys/{id}", (SecondFactorEndpoints pages, string id) => pages.AskToRemoveAsync(id));
        own.MapForm("/passkeys/{id}", (SecondFactorEndpoints pages, FormPost form, string id) => pages.RemovePasskeyAsync(form, id));
    }
}

/// <summary>A change that is confirmed with the password.</summary>
public sealed record Confirmation(string Path, string Title, string Lead, string Button);

/// <summary>What the pages about the second factor do.</summary>
internal sealed class SecondFactorEndpoints(
    AccountSignInManager signIn,
    UserManager<Account> users,
    SecondFactor factor,
    AuthenticatorKeys keys,
    Passkeys passkeys,
    StepUp stepUp,
    IHttpContextAccessor accessor,
    TimeProvider time)
{
    private const string Path = SecondFactorRoutes.Path;
    private const string Saved = $"{Path}?saved";
    private const int MaxNameLength = 60;

    public static Confirmation Codes => new($"{Path}/codes", Words.NewCodesTitle, Words.NewCodesLead, Words.MakeNewCodes);

    public static Confirmation Off => new($"{Path}/off", Words.OffTitle, Words.OffLead, Words.TurnItOff);

    private static Confirmation NewPasskey => new($"{Path}/passkeys", Words.AddPasskey, Words.NewPasskeyLead, Words.Continue);

    private HttpContext Http => accessor.HttpContext!;

    private string? Client => Http.Connection.RemoteIpAddress?.ToString();

    public async Task<IResult> ShowAsync(HttpContext http, string? returnUrl) => Page.Of<SecondFactorPage>(parameters: new
    {
        State = await factor.ReadAsync(await AccountAsync()),
        Step = await stepUp.NeededAsync(http.User),
        ReturnUrl = ReturnUrls.Local(returnUrl, Path),
        ForConsole = ReturnUrls.IsConsole(returnUrl),
        OffersPasskeys = passkeys.Offered,
        Saved = http.Request.Query.ContainsKey("saved"),
    });

    public async Task<IResult> SetUpAsync(string? returnUrl)
    {
        var account = await AccountAsync();
        return await SetUpAsync(StatusCodes.Status200OK, account, keys.New(account), returnUrl, []);
    }

    public async Task<IResult> UseAuthenticatorAsync(FormPost form)
    {
        var account = await AccountAsync();
        var returnUrl = form["returnUrl"];
        if (keys.Unseal(account, form["key"]) is not { } key)
            return await SetUpAsync(StatusCodes.Status422UnprocessableEntity, account, keys.New(account), returnUrl, [Words.StaleKey]);
        if (!form.IsAntiforgeryValid)
            return await SetUpAsync(StatusCodes.Status400BadRequest, account, key, returnUrl, [form.Problem]);
        if (!await signIn.CheckPasswordAsync(account, form["password"]))
            return await SetUpAsync(
                StatusCodes.Status422UnprocessableEntity,
                account,
                key,
                returnUrl,
                [Words.WrongPassword],
                passwordIsWrong: true);

        var code = form["code"].Replace(" ", "", StringComparison.Ordinal);
        var change = await factor.UseAuthenticatorAsync(account, key.Key, code, Client);
        return change.Problem is { } problem
            ? await SetUpAsync(StatusCodes.Status422UnprocessableEntity, account, key, returnUrl, [problem])
            : await DoneAsync(account, change, returnUrl, proven: true);
    }

    public Task<IResult> AskAsync(Confirmation question) => AskAsync(StatusCodes.Status200OK, question);

    public Task<IResult> MakeCodesAsync(FormPost form) =>
        ConfirmedAsync(form, Codes, account => factor.MakeCodesAsync(account, Client));

    public Task<IResult> TurnOffAsync(FormPost form) =>
        ConfirmedAsync(form, Off, account => factor.TurnOffAsync(account, Client));

    public Task<IResult> AskForPasskeyAsync(string? returnUrl) => AskAsync(StatusCodes.Status200OK, NewPasskey, returnUrl);

    public async Task<IResult> BeginPasskeyAsync(FormPost form)
    {
        var account = await AccountAsync();
        return await RefusalAsync(form, NewPasskey, account) ?? await PasskeyAsync(StatusCodes.Status200OK, account, form["returnUrl"]);
    }

    // The sealed challenge says that the password was given minutes ago.
    public async Task<IResult> AddPasskeyAsync(FormPost form)
    {
        var account = await AccountAsync();
        var returnUrl = form["returnUrl"];
        var passkey = form.IsAntiforgeryValid ? await passkeys.CreatedAsync(account, form["state"], form["credential"]) : null;
        if (passkey is null)
            return await AskAsync(
                form.IsAntiforgeryValid ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status400BadRequest,
                NewPasskey,
                returnUrl,
                form.IsAntiforgeryValid ? Words.NoPasskey : form.Problem);

        passkey.Name = Name(form["name"]);
        var change = await factor.AddPasskeyAsync(account, passkey, Client);
        return change.Problem is { } problem
            ? await AskAsync(StatusCodes.Status422UnprocessableEntity, NewPasskey, returnUrl, problem)
            : await DoneAsync(account, change, returnUrl, proven: true);
    }

    public async Task<IResult> AskToRemoveAsync(string id) =>
        await FindAsync(await AccountAsync(), id) is { } passkey
            ? await AskAsync(StatusCodes.Status200OK, Remove(id, passkey))
            : Results.NotFound();

    public async Task<IResult> RemovePasskeyAsync(FormPost form, string id) =>
        await FindAsync(await AccountAsync(), id) is { } passkey
            ? await ConfirmedAsync(form, Remove(id, passkey), account => factor.RemovePasskeyAsync(account, passkey.CredentialId, Client))
            : Results.NotFound();

    private async Task<IResult> ConfirmedAsync(FormPost form, Confirmation question, Func<Account, Task<SecondFactorChange>> apply)
    {
        var account = await AccountAsync();
        if (await RefusalAsync(form, question, account) is { } refusal)
            return refusal;

        var change = await apply(account);
        return change.Problem is { } problem
            ? await AskAsync(StatusCodes.Status422UnprocessableEntity, question, problem: problem)
            : await DoneAsync(account, change, returnUrl: null, proven: false);
    }

    private async Task<IResult?> RefusalAsync(FormPost form, Confirmation question, Account account) =>
        !form.IsAntiforgeryValid ? await AskAsync(StatusCodes.Status400BadRequest, question, form["returnUrl"], form.Problem)
        : !await signIn.CheckPasswordAsync(account, form["password"])
            ? await AskAsync(StatusCodes.Status422UnprocessableEntity, question, form["returnUrl"], Words.WrongPassword)
        : null;

    // This session goes on under the new stamp; where it has just proven a second factor, as one that has.
    private async Task<IResult> DoneAsync(Account account, SecondFactorChange change, string? returnUrl, bool proven)
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

    private async Task<IResult> SetUpAsync(
        int status,
        Account account,
        AuthenticatorKey key,
        string? returnUrl,
        IReadOnlyList<string> problems,
        bool passwordIsWrong = false
    ) =>
        Page.Of<AuthenticatorPage>(
            status,
            new
            {
                Key = key,
                Address = Address(account),
                Replaces = (await factor.ReadAsync(account)).HasAuthenticator,
                ReturnUrl = ReturnUrls.Local(returnUrl, Path),
                Problems = problems,
                PasswordIsWrong = passwordIsWrong,
            });

    private async Task<IResult> AskAsync(int status, Confirmation question, string? returnUrl = null, string? problem = null)
    {
        var account = await AccountAsync();
        return Page.Of<ConfirmationPage>(
            status,
            new
            {
                Question = question,
                Address = Address(account),
                ReturnUrl = ReturnUrls.Local(returnUrl, Path),
                Problem = problem,
            });
    }

    private async Task<IResult> PasskeyAsync(int status, Account account, string? returnUrl) =>
        Page.Of<PasskeyPage>(
            status,
            new { Request = await passkeys.AskToCreateAsync(account), ReturnUrl = ReturnUrls.Local(returnUrl, Path) });

    private async Task<UserPasskeyInfo?> FindAsync(Account account, string id) =>
        (await users.GetPasskeysAsync(account)).FirstOrDefault(passkey => Convert.ToHexStringLower(passkey.CredentialId) == id);

    private static Confirmation Remove(string id, UserPasskeyInfo passkey) => new(
        $"{Path}/passkeys/{id}", Words.RemovePasskeyTitle, Words.RemovePasskeyLead.With(passkey.Name), Words.RemoveIt);

    private string Name(string typed)
    {
        var name = string.Concat(typed.Trim().EnumerateRunes().Where(rune => !Rune.IsControl(rune)).Take(MaxNameLength));
        return name.Length > 0 ? name : Words.PasskeyOf.With(DisplayText.DateOf(time.GetUtcNow()));
    }

    private static string Address(Account account) => account.Email ?? account.UserName ?? "";

    private async Task<Account> AccountAsync() => (await users.GetUserAsync(Http.User))!;
}
