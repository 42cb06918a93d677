using System.Security.Cryptography;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Delivery;

/// <summary>Finds the accounts of typed addresses, many at a time.</summary>
internal sealed class RecipientResolver(
    IDbContextFactory<AccountsContext> contexts,
    GroupCommitWriter writer,
    OutboxQueue outbox,
    TypedAddress typed,
    ServerSecrets secrets,
    AccountLookup lookup,
    TimeProvider time)
{
    /// <param name="mails">Leased rows with a typed address.</param>
    /// <param name="ours">The leases that this node has.</param>
    /// <param name="fail">Called for each row that fails alone.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    /// <returns>Those that are leased still and have an account now.</returns>
    public async Task<List<OutboxMail>> FindAsync(
        IReadOnlyCollection<OutboxMail> mails,
        IReadOnlyCollection<Guid> ours,
        Func<OutboxMail, Exception, Task> fail,
        CancellationToken cancellationToken)
    {
        var found = new List<OutboxMail>();
        await Bisect.EachAsync(
            [.. mails.Select(mail => new Request(mail, ReadAddress(mail)))],
            async some => found.AddRange(await FindAsync(some, ours, fail, cancellationToken)),
            (request, fault) => fail(request.Mail, fault));
        return found;
    }

    private async Task<List<OutboxMail>> FindAsync(
        IReadOnlyList<Request> some,
        IReadOnlyCollection<Guid> ours,
        Func<OutboxMail, Exception, Task> fail,
        CancellationToken cancellationToken)
    {
        if (some.Count == 0)
            return [];

        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        var accounts = await lookup.IdsOfAsync(database, [.. some.Select(request => request.Address).OfType<string>()], cancellationToken);
        var byCount = some.ToLookup(request => IdsOf(request, accounts).Length == 1);
        var found = await outbox.AssignAsync([.. byCount[true].Select(one => one.Mail.For(IdsOf(one, accounts).Single()))], ours);
        await Task.WhenAll(byCount[false].Select(request => ReplaceAsync(request, IdsOf(request, accounts), fail)));
        return found;
    }

    private static string[] IdsOf(Request request, ILookup<string, string> accounts) =>
        request.Address is null ? [] : [.. accounts[request.Address]];

    // A row that fails here must not make the others be looked up again.
    private async Task ReplaceAsync(Request request, string[] ids, Func<OutboxMail, Exception, Task> fail)
    {
        try
        {
            await writer.ReplaceAsync(request.Mail, Outcome(request.Mail, request.Address, ids));
        }
        catch (Exception fault) when (fault.MayBeOfOneRow())
        {
            await fail(request.Mail, fault);
        }
    }

    // One row for each account of the address, so that a failure of one doesn't repeat the other's mail.
    private object[] Outcome(OutboxMail mail, string? address, string[] ids) =>
        ids.Length == 0
            ? [NoAccount(mail, address)]
            : [.. ids.Select((id, i) => new OutboxMail
            {
                Kind = mail.Kind,
                AccountId = id,
                RequestedBy = mail.RequestedBy,
                RequestedByName = mail.RequestedByName,
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
        ActorName = mail.RequestedByName,
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
