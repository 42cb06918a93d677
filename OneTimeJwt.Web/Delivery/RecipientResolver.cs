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
            [.. mails.Select(mail => new Request(mail, typed.TryUnprotect(mail.TypedAddress!)))],
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
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        var accounts = await lookup.IdsOfAsync(database, [.. some.Select(request => request.Address).OfType<string>()], cancellationToken);
        var byCount = some
            .Select(request => request with { Accounts = request.Address is null ? [] : [.. accounts[request.Address]] })
            .ToLookup(request => request.Accounts.Count == 1);
        var found = await outbox.AssignAsync([.. byCount[true].Select(one => one.Mail.For(one.Accounts[0]))], ours);
        await Task.WhenAll(byCount[false].Select(request => ReplaceAsync(request, fail)));
        return found;
    }

    // A row that fails here must not make the others be looked up again.
    private async Task ReplaceAsync(Request request, Func<OutboxMail, Exception, Task> fail)
    {
        try
        {
            await writer.ReplaceAsync(request.Mail, Outcome(request));
        }
        catch (Exception fault) when (fault.MayBeOfOneRow())
        {
            await fail(request.Mail, fault);
        }
    }

    // One row for each account of the address, so that a failure of one doesn't repeat the other's mail.
    private object[] Outcome(Request request) =>
        request.Accounts.Count == 0
            ? [NoAccount(request.Mail, request.Address)]
            : [.. request.Accounts.Select((id, i) => new OutboxMail
            {
                Kind = request.Mail.Kind,
                AccountId = id,
                RequestedBy = request.Mail.RequestedBy,
                RequestedByName = request.Mail.RequestedByName,
                Client = request.Mail.Client,
                RequestedAt = request.Mail.RequestedAt,
                // Keeps their order where they don't fit into one batch.
                DueAt = request.Mail.RequestedAt.AddMicroseconds(i),
                Culture = request.Mail.Culture,
                Zone = request.Mail.Zone,
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

    private sealed record Request(OutboxMail Mail, string? Address)
    {
        public IReadOnlyList<string> Accounts { get; init; } = [];
    }
}
