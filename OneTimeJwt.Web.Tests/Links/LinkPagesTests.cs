using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Links.Purposes;
using OneTimeJwt.Web.Tests.Site;

namespace OneTimeJwt.Web.Tests.Links;

public sealed class LinkPagesTests
{
    private static readonly Reset Reset = new();

    private static readonly string[] Reasons = ["Use at least 15 characters; this has 3.", "Add a few unrelated words."];

    [Fact]
    public void Asking_for_a_link_takes_one_address()
    {
        var page = PageRenderer.Render<ForgotPassword>(parameters => parameters.Add(p => p.Purpose, Reset));
        var address = page.Field("E-mail address");

        Assert.Equal(("email", "email", "username"), (address.Type, address.Name!, address.GetAttribute("autocomplete")!));
        Assert.True(address.IsRequired);
        Assert.Equal("", address.Value);
        Assert.Null(address.GetAttribute("aria-invalid"));
        Assert.Equal("/forgot-password", address.Form!.GetAttribute("action"));
        Assert.Empty(page.Alerts());
    }

    [Fact]
    public void A_problem_with_the_address_is_announced_and_what_was_typed_is_kept()
    {
        var page = PageRenderer.Render<ForgotPassword>(parameters =>
            parameters.Add(p => p.Purpose, Reset).Add(p => p.Address, PageRenderer.Hostile).Add(p => p.Problem, new("No address.")));
        var address = page.Field("E-mail address");

        Assert.Equal(["No address."], page.Alerts());
        Assert.Equal(PageRenderer.Hostile, address.GetAttribute("value"));
        Assert.Equal("true", address.GetAttribute("aria-invalid"));
        Assert.Equal(page.QuerySelector("[role=alert]")!.Id, address.GetAttribute("aria-describedby"));
    }

    [Fact]
    public void After_asking_nothing_says_whether_there_is_an_account()
    {
        var page = PageRenderer.Render<ForgotPasswordSent>(page =>
            page.Add(p => p.Purpose, Reset)
                .Add(p => p.Others, [new Confirm()])
                .Add(p => p.Lifetime, TimeSpan.FromMinutes(30))
                .Add(p => p.Window, TimeSpan.FromHours(1))
                .Add(p => p.From, "Accounts"));

        Assert.Contains("If there is an account with that address", page.Content().Words(), StringComparison.Ordinal);
        Assert.Contains("on its way, unless several were sent there lately", page.Content().Words(), StringComparison.Ordinal);
        Assert.Contains("no further mail is sent for a while, 1 hour at most", page.Content().Words(), StringComparison.Ordinal);
        Assert.DoesNotContain('@', page.Content().TextContent);
        Assert.Equal(
            ["/forgot-password?confirm", "/forgot-password", "/sign-in"],
            page.Content().QuerySelectorAll("a").Select(link => link.GetAttribute("href")));
    }

    [Fact]
    public void A_valid_link_shows_one_field_and_carries_its_token_hidden()
    {
        var page = PageRenderer.Render<LinkFormPage>(parameters =>
            parameters.Add(p => p.Purpose, Reset).Add(p => p.Token, PageRenderer.Hostile).Add(p => p.ExpiresAt, DateTimeOffset.UnixEpoch));
        var password = page.Field("New password");

        Assert.Equal(("password", "password", "new-password"), (password.Type, password.Name!, password.GetAttribute("autocomplete")!));
        Assert.True(password.IsRequired);
        Assert.Equal(PageRenderer.Hostile, page.Hidden("token").GetAttribute("value"));
        Assert.Equal("/reset-password", password.Form!.GetAttribute("action"));
        Assert.Single(page.Content().QuerySelectorAll("form"));
        Assert.Empty(page.Alerts());
        Assert.Null(page.QuerySelector("[data-verdict], [data-outcome]"));
    }

    [Fact]
    public void The_token_stands_nowhere_but_in_the_hidden_field()
    {
        var page = PageRenderer.Render<LinkFormPage>(parameters =>
            parameters
                .Add(p => p.Purpose, Reset)
                .Add(p => p.Token, "eyJ.secret.token")
                .Add(p => p.ExpiresAt, DateTimeOffset.UnixEpoch)
                .Add(p => p.Problem, new(Reasons)));
        foreach (var field in page.QuerySelectorAll("form input[type=hidden][name=token]"))
            field.Remove();

        Assert.DoesNotContain("secret", page.DocumentElement.OuterHtml, StringComparison.Ordinal);
    }

    [Fact]
    public void Reasons_against_a_password_are_announced_and_the_link_stays_alive()
    {
        var page = PageRenderer.Render<LinkFormPage>(parameters =>
            parameters
                .Add(p => p.Purpose, Reset)
                .Add(p => p.Token, "eyJ")
                .Add(p => p.ExpiresAt, DateTimeOffset.UnixEpoch)
                .Add(p => p.Problem, new(Reasons)));
        var password = page.Field("New password");

        Assert.Equal(Reasons, page.Alerts());
        Assert.Equal("eyJ", page.Hidden("token").Value);
        Assert.Equal("true", password.GetAttribute("aria-invalid"));
        Assert.Contains("problem", password.GetAttribute("aria-describedby"), StringComparison.Ordinal);
        Assert.Null(page.QuerySelector("[data-verdict]"));
    }

    [Fact]
    public void A_changed_password_is_an_outcome_that_leads_to_sign_in()
    {
        var page = PageRenderer.Render<LinkDone>(parameters => parameters.Add(p => p.Purpose, Reset));

        Assert.NotNull(page.Content().QuerySelector("[data-outcome=password-changed]"));
        Assert.Equal(["/sign-in"], page.Content().QuerySelectorAll("a").Select(link => link.GetAttribute("href")));
        Assert.Empty(page.QuerySelectorAll("form"));
    }
}
