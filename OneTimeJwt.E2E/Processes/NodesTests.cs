using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E.Processes;

/// <summary>Two processes on one database.</summary>
[Guarantee(1)]
[Purpose("reset")]
[Role("operator")]
public sealed class NodesTests
{
    private const int Many = 50;
    private const int AtTwo = 20;

    [Fact]
    public async Task Of_redemptions_at_two_processes_one_succeeds_and_the_others_get_one_answer()
    {
        await using var site = await Site.StartAsync([]);
        await using var other = await RunningApp.StartAsync([], beside: site.App);
        var account = await site.Accounts.TakeAsync(AccountKind.Ordinary);
        var token = ResetForm.Token(await site.MailLinkAsync(account));
        var passwords = Enumerable.Range(0, AtTwo).Select(_ => account.NewPassword()).ToList();

        var answers = await TogetherAsync(passwords.Select((password, i) => (i % 2 == 0 ? site.Address : other.Address, token, password)));

        var winner = passwords[Assert.Single(Enumerable.Range(0, AtTwo), i => answers[i].IsSuccess())];
        var classes = answers.Where(answer => !answer.IsSuccess()).Select(answer => answer.Class()).ToList();
        Assert.StartsWith("410", Assert.Single(classes.Distinct()), StringComparison.Ordinal);
        Assert.True(await ResetForm.SignsInAsync(site.Address, account, winner));
        // Fewer than lock an account.
        foreach (var loser in passwords.Where(password => password != winner).Take(3).Append(account.Password))
            Assert.False(await ResetForm.SignsInAsync(other.Address, account, loser));
    }

    [Fact]
    [Trait("Category", "long")]
    public async Task Fifty_accounts_that_reset_at_once_all_succeed()
    {
        await using var site = await Site.StartAsync(RunningApp.AsShipped);
        var resets = await Task.WhenAll(Enumerable.Range(0, Many).Select(async _ =>
        {
            var account = await site.Accounts.TakeAsync(AccountKind.Ordinary);
            return (site.Address, ResetForm.Token(await site.MailLinkAsync(account)), account.NewPassword());
        }));

        var answers = await TogetherAsync(resets);

        Assert.All(answers, answer => Assert.True(answer.IsSuccess(), $"{(int)answer.Status}"));
        Assert.Equal(
            Many,
            await DatabaseFile.AskAsync<long>(site.App, "SELECT count(DISTINCT AccountId) FROM RecoveryTrail WHERE Kind = 'Redeemed'"));
    }

    // Each form is filled in before the first is sent.
    private static async Task<Answer[]> TogetherAsync(IEnumerable<(Uri Node, string Token, string Password)> resets)
    {
        var visitors = new List<Visitor>();
        try
        {
            var forms = await Task.WhenAll(resets.ToList().Select(reset =>
            {
                var visitor = new Visitor(reset.Node);
                visitors.Add(visitor);
                return ResetForm.FillInAsync(visitor, reset.Token, reset.Password);
            }));
            return await Task.WhenAll(forms.Select(send => send()));
        }
        finally
        {
            visitors.ForEach(visitor => visitor.Dispose());
        }
    }
}
