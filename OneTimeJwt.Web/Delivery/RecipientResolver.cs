using System.Security.Cryptography;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Delivery;

/// <summary>Finds the accounts of typed addresses, many at a time, and adds an outbox row for each.</summary>
internal sealed class RecipientResolver(
    IDbContextFactory<AccountsContext> contexts,
    GroupCommitWriter writer,
    TypedAddress typed,
    ServerSecrets secrets,
    AccountLookup lookup,
    TimeProvider time)
{
    /// <param name="mails">Leased rows with a typed address.</param>
    /// <param name="fail">Called for each row that fails alone.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    public Task FindAsync(
        IReadOnlyCollection<OutboxMail> mails, Func<OutboxMail, Exception, Task> fail, CancellationToken cancellationToken) =>
        Bisect.EachAsync(
            [.. mails.Select(mail => new Request(mail, ReadAddress(mail)))],
            some => FindAsync(some, fail, cancellationToken),
            (request, fault) => fail(request.Mail, fault));

    private async Task FindAsync(IReadOnlyList<Request> some, Func<OutboxMail, Exception, Task> fail, CancellationToken cancellationToken)
    {
        if (some.Count == 0)
            return;

        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        var accounts = await lookup.IdsOfAsync(database, [.. some.Select(request => request.Address).OfType<string>()], cancellationToken);
        await Task.WhenAll(some.Select(request => ReplaceAsync(request, accounts, fail)));
    }

    // A row that fails here must not make the others be looked up again.
    private async Task ReplaceAsync(Request request, ILookup<string, string> accounts, Func<OutboxMail, Exception, Task> fail)
    {
        var (mail, address) = request;
        try
        {
            await writer.ReplaceAsync(mail, Outcome(mail, address, address is null ? [] : [.. accounts[address]]));
        }
        catch (Exception fault) when (fault.MayBeOfOneRow())
        {
            await fail(mail, fault);
        }
    }

    // One row for each account of the address, so that a failure of one doesn't repeat the other's mail.
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
                // Keeps their order where they don't fit into one batch.
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

    private sealed record Request(OutboxMail Mail, string? Address);

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
