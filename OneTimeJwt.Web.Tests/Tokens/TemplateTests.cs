using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using OneTimeJwt.Web.Tests.Site;

namespace OneTimeJwt.Web.Tests.Tokens;

/// <summary>
/// The site of <c>dotnet new blazor -au Individual</c> after the three steps of the package's README: the package, one line and
/// one secret. Its pages are the template's own.
/// </summary>
[Trait("Category", "long")]
public sealed partial class TemplateTests(LocalFeed feed) : IClassFixture<LocalFeed>
{
    private const string Old = "Their-old-password-1";
    private const string New = "Another-password-2";
    private const string Reset = "/Account/ResetPassword";
    private const string Origin = "https://accounts.example.com";
    private const string Line =
        $"if (!builder.Configuration.GetValue<bool>(\"Plain\")) builder.Services.AddOneTimeLinks<ApplicationUser>(\"{Origin}\");";
    private const string Build = "var app = builder.Build();";

    // What somebody does who has a real sender of mails.
    private const string Sender = """
        using System.Net;
        using Microsoft.AspNetCore.Identity;
        using Site.Data;

        internal sealed class FileSender : IEmailSender<ApplicationUser>
        {
            public Task SendConfirmationLinkAsync(ApplicationUser user, string email, string confirmationLink) => KeepAsync(email,
            confirmationLink);

            public Task SendPasswordResetLinkAsync(ApplicationUser user, string email, string resetLink) => KeepAsync(email, resetLink);

            public Task SendPasswordResetCodeAsync(ApplicationUser user, string email,
            string resetCode) => throw new NotSupportedException();

            private static Task KeepAsync(string email, string link) => File.AppendAllTextAsync("mails.txt",
            $"{email} {WebUtility.HtmlDecode(link)}\n");
        }
        """;

