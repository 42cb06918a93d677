using System.Runtime.CompilerServices;

namespace OneTimeJwt.Web.Api;

/// <summary>A page on which developers try the API. In Development only: elsewhere neither it nor its library is there.</summary>
internal static class ApiPage
{
    public static void UseApiPage(this WebApplication app)
    {
        if (app.Environment.IsDevelopment() && ApiModule.IsOn(app.Configuration))
            Use(app);
    }

    // By itself, so that the library is loaded for nothing else.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Use(WebApplication app) => app.UseSwaggerUI(page =>
    {
        page.RoutePrefix = SitePath.ApiPage.TrimStart('/');
        page.DocumentTitle = "The API";
        // Under whatever path the site is.
        page.SwaggerEndpoint("../../openapi/v1.json", "v1");
        page.EnableTryItOutByDefault();
        page.DisplayRequestDuration();
        page.DefaultModelsExpandDepth(-1);
    });
}
