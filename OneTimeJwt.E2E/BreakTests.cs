using OneTimeJwt.E2E.InApp;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>A promise that is broken on purpose: those who are named for it notice, nobody else does, and the report says so.</summary>
[Trait("Category", "long")]
[Role("operator")]
public sealed class BreakTests
{
    [Theory]
    [InlineData("G1", "G1 is broken: a link is redeemed exactly once. {0} of {0} tests that try it failed.")]
    [InlineData("G10", "G10 is broken: a successful reset ends every session within seconds. {0} of {0} tests that try it failed.")]
    public async Task Exactly_the_tests_that_are_named_for_a_broken_guarantee_fail_and_the_report_says_so(string guarantee, string sentence)
    {
        Assert.SkipWhen(Site.IsDeployed, "Breaks an app of its own.");
        using var run = await SuiteRun.StartAsync(
            new() { [Break.Setting] = guarantee, [Suite.PatienceSetting] = "6" },
            "-trait-",
            "Category=long");
        Assert.SkipWhen(run.Tests.All(test => test.Result == "Skip"), run.Tests[0].Reason);

        var named = run.Tests.Where(test => test.Guarantees.Contains(guarantee)).Select(test => test.Words).ToList();
        Assert.NotEmpty(named);
        Assert.Equal(named, run.Tests.Where(test => test.Failed).Select(test => test.Words));
        Assert.Contains(run.Tests, test => test.Result == "Pass");
        Assert.Contains(
            string.Format(System.Globalization.CultureInfo.InvariantCulture, sentence, named.Count),
            run.Page,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_guarantee_that_can_not_be_broken_is_refused()
    {
        using var run = await SuiteRun.StartAsync(new() { [Break.Setting] = "G99" }, "-class", "*.PromiseTests");
        Assert.NotEqual(0, run.Code);
        Assert.Contains("E2E_BREAK is 'G99': write one of G1, G10.", run.Output, StringComparison.Ordinal);
    }
}
