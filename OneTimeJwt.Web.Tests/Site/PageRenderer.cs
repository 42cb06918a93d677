using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.AspNetCore.Http;
using OneTimeJwt.Web.Site;

namespace OneTimeJwt.Web.Tests.Site;

/// <summary>Renders a page as the server does and parses it as a browser does.</summary>
internal static class PageRenderer
{
    public const string Nonce = "n0nce";
    public const string Antiforgery = "genuine-form";

    /// <summary>What people might put wherever they may put something.</summary>
    public const string Hostile = "\"'><script>alert(1)</script><img src=x onerror=alert(1)> &lt;u&gt; {{1}} @(1)";

    /// <summary>The path that the site is under, for a test of its own.</summary>
    public static AsyncLocal<string?> Under { get; } = new();

    public static IHtmlDocument Render<TPage>(Action<ComponentParameterCollectionBuilder<TPage>>? parameters = null)
        where TPage : IComponent
    {
        using var context = new BunitContext();
        context.Services.AddScoped<AntiforgeryStateProvider, Genuine>();
        context.Services.AddSingleton(new Brand(new BrandingSettings()));
        context.Services.AddSingleton(new SitePath(Under.Value ?? ""));
        context.Services.AddCascadingValue<HttpContext>(_ => new DefaultHttpContext { Items = { ["NETESCAPADES_NONCE"] = Nonce } });
        return new HtmlParser().ParseDocument(context.Render(parameters ?? (_ => { })).Markup);
    }

    public static IElement Content(this IHtmlDocument page) => page.QuerySelector("main")!;

    public static string Words(this IElement element) =>
        string.Join(' ', element.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The field that the label with these words belongs to.</summary>
    public static IHtmlInputElement Field(this IHtmlDocument page, string label)
    {
        var found = Assert.Single(page.QuerySelectorAll("label"), candidate => candidate.Words() == label);
        return Assert.IsType<IHtmlInputElement>(page.GetElementById(found.GetAttribute("for")!), exactMatch: false);
    }

    public static IHtmlInputElement Hidden(this IHtmlDocument page, string name) =>
        Assert.IsType<IHtmlInputElement>(Assert.Single(page.QuerySelectorAll($"main input[type=hidden][name={name}]")), exactMatch: false);

    public static IReadOnlyList<string> Alerts(this IHtmlDocument page) =>
        [.. page.QuerySelectorAll("[role=alert] p, [role=alert] li").Select(Words)];

    public static void AssertNothingInjected(this IHtmlDocument page)
    {
        Assert.DoesNotContain(page.QuerySelectorAll("script"), script => script.TextContent.Length > 0);
        Assert.Empty(page.QuerySelectorAll("main img, main script, u, [onerror]"));
    }

    private sealed class Genuine : AntiforgeryStateProvider
    {
        public override AntiforgeryRequestToken GetAntiforgeryToken() => new(Antiforgery, "__RequestVerificationToken");
    }
}
