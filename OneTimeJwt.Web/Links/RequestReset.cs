using Microsoft.AspNetCore.DataProtection;
using OneTimeJwt.Tokens;
using OneTimeJwt.Web.Links.Purposes;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Links;

/// <summary>
/// Takes a request for a link, to choose a password or to confirm an address: one outbox row, whatever was typed.
/// Accounts are not looked up here, so that known and
/// unknown addresses can't differ; the worker does that on its own time.
/// </summary>
internal sealed class RequestReset(
    LinkPurposes purposes,
    GroupCommitWriter appender,
    TypedAddress typed,
    OneTimeTokens tokens,
    TimeProvider time)
{
    /// <summary>How long after its expiry a dead link may still be traded for a fresh one.</summary>
    public static readonly TimeSpan FreshLinkGrace = TimeSpan.FromDays(7);

    public Task ForAddressAsync(LinkPurpose purpose, string address, string? client) =>
        AppendAsync(purpose, typed.Protect(address), accountId: null, client);

    /// <summary>A fresh link for the holder of a dead one.</summary>
    /// <returns>What it is for; null where the old link isn't provably ours, or is too old.</returns>
    public async Task<LinkPurpose?> ForDeadLinkAsync(string token, string? client)
    {
        foreach (var purpose in purposes.Requestable)
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
    private async Task<string?> FreshLinkAccountAsync(LinkPurpose purpose, string token)
    {
        var verification = await tokens.VerifyAsync(token, purpose.Token, _ => Task.FromResult<TokenAccount?>(null));
        return verification.Claims is { } claims && time.GetUtcNow() <= claims.ExpiresAt + FreshLinkGrace ? claims.AccountId : null;
    }

    private Task AppendAsync(LinkPurpose purpose, string? typedAddress, string? accountId, string? client) =>
        appender.AppendAsync(OutboxMail.ForUser(purpose.Request!.Mail, accountId, client, time.GetUtcNow(), typedAddress));
}

/// <summary>Keeps what people typed unreadable while it waits in the outbox.</summary>
public sealed class TypedAddress(IDataProtectionProvider protection)
{
    private readonly IDataProtector _protector = protection.CreateProtector("outbox/typed-address/v1");

    public string Protect(string address) => _protector.Protect(address);

    public string Unprotect(string cipher) => _protector.Unprotect(cipher);
}
