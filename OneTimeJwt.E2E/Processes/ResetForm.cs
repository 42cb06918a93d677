using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Processes;

/// <summary>The forms of the site, sent without a browser.</summary>
internal static class ResetForm
{
    public static string Token(string link) => link[(link.IndexOf("token=", StringComparison.Ordinal) + "token=".Length)..];

    /// <summary>A filled-in form that is sent when it is called.</summary>
    public static Task<Func<Task<Answer>>> FillInAsync(Visitor visitor, string token, string password) =>
        visitor.FillInAsync("/forgot-password", "/reset-password", ("token", token), ("password", password));

    public static async Task<bool> SignsInAsync(Uri site, TestAccount account, string password)
    {
        using var visitor = new Visitor(site);
        var answer = (int)await visitor.SignInAsync(account, password);
        Assert.True(answer is 303 or 422, $"The sign-in was answered with {answer}.");
        return answer == 303;
    }
}
