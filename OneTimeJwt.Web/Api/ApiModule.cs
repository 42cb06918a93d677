using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Json;

namespace OneTimeJwt.Web.Api;

internal static class ApiModule
{
    public const string Root = SitePath.Api + "/v1";

    public static void AddApi(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<ApiSettings, ApiSettingsValidator>("Api");
        builder.Services.AddSingleton<ApiKeyPages>();
        // Where it is off, none of its libraries is loaded.
        if (!IsOn(builder.Configuration))
            return;

        builder.Services.AddSingleton<ApiCursors>();
        // Its message says what can't be read.
        builder.Services.Configure<RouteHandlerOptions>(handlers => handlers.ThrowOnBadRequest = true);
        builder.Services.Configure<JsonOptions>(json => Bound(json.SerializerOptions));
        ApiSchemes.AddSchemes(builder.Services);
        ApiScopes.AddPolicies(builder.Services.AddAuthorizationBuilder());
        ApiDocument.Add(builder.Services);
    }

    /// <summary>Failures below its path are told as programs read them, whether it is on or not.</summary>
    public static void UseApiErrors(this WebApplication app) => app.UseWhen(
        context => SitePath.IsApi(context.Request),
        api =>
        {
            api.UseErrorResponses(ApiProblems.WriteAsync);
            api.Use(ApiFilters.InUtf8);
        });

    public static void MapApi(this WebApplication app)
    {
        ApiKeyPages.Map(app);
        if (!IsOn(app.Configuration))
            return;

        var api = app.MapGroup(Root);
        api.AddEndpointFilterFactory(ApiFilters.KnownParameters);
        api.AddEndpointFilter(ApiFilters.InEnglish);
        api.WithProblems(
            ApiProblems.BadRequest, ApiProblems.Unauthenticated, ApiProblems.Scope, ApiProblems.Fault, ApiProblems.Unavailable);
        AccountOperations.Map(Section("Accounts"));
        ActOperations.Map(Section("Acts"));
        TrailOperations.Map(Section("Trail"));
        CampaignOperations.Map(Section("Campaigns"));
        ApiDocument.Map(app);

        RouteGroupBuilder Section(string name) => api.MapGroup("").WithTags(name);
    }

    // What can't be read as yes or no is told with the other settings.
    public static bool IsOn(IConfiguration configuration) =>
        bool.TryParse(configuration[$"Api:{nameof(ApiSettings.Enabled)}"], out var isOn) && isOn;

    // What isn't understood is refused, so that nothing is done that wasn't meant.
    private static void Bound(JsonSerializerOptions json)
    {
        json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        json.AllowDuplicateProperties = false;
        json.PropertyNameCaseInsensitive = false;
        json.NumberHandling = JsonNumberHandling.Strict;
        json.RespectNullableAnnotations = true;
        json.RespectRequiredConstructorParameters = true;
        json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
    }
}
