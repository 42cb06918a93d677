using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Profile;

internal static class SecondFactorRoutes
{
    public const string Path = "/account/two-factor";

    public static void MapSecondFactor(this IEndpointRouteBuilder routes)
    {
        routes.MapPage<SecondFactorEndpoints>(Path, pages => pages.ShowAsync)
            .RequireAuthorization();
        var own = routes.MapGroup(Path).RequireAuthorization().NeedsStep(Path);
        own.MapPage<AuthenticatorEndpoints>("/authenticator", pages => pages.ShowAsync);
        own.MapForm<AuthenticatorEndpoints>("/authenticator", pages => pages.UseAsync);
        own.MapPage<SecondFactorEndpoints>("/codes", pages => pages.AskForCodesAsync);
        own.MapForm<SecondFactorEndpoints>("/codes", pages => pages.MakeCodesAsync);
        own.MapPage<SecondFactorEndpoints>("/off", pages => pages.AskToTurnOffAsync);
        own.MapForm<SecondFactorEndpoints>("/off", pages => pages.TurnOffAsync);
        own.MapPage<PasskeyEndpoints>("/passkeys", pages => pages.AskAsync);
        own.MapForm<PasskeyEndpoints>("/passkeys", pages => pages.BeginAsync);
        own.MapForm<PasskeyEndpoints>("/passkeys/new", pages => pages.AddAsync);
        own.MapPage<PasskeyEndpoints>("/passkeys/{id}", pages => pages.AskToRemoveAsync);
        own.MapForm<PasskeyEndpoints>("/passkeys/{id}", pages => pages.RemoveAsync);
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

    public Task<IResult> AskForCodesAsync() => confirmed.AskAsync(Codes);

    public Task<IResult> MakeCodesAsync(FormPost form) =>
        confirmed.ApplyAsync(form, Codes, account => factor.MakeCodesAsync(account, confirmed.Client));

    public Task<IResult> AskToTurnOffAsync() => confirmed.AskAsync(Off);

    public Task<IResult> TurnOffAsync(FormPost form) =>
        confirmed.ApplyAsync(form, Off, account => factor.TurnOffAsync(account, confirmed.Client));
}
