using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using OneTimeJwt.Tokens;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Database;

namespace OneTimeJwt.Web.SignIn;

/// <summary>What a page asks the browser for, and the challenge that goes with it, sealed, to come back in the same form.</summary>
public sealed record PasskeyRequest(string Options, string State);

/// <summary>A passkey that the browser has proved to hold.</summary>
/// <param name="Account">Whose.</param>
/// <param name="Passkey">As it is now: devices count its uses.</param>
/// <param name="Challenge">Names the challenge that was answered, which counts once.</param>
public sealed record PasskeyProof(Account Account, UserPasskeyInfo Passkey, Guid Challenge);

/// <summary>
/// Passkeys between a page and Identity. Challenges are sealed for one act of one account in its present state, and for
/// minutes, so that no cookie and no row has to remember them until they are answered.
/// </summary>
internal sealed class Passkeys(
    IPasskeyHandler<Account> handler,
    IHttpContextAccessor http,
    IDataProtectionProvider protection,
    PublicOrigin origin)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private HttpContext Context => http.HttpContext!;

    /// <summary>Browsers tie passkeys to a host's name: an address won't do.</summary>
    public bool Offered => Uri.CheckHostName(new Uri(origin.Value).Host) == UriHostNameType.Dns;

    /// <summary>The name and the origin are the settings', never a request's.</summary>
    public static void Configure(IdentityPasskeyOptions options, PublicOrigin origin)
    {
        options.ServerDomain = new Uri(origin.Value).Host;
        options.ValidateOrigin = context => ValueTask.FromResult(!context.CrossOrigin && context.Origin == origin.Origin);
        // It stands for both factors, so the device has to make sure who holds it.
        options.UserVerificationRequirement = "required";
    }

    public async Task<PasskeyRequest> AskToCreateAsync(Account account)
    {
        var name = account.Email ?? account.UserName ?? account.Id;
        var made = await handler.MakeCreationOptionsAsync(new() { Id = account.Id, Name = name, DisplayName = name }, Context);
        return new PasskeyRequest(made.CreationOptionsJson, Seal("create", account, made.AttestationState));
    }

    /// <returns>Null where the browser's answer doesn't fit what was asked for.</returns>
    public async Task<UserPasskeyInfo?> CreatedAsync(Account account, string state, string credential)
    {
        if (Unseal("create", account, state) is not { } asked)
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

    /// <param name="account">Whose; null for whoever has one.</param>
    public async Task<PasskeyRequest> AskToEnterAsync(Account? account)
    {
        var made = await handler.MakeRequestOptionsAsync(account, Context);
        return new PasskeyRequest(made.RequestOptionsJson, Seal("enter", account, made.AssertionState));
    }

    /// <returns>Null where the browser's answer doesn't fit what was asked for.</returns>
    public async Task<PasskeyProof?> EnteredAsync(Account? account, string state, string credential)
    {
        if (Unseal("enter", account, state) is not { } asked)
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

    private string Seal(string use, Account? account, string? state) => Protector(use, account).Protect(state ?? "", Patience);

    private string? Unseal(string use, Account? account, string state)
    {
        try
        {
            return Protector(use, account).Unprotect(state);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private ITimeLimitedDataProtector Protector(string use, Account? account) =>
        protection.CreateProtector("passkey/v1", use, account?.Id ?? "anybody", account?.SecurityStamp ?? "").ToTimeLimitedDataProtector();
}
