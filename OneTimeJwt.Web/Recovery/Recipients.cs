using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Tokens;

namespace OneTimeJwt.Web.Recovery;

/// <summary>Finds the accounts of typed addresses, many at a time, and puts a row for each into the outbox.</summary>
internal sealed class Recipients(
    IDbContextFactory<AccountsContext> contexts,
    Appender appender,
    TypedAddress typed,
    ServerSecrets secrets,
    AccountLookup lookup,
    TimeProvider time)
{
    public async Task FindAsync(IReadOnlyCollection<OutboxMail> mails, CancellationToken cancellationToken)
    {
        if (mails.Count == 0)
            return;

        var addresses = mails.ToDictionary(mail => mail, ReadAddress);
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        var accounts = await lookup.IdsOfAsync(database, [.. addresses.Values.OfType<string>()], cancellationToken);
        await Task.WhenAll(addresses.Select(pair => appender.ReplaceAsync(pair.Key, Outcome(pair.Key, pair.Value, pair.Value is null ? [] : [.. accounts[pair.Value]]))));
    }

    // One row for each account of the address, so that a failure on one can't send the other's mail again.
    private object[] Outcome(OutboxMail mail, string? address, string[] ids) =>
        address is null || ids.Length == 0
            ? [NoAccount(mail, address)]
            : [.. ids.Select((id, i) => new OutboxMail
            {
                Kind = mail.Kind,
                AccountId = id,
                RequestedBy = mail.RequestedBy,
                Client = mail.Client,
                RequestedAt = mail.RequestedAt,
                // Leased in this order too, where they don't fit into one batch.
                DueAt = mail.RequestedAt.AddMicroseconds(i),
                Culture = mail.Culture,
                Zone = mail.Zone,
            })];

    private RecoveryEvent NoAccount(OutboxMail mail, string? address) => new()
    {
        At = time.GetUtcNow(),
        Kind = RecoveryEventKind.Requested,
        AddressHash = address is null ? null : secrets.HashAddress(lookup.KeyOf(address)),
        Actor = mail.RequestedBy,
        Client = mail.Client,
        Detail = address is null ? "unreadable since the server secret was changed" : "no such account",
    };

    private string? ReadAddress(OutboxMail mail)
    {
        try
        {
            return typed.Unprotect(mail.TypedAddress!);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
