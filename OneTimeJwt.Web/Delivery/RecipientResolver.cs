using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using OneTimeJwt.Tokens;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Database;
using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Delivery;

/// <summary>Finds the accounts of typed addresses, many at a time, and puts a row for each into the outbox.</summary>
internal sealed class RecipientResolver(
    IDbContextFactory<AccountsContext> contexts,
    GroupCommitWriter appender,
    TypedAddress typed,
    ServerSecrets secrets,
    AccountLookup lookup,
    TimeProvider time)
{
    /// <param name="mails">Rows that are ours, with a typed address.</param>
    /// <param name="fail">Is told of each row that fails alone.</param>
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

    // Others are written at the same moment: what fails here is not looked up again with them.
    private async Task ReplaceAsync(Request request, ILookup<string, string> accounts, Func<OutboxMail, Exception, Task> fail)
    {
        var (mail, address) = request;
        try
        {
            await appender.ReplaceAsync(mail, Outcome(mail, address, address is null ? [] : [.. accounts[address]]));
        }
        catch (Exception fault) when (fault.MayBeOfOneRow())
        {
            await fail(mail, fault);
        }
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
