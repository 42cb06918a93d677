using Microsoft.AspNetCore.DataProtection;
using OneTimeJwt.Tokens;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Languages;

namespace OneTimeJwt.Web.Recovery;

/// <summary>
/// Takes a request for a link, to choose a password or to confirm an address: one outbox row, whatever was typed. Accounts are not looked up here, so that known and
/// unknown addresses can't differ; the worker does that on its own time.
/// </summary>
public sealed class RequestReset(Appender appender, TypedAddress typed, OneTimeTokens tokens, TimeProvider time)
{
    /// <summary>How long after its expiry a dead link may still be traded for a fresh one.</summary>
    public static readonly TimeSpan FreshLinkGrace = TimeSpan.FromDays(7);

    public Task ForAddressAsync(TokenPurpose purpose, string address, string? client) =>
        AppendAsync(purpose, typed.Protect(address), accountId: null, client);

    /// <summary>A fresh link for the holder of a dead one.</summary>
    /// <returns>What it is for; null where the old link isn't provably ours, or is too old.</returns>
    public async Task<TokenPurpose?> ForDeadLinkAsync(string token, string? client)
    {
        foreach (var purpose in Purposes.All.Where(Purposes.IsTradable))
        {
            if (await FreshLinkAccountAsync(purpose, token) is { } accountId)
            {
                await AppendAsync(purpose, typedAddress: null, accountId, client);
                return purpose;
            }
        }

        return null;
    }

    // No account is looked up: the proof of issuance is enough to mail the account's own address.
    private async Task<string?> FreshLinkAccountAsync(TokenPurpose purpose, string token)
    {
        var verification = await tokens.VerifyAsync(token, purpose, _ => Task.FromResult<TokenAccount?>(null));
        return verification.Claims is { } claims && time.GetUtcNow() <= claims.ExpiresAt + FreshLinkGrace ? claims.AccountId : null;
    }

    private Task AppendAsync(TokenPurpose purpose, string? typedAddress, string? accountId, string? client)
    {
        var now = time.GetUtcNow();
        return appender.AppendAsync(new OutboxMail
        {
            Kind = purpose == TokenPurpose.Confirm ? OutboxKind.ConfirmLink : OutboxKind.ResetLink,
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
