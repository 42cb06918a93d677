using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Profile;

internal static class SecondFactorRoutes
{
    public const string Path = "/account/two-factor";

    public static void MapSecondFactor(this IEndpointRouteBuilder routes)
    {
        routes.MapPage(Path, (SecondFactorEndpoints pages, HttpContext http, string? returnUrl) => pages.ShowAsync(http, returnUrl))
            .RequireAuthorization();
        var own = routes.MapGroup(Path).RequireAuthorization().NeedsStep(Path);
        own.MapPage("/authenticator", (AuthenticatorEndpoints pages, string? returnUrl) => pages.ShowAsync(returnUrl));
        own.MapForm("/authenticator", (AuthenticatorEndpoints pages, FormPost form) => pages.UseAsync(form));
        own.MapPage("/codes", (SecondFactorEndpoints pages) => pages.AskForCodesAsync());
        own.MapForm("/codes", (SecondFactorEndpoints pages, FormPost form) => pages.MakeCodesAsync(form));
        own.MapPage("/off", (SecondFactorEndpoints pages) => pages.AskToTurnOffAsync());
        own.MapForm("/off", (SecondFactorEndpoints pages, FormPost form) => pages.TurnOffAsync(form));
        own.MapPage("/passkeys", (PasskeyEndpoints pages, string? returnUrl) => pages.AskAsync(returnUrl));
        own.MapForm("/passkeys", (PasskeyEndpoints pages, FormPost form) => pages.BeginAsync(form));
        own.MapForm("/passkeys/new", (PasskeyEndpoints pages, FormPost form) => pages.AddAsync(form));
        own.MapPage("/passkeys/{id}", (PasskeyEndpoints pages, string id) => pages.AskToRemoveAsync(id));
        own.MapForm("/passkeys/{id}", (PasskeyEndpoints pages, FormPost form, string id) => pages.RemoveAsync(form, id));
    }
}

/// <summary>The page about the second factor, new recovery codes, and turning it off.</summary>
internal sealed class SecondFactorEndpoints(ConfirmedChange confirmed, SecondFactor factor, Passkeys passkeys, StepUp stepUp)
{
    private const string Path = SecondFactorRoutes.Path;

    private static Confirmation Codes => new($"{Path}/codes", Words.NewCodesTitle, Words.NewCodesLead, Words.MakeNewCodes);

    private static Confirmation Off => new($"{Path}/off", Words.OffTitle, Words.OffLead, Words.TurnItOff);

    public async Task<IResult> ShowAsync(HttpContext http, string? returnUrl) => Page.Of<SecondFactorPage>(parameters: new
    {
        State = await factor.ReadAsync(await confirmed.AccountAsync()),
        Step = await stepUp.NeededAsync(http.User),
        ReturnUrl = ReturnUrls.Local(returnUrl, Path),
        ForConsole = ReturnUrls.IsConsole(returnUrl),
        OffersPasskeys = passkeys.Offered,
        Saved = http.Request.Query.ContainsKey("saved"),
    });

    public Task<IResult> AskForCodesAsync() => confirmed.AskAsync(StatusCodes.Status200OK, Codes);

    public Task<IResult> MakeCodesAsync(FormPost form) =>
        confirmed.ApplyAsync(form, Codes, account => factor.MakeCodesAsync(account, confirmed.Client));

    public Task<IResult> AskToTurnOffAsync() => confirmed.AskAsync(StatusCodes.Status200OK, Off);

    public Task<IResult> TurnOffAsync(FormPost form) =>
        confirmed.ApplyAsync(form, Off, account => factor.TurnOffAsync(account, confirmed.Client));
}
