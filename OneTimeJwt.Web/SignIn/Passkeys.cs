using Microsoft.AspNetCore.DataProtection;
using OneTimeJwt.Web.Audit;

namespace OneTimeJwt.Web.SignIn;

/// <summary>Options for the browser, and the encrypted challenge that the form sends back.</summary>
public sealed record PasskeyRequest(string Options, string State);

/// <summary>A verified assertion.</summary>
/// <param name="Account">The owner.</param>
/// <param name="Passkey">With its new signature counter.</param>
/// <param name="Challenge">An id of the challenge, which may be answered once.</param>
public sealed record PasskeyProof(Account Account, UserPasskeyInfo Passkey, Guid Challenge);

/// <summary>
/// Passkeys between a page and Identity. Challenges are encrypted for one use by one account in its present state, and expire
/// within minutes, so that no cookie or row has to keep them.
/// </summary>
internal sealed class Passkeys(
    IPasskeyHandler<Account> handler,
    IHttpContextAccessor http,
    IDataProtectionProvider protection,
    PublicOrigin origin)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);

    private HttpContext Context => http.HttpContext!;

    /// <summary>Browsers tie passkeys to a host name; IP addresses don't count.</summary>
    public bool Offered => Uri.CheckHostName(new Uri(origin.Value).Host) == UriHostNameType.Dns;

    /// <summary>Name and origin come from the settings, never from a request.</summary>
    public static void Configure(IdentityPasskeyOptions options, PublicOrigin origin)
    {
        options.ServerDomain = new Uri(origin.Value).Host;
        options.ValidateOrigin = context => ValueTask.FromResult(!context.CrossOrigin && context.Origin == origin.Origin);
        // A passkey counts as both factors, so the device has to verify its user.
        options.UserVerificationRequirement = "required";
    }

    public async Task<PasskeyRequest> AskToCreateAsync(Account account)
    {
        var name = account.Email ?? account.UserName ?? account.Id;
        var made = await handler.MakeCreationOptionsAsync(new() { Id = account.Id, Name = name, DisplayName = name }, Context);
        return new PasskeyRequest(made.CreationOptionsJson, Seal("create", account, made.AttestationState));
    }

    /// <returns>Null where the browser's response doesn't match the challenge.</returns>
    public async Task<UserPasskeyInfo?> CreatedAsync(Account account, string state, string credential)
    {
        if (Protector("create", account).TryUnprotect(state) is not { } asked)
            return null;

        var result = await handler.PerformAttestationAsync(
            new()
            {
                HttpContext = Context,
                CredentialJson = credential,
                AttestationState = asked,
            });
        return result.Succeeded && result.UserEntity.Id == account.Id ? result.Passkey : null;
    }

    /// <param name="account">Whose passkeys; null for any account.</param>
    public async Task<PasskeyRequest> AskToEnterAsync(Account? account)
    {
        var made = await handler.MakeRequestOptionsAsync(account, Context);
        return new PasskeyRequest(made.RequestOptionsJson, Seal("enter", account, made.AssertionState));
    }

    /// <returns>Null where the browser's response doesn't match the challenge.</returns>
    public async Task<PasskeyProof?> EnteredAsync(Account? account, string state, string credential)
    {
        if (Protector("enter", account).TryUnprotect(state) is not { } asked)
            return null;

        var result = await handler.PerformAssertionAsync(
            new()
            {
                HttpContext = Context,
                CredentialJson = credential,
                AssertionState = asked,
            });
        return result.Succeeded && (account is null || result.User.Id == account.Id)
            ? new PasskeyProof(result.User, result.Passkey, Name(asked))
            : null;
    }

    private static Guid Name(string challenge) => RecoveryEvent.IdOf(challenge);

    private string Seal(string use, Account? account, string? state) => Protector(use, account).Protect(state ?? "", Timeout);

    private ITimeLimitedDataProtector Protector(string use, Account? account) =>
        protection.CreateProtector("passkey/v1", use, account?.Id ?? "anybody", account?.SecurityStamp ?? "").ToTimeLimitedDataProtector();
}
