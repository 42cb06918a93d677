using System.Diagnostics.CodeAnalysis;
using OneTimeJwt.Web.Links.Purposes;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Links;

/// <summary>
/// Takes a request for a link, to choose a password or to confirm an address: one outbox row, whatever was typed. Accounts are not
/// looked up here, so that known and unknown addresses can't differ; the worker does that in its own time.
/// </summary>
internal sealed class RequestReset(
    LinkPurposes purposes, GroupCommitWriter writer, TypedAddress typed, OneTimeTokens tokens, TimeProvider time)
{
    /// <summary>How long after its expiry an invalid link may still be exchanged for a fresh one.</summary>
    private static readonly TimeSpan ReissueGrace = TimeSpan.FromDays(7);

    public Task ForAddressAsync(LinkPurpose purpose, string address, string? client) =>
        AppendAsync(purpose, typed.Protect(address), accountId: null, client);

    /// <summary>A fresh link for an invalid one.</summary>
    /// <returns>What it is for; null where the old link isn't provably ours, or is too old.</returns>
    public async Task<LinkPurpose?> ReissueAsync(string token, string? client)
    {
        foreach (var purpose in purposes.Requestable)
        {
            // No account is looked up: the proof of issuance is enough to mail the account's own address.
            var verification = await tokens.VerifyAsync(token, purpose.Token, _ => Task.FromResult<TokenAccount?>(null));
            if (CanReissue(verification.Claims))
            {
                await AppendAsync(purpose, typedAddress: null, verification.Claims.AccountId, client);
                return purpose;
            }
        }

        return null;
    }

    public bool CanReissue([NotNullWhen(true)] ProvenClaims? claims) =>
        claims is not null && time.GetUtcNow() <= claims.ExpiresAt + ReissueGrace;

    private Task AppendAsync(LinkPurpose purpose, string? typedAddress, string? accountId, string? client) =>
        writer.AppendAsync(OutboxMail.ForUser(purpose.Request!.Mail, accountId, client, time.GetUtcNow(), typedAddress));
}