    private static readonly (string, string)[] Secret =
    [
        ("Tokens__Secrets__0__Id", "2026a"),
        ("Tokens__Secrets__0__Value", Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))),
        ("Logging__LogLevel__Microsoft.AspNetCore", "Information"),
    ];

    [Fact]
    public async Task Its_pages_mail_and_redeem_one_time_tokens_and_the_rest_works_as_before()
    {
        await using var site = await TemplateSite.MakeAsync();
        await feed.ServeAsync(site.PathOf("."));
        var added = await site.RunAsync("add", "package", "OneTimeJwt.Tokens", "--version", feed.Version, "--no-restore");
        Assert.True(added.Code == 0, added.Said);
        await File.WriteAllTextAsync(site.PathOf("FileSender.cs"), Sender, TestContext.Current.CancellationToken);
        await site.ChangeAsync("Program.cs", "IdentityNoOpEmailSender>();", "FileSender>();");
        await site.ChangeAsync("Program.cs", Build, $"{Line}\n{Build}");

        await site.LaunchAsync([.. Secret, ("Plain", "true")]);
        var plain = await RegisterAsync(site, "grace@example.com");
        Assert.DoesNotContain(".", CodeOf(await ForgetAsync(site, plain)), StringComparison.Ordinal);
        foreach (var broken in Broken)
            Assert.Equal(HttpStatusCode.InternalServerError, await StatusAsync(site, $"{Reset}?code={broken}"));

        await site.RelaunchAsync(Secret);
        await IsOneTimeAsync(site, await RegisterAsync(site, "ada@example.com"));
        await IsRedeemedByOneAsync(site, await RegisterAsync(site, "barbara@example.com"));
        await BreaksNoPageAsync(site);
        await ChangesTheAddressAsync(site, await RegisterAsync(site, "edsger@example.com"));
        Assert.True(await TemplateSite.SignInAsync(site.Open(), plain, Old));
    }

    private static string[] Broken => ["!!!", "a", "eyJhbGciOi!", "%C3%A9", "a.b"];

    private static async Task IsOneTimeAsync(TemplateSite site, string address)
    {
        var (older, link) = (await ForgetAsync(site, address), await ForgetAsync(site, address));
        var parts = CodeOf(link).Split('.');
        Assert.Equal("ott+jwt", Json(parts[0]).GetProperty("typ").GetString());
        Assert.Equal("reset", Json(parts[1]).GetProperty("aud").GetString());
        Assert.InRange(link.Replace(site.Origin, Origin, StringComparison.Ordinal).Length, 1, 320);

        Assert.Contains("at least 6", (await ResetAsync(site, link, address, "weak")).Body, StringComparison.Ordinal);
        Assert.EndsWith("ResetPasswordConfirmation", (await ResetAsync(site, link, address, New)).Location, StringComparison.Ordinal);
        Assert.True(await TemplateSite.SignInAsync(site.Open(), address, New));
        foreach (var dead in new[] { link, older })
            Assert.Contains("Invalid token", (await ResetAsync(site, dead, address, Old)).Body, StringComparison.Ordinal);
        Assert.False(await TemplateSite.SignInAsync(site.Open(), address, Old));

        Assert.Contains("Request finished", site.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(parts[2], site.Log, StringComparison.Ordinal);
    }

    private static async Task IsRedeemedByOneAsync(TemplateSite site, string address)
    {
        var link = await ForgetAsync(site, address);
        var passwords = Enumerable.Range(0, 16).Select(i => $"Parallel-password-{i}").ToArray();
        var visitors = passwords.Select(_ => site.Open()).ToArray();
        var pages = await Task.WhenAll(visitors.Select(visitor => visitor.GetAsync(link)));

        var answers = await Task.WhenAll(visitors.Select((visitor, i) => PostAsync(visitor, pages[i], link, address, passwords[i])));

        var winner = Assert.Single(answers.Index(), answer => answer.Item.Status == HttpStatusCode.Found).Index;
        Assert.All(
            answers.Where((_, i) => i != winner),
            answer => Assert.Matches("Invalid token|Optimistic concurrency failure", answer.Body));
        var signedIn = await Task.WhenAll(passwords.Select(password => TemplateSite.SignInAsync(site.Open(), address, password)));
        Assert.Equal([winner], signedIn.Index().Where(answer => answer.Item).Select(answer => answer.Index));
    }

    private static async Task BreaksNoPageAsync(TemplateSite site)
    {
        foreach (var broken in Broken)
        {
            using var visitor = site.Open();
            Assert.EndsWith("InvalidPasswordReset", (await visitor.GetAsync($"{Reset}?code={broken}")).Location, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(site, $"/Account/ConfirmEmail?userId=nobody&code={broken}"));
            Assert.Equal(
                HttpStatusCode.OK,
                await StatusAsync(site, $"/Account/ConfirmEmailChange?userId=nobody&email=a%40example.com&code={broken}"));
        }
    }

    private static async Task ChangesTheAddressAsync(TemplateSite site, string address)
    {
        const string next = "dijkstra@example.com";
        using var visitor = site.Open();
        Assert.True(await TemplateSite.SignInAsync(visitor, address, Old));
        await TemplateSite.PostAsync(visitor, "/Account/Manage/Email", "change-email", ("Input.NewEmail", next));
        var link = LastLink(site, next);

        Assert.Contains(
            "Error changing email",
            (await visitor.GetAsync(link.Replace("code=", "code=!", StringComparison.Ordinal))).Body,
            StringComparison.Ordinal);
        Assert.Contains("Thank you for confirming your email change", (await visitor.GetAsync(link)).Body, StringComparison.Ordinal);
        Assert.True(await TemplateSite.SignInAsync(site.Open(), next, Old));
    }

    // As somebody would on its pages: registers, and follows the link that confirms the address.
    private static async Task<string> RegisterAsync(TemplateSite site, string address)
    {
        using var visitor = site.Open();
        var answer = await TemplateSite.PostAsync(
            visitor, "/Account/Register", "register", ("Input.Email", address), ("Input.Password", Old), ("Input.ConfirmPassword", Old));
        Assert.Equal(HttpStatusCode.Found, answer.Status);
        Assert.False(await TemplateSite.SignInAsync(site.Open(), address, Old));
        Assert.Contains(
            "Thank you for confirming your email",
            (await visitor.GetAsync(LastLink(site, address))).Body,
            StringComparison.Ordinal);
        return address;
    }

    private static async Task<string> ForgetAsync(TemplateSite site, string address)
    {
        using var visitor = site.Open();
        await TemplateSite.PostAsync(visitor, "/Account/ForgotPassword", "forgot-password", ("Input.Email", address));
        return LastLink(site, address);
    }

    private static async Task<Answer> ResetAsync(TemplateSite site, string link, string address, string password)
    {
        using var visitor = site.Open();
        return await PostAsync(visitor, await visitor.GetAsync(link), link, address, password);
    }

    private static Task<Answer> PostAsync(Visitor visitor, Answer page, string link, string address, string password) => visitor.PostAsync(
        link, [.. Visitor.Hidden(page), ("Input.Email", address), ("Input.Password", password), ("Input.ConfirmPassword", password)]);

    private static async Task<HttpStatusCode> StatusAsync(TemplateSite site, string path)
    {
        using var visitor = site.Open();
        return (await visitor.GetAsync(path)).Status;
    }

    private static string LastLink(TemplateSite site, string address) =>
        File.ReadAllLines(site.PathOf("mails.txt")).Last(line => line.StartsWith(address + " ", StringComparison.Ordinal)).Split(' ')[1];

    private static string CodeOf(string link) => Code().Match(link).Groups[1].Value;

    private static JsonElement Json(string segment) =>
        JsonDocument.Parse(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(segment))).RootElement;

    [GeneratedRegex("[?&]code=([^&]+)")]
    private static partial Regex Code();
}
