namespace OneTimeJwt.Web.Tests.Site;

/// <summary>What holds on every page in every state.</summary>
public sealed class EveryPageTests
{
    private static readonly string[] Addresses = ["href", "src", "action", "formaction", "data", "poster", "srcset"];

    private static readonly string[] Purposes = ["current-password", "new-password"];

    public static TheoryData<string> Names => [.. PageStates.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_content_security_policy_has_nothing_to_block(string state)
    {
        var page = PageStates.All[state]();

        Assert.Empty(page.QuerySelectorAll("[style], style, object, embed, base"));
        Assert.All(
            page.QuerySelectorAll("script"),
            script =>
                Assert.Equal(
                    ("", PageRenderer.Nonce, true),
                    (script.TextContent, script.GetAttribute("nonce")!, script.HasAttribute("src"))));
        Assert.DoesNotContain(
            page.All.SelectMany(element => element.Attributes),
            attribute => attribute.Name.StartsWith("on", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Nothing_comes_from_elsewhere_and_nothing_goes_there(string state)
    {
        var page = PageStates.All[state]();
        var addresses = page.All.SelectMany(element => Addresses.Select(element.GetAttribute)).OfType<string>().ToList();

        Assert.NotEmpty(addresses);
        // An authenticator app registers for its own scheme; it is no site.
        Assert.All(addresses, address => Assert.Matches(@"\A(/(?![/\\])|#|otpauth://)", address));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Under_a_path_every_address_of_ours_has_it(string state)
    {
        PageRenderer.Under.Value = "/recover";
        var page = PageStates.All[state]();

        var addresses = page.All.SelectMany(element => Addresses.Select(element.GetAttribute)).OfType<string>();
        Assert.All(addresses, address => Assert.Matches(@"\A(/recover/|#|otpauth://)", address));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_people_type_stays_text(string state) => PageStates.All[state]().AssertNothingInjected();

    [Theory]
    [MemberData(nameof(Names))]
    public void It_has_a_language_a_title_one_heading_and_a_main_part(string state)
    {
        var page = PageStates.All[state]();

        Assert.Equal("en", page.DocumentElement.GetAttribute("lang"));
        Assert.Equal("CSS1Compat", page.CompatMode);
        Assert.EndsWith(" · One-Time JWT", page.Title, StringComparison.Ordinal);
        Assert.NotEqual("", Assert.Single(page.QuerySelectorAll("h1")).Words());
        Assert.NotNull(Assert.Single(page.QuerySelectorAll("main")).QuerySelector("h1"));
        Assert.Equal(state == "home" ? null : "noindex", page.QuerySelector("meta[name=robots]")?.GetAttribute("content"));
        Assert.NotNull(page.QuerySelector("a.skip[href='#main']"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_field_has_a_label_and_every_reference_a_target(string state)
    {
        var page = PageStates.All[state]();

        Assert.All(
            page.QuerySelectorAll("input:not([type=hidden], [hidden]), select, textarea"),
            field => Assert.Single(page.QuerySelectorAll($"label[for='{field.Id}']")));
        Assert.All(page.QuerySelectorAll("button, a, label"), control => Assert.NotEqual("", control.Words()));
        Assert.All(page.QuerySelectorAll("iframe"), frame => Assert.NotEqual("", frame.GetAttribute("title") ?? ""));
        var ids = page.QuerySelectorAll("[id]").Select(element => element.Id!).ToList();
        Assert.Equal(ids, ids.Distinct());
        Assert.All(
            page.QuerySelectorAll("[aria-describedby]").SelectMany(field => field.GetAttribute("aria-describedby")!.Split(' ')),
            id => Assert.Contains(id, ids));
    }

    // Browsers would refuse user names, and names beyond ASCII ahead of the @.
    [Theory]
    [MemberData(nameof(Names))]
    public void No_address_is_judged_by_the_browser(string state) =>
        Assert.All(
            PageStates.All[state]().QuerySelectorAll("form:has(input[type=email], [pattern])"),
            form => Assert.True(form.HasAttribute("novalidate")));

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_form_posts_to_a_page_of_ours_with_an_antiforgery_token_and_works_without_script(string state)
    {
        var page = PageStates.All[state]();

        Assert.All(
            page.QuerySelectorAll("form"),
            form =>
            {
                Assert.Equal("post", form.GetAttribute("method"));
                Assert.DoesNotContain('?', form.GetAttribute("action")!);
                Assert.Equal(
                    PageRenderer.Antiforgery,
                    Assert.Single(form.QuerySelectorAll("input[name=__RequestVerificationToken]")).GetAttribute("value"));
                Assert.Equal(form.ParentElement!.LocalName == "nav" ? 7 : 1, form.QuerySelectorAll("button[type=submit]").Length);
            });
        Assert.All(page.QuerySelectorAll("button:not([type=submit])"), button => Assert.True(button.HasAttribute("hidden")));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void At_most_one_thing_takes_the_focus(string state) =>
        Assert.True(PageStates.All[state]().QuerySelectorAll("[autofocus]").Length <= 1);

    [Theory]
    [MemberData(nameof(Names))]
    public void Password_fields_are_never_filled_in_by_us(string state) =>
        Assert.All(PageStates.All[state]().QuerySelectorAll("input[type=password]"), field =>
        {
            Assert.Null(field.GetAttribute("value"));
            Assert.Contains(field.GetAttribute("autocomplete"), Purposes);
            Assert.Null(field.GetAttribute("maxlength"));
            Assert.Null(field.GetAttribute("pattern"));
        });

    [Fact]
    public void A_page_without_a_circuit_loads_no_circuit() =>
        Assert.All(PageStates.All.Values, render => Assert.Empty(render().QuerySelectorAll("script[src*=_framework]")));
}
