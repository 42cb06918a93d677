using System.Globalization;
using OneTimeJwt.Web.Admin;

namespace OneTimeJwt.Web.Api;

/// <summary>The console's page of the API's keys, for Admins.</summary>
internal sealed class ApiKeyPages(
    ApiKeys keys,
    ActorReader actors,
    IOptions<ApiSettings> settings,
    TimeProvider time)
{
    public const string Path = "/admin/keys";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var console = routes.MapGroup("").RequireAuthorization(ConsoleAccess.Policy);
        console.MapPage(Path, (ApiKeyPages pages, HttpContext http) => pages.PageAsync(http));
        console.MapForm(Path, (ApiKeyPages pages, HttpContext http, FormPost form) => pages.MakeAsync(http, form));
        console.MapForm($"{Path}/revoke", (ApiKeyPages pages, HttpContext http, FormPost form) => pages.RevokeAsync(http, form));
    }

    private async Task<IResult> MakeAsync(HttpContext http, FormPost form)
    {
        var filled = new KeyForm(form["name"], form["role"], form["days"], form["networks"], form["reason"]);
        if (form.Forgery is { } forgery)
            return await PageAsync(http, forgery, filled);

        if (!Enum.TryParse<ConsoleRole>(filled.Role, out var role) || !Enum.IsDefined(role))
            throw new BadHttpRequestException("There is no such role.");

        var days = int.TryParse(filled.Days, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        var (text, problem) = await keys.MakeAsync(
            http.User, new NewApiKey(filled.Name, role, filled.Networks, days, filled.Reason), http.ClientAddress());
        return problem is null
            ? await PageAsync(http, made: text, role: role)
            : await PageAsync(http, new FormProblem(problem), filled);
    }

    private async Task<IResult> RevokeAsync(HttpContext http, FormPost form)
    {
        if (form.Forgery is { } forgery)
            return await PageAsync(http, forgery);

        var problem = Guid.TryParse(form["id"], out var id)
            ? await keys.RevokeAsync(http.User, id, form["reason"], http.ClientAddress())
            : Words.KeyGone;
        return problem is null
            ? await PageAsync(http, isRevoked: true)
            : await PageAsync(http, new FormProblem(problem));
    }

    private async Task<IResult> PageAsync(
        HttpContext http,
        FormProblem? problem = null,
        KeyForm? form = null,
        string? made = null,
        ConsoleRole role = default,
        bool isRevoked = false)
    {
        if ((await actors.ReadAsync(http.User, http.RequestAborted)).Role != ConsoleRole.Admin)
            return Results.StatusCode(StatusCodes.Status403Forbidden);

        return Page.Of<ApiKeysPage>(
            problem,
            new
            {
                Keys = await keys.AllAsync(http.RequestAborted),
                Form = form ?? new KeyForm(),
                Now = time.GetUtcNow(),
                IsOn = settings.Value.Enabled,
                Problem = problem,
                Made = made,
                MadeRole = role,
                IsRevoked = isRevoked,
            });
    }
}

/// <summary>The form for a new key, as it was filled in.</summary>
public sealed record KeyForm(
    string Name = "", string Role = nameof(ConsoleRole.Support), string Days = "90", string Networks = "", string Reason = "");
