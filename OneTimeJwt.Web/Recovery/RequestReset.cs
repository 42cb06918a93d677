using Microsoft.AspNetCore.DataProtection;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Languages;
using OneTimeJwt.Web.Tokens;

namespace OneTimeJwt.Web.Recovery;

/// <summary>
/// Takes a request for a link: one outbox row, whatever was typed. Accounts are not looked up here, so that known and
/// unknown addresses can't differ; the worker does that on its own time.
/// </summary>
public sealed class RequestReset(Appender appender, TypedAddress typed, OneTimeTokens tokens, TimeProvider time)
{
    /// <summary>How long after its expiry a dead link may still be traded for a fresh one.</summary>
    public static readonly TimeSpan FreshLinkGrace = TimeSpan.FromDays(7);

    private const int LongestAddress = 256;

    /// <summary>Whether this could be an address at all; the same rules for everyone.</summary>
    public static bool IsAddress(string text) =>
        text.Length is >= 3 and <= LongestAddress
        && text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at
        && at < text.Length - 1
        && at == text.LastIndexOf('@')
        && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))
        && Addresses.CanBeNormalised(text);

    public Task ForAddressAsync(string address, string? client) =>
        AppendAsync(typed.Protect(address), accountId: null, client);

    /// <summary>A fresh link for the holder of a dead one.</summary>
    /// <returns>False where the old link isn't provably ours, or is too old.</returns>
    public async Task<bool> ForDeadLinkAsync(string token, string? client)
    {
        if (await FreshLinkAccountAsync(token) is not { } accountId)
            return false;

        await AppendAsync(typedAddress: null, accountId, client);
        return true;
    }

    // No account is looked up: the proof of issuance is enough to mail the account's own address.
    private async Task<string?> FreshLinkAccountAsync(string token)
    {
        var verification = await tokens.VerifyAsync(token, TokenPurpose.Reset, _ => Task.FromResult<Microsoft.AspNetCore.Identity.IdentityUser?>(null));
        return verification.Claims is { } claims && time.GetUtcNow() <= claims.ExpiresAt + FreshLinkGrace ? claims.AccountId : null;
    }

    private Task AppendAsync(string? typedAddress, string? accountId, string? client)
    {
        var now = time.GetUtcNow();
        return appender.AppendAsync(new OutboxMail
        {
            Kind = OutboxKind.ResetLink,
            TypedAddress = typedAddress,
            AccountId = accountId,
            Client = client,
            RequestedAt = now,
            DueAt = now,
            Culture = Reader.Culture,
            Zone = Reader.ZoneId,
        });
    }
}

/// <summary>Keeps what people typed unreadable while it waits in the outbox.</summary>
public sealed class TypedAddress(IDataProtectionProvider protection)
{
    private readonly IDataProtector _protector = protection.CreateProtector("outbox/typed-address/v1");

    public string Protect(string address) => _protector.Protect(address);

    public string Unprotect(string cipher) => _protector.Unprotect(cipher);
}
