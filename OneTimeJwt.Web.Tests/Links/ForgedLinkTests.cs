using System.Security.Cryptography;
using System.Text;
using OneTimeJwt.Web.Tests.Tokens;

namespace OneTimeJwt.Web.Tests.Links;

/// <summary>The whole corpus against the running app: genuine proofs and genuine MACs under the real account's real key.</summary>
public sealed class ForgedLinkTests
{
    [Fact]
    public async Task Every_forgery_gets_one_and_the_same_page_and_the_true_link_still_works()
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        await using var app = await TestApp.StartAsync(
            new() { ["Tokens:Secrets:0:Id"] = "2026a", ["Tokens:Secrets:0:Value"] = Convert.ToBase64String(secret) });
        var account = await app.AddAccountAsync();
        var link = await app.LinkForAsync(account);
        var thief = new Issuer(new ServerSecret("2026a", secret), app.Origin, await app.ReadAsync(account.Id));
        thief.Clock.Now = app.Clock.GetUtcNow();
        using var visitor = app.Open();
        Assert.Equal(200, (int)(await visitor.GetAsync(Path(thief.Jws(Issuer.Header, thief.Payload)))).Status);

        // Half a surrogate pair can't be sent.
        var tokens = Tokens
            .ForgeryTests.All(thief)
            .Select(forgery => forgery.Token)
            .Where(token => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(token)) == token)
            .Distinct()
            .ToList();
        var pages = new HashSet<string>();
        foreach (var token in tokens)
        {
            var answer = await visitor.GetAsync(Path(token));
            answer.IsRefusedAs("invalid");
            pages.Add(AnswerMask.Mask(answer.Body));
        }

        Assert.True(tokens.Count > 400, $"{tokens.Count} forgeries");
        Assert.Single(pages);
        Assert.True((await visitor.RedeemAsync(link, Passwords.New)).PasswordChanged);
    }

    private static string Path(string token) => "/reset-password?token=" + Uri.EscapeDataString(token);
}
