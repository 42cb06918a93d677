using System.Diagnostics.Metrics;

namespace OneTimeJwt.Web.SignIn;

/// <summary>Counts sign-ins by how they were tried and how they ended.</summary>
internal sealed class SignInMetrics(Meter meter)
{
    public const string Password = "password";
    public const string Code = "code";
    public const string MailedCode = "mailed code";
    public const string RecoveryCode = "recovery code";
    public const string Passkey = "passkey";

    private readonly Counter<long> _signIns = meter
        .CreateCounter<long>("onetimejwt.sign_ins", "{try}", "Tries to sign in, by method and outcome.");

    public void Count(string method, SignInResult result) =>
        _signIns.Add(
            1,
            KeyValuePair.Create<string, object?>("method", method),
            KeyValuePair.Create<string, object?>("outcome", Outcome(result)));

    private static string Outcome(SignInResult result) =>
        result.Succeeded ? "succeeded"
        : result.RequiresTwoFactor ? "second step asked for"
        : "failed";
}
