using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OneTimeJwt.Web.Admin;

/// <summary>A page that has filters. Stored by name.</summary>
public enum FilterPage
{
    Accounts,
    Trail,
}

/// <summary>A filter that somebody keeps for themselves under a name.</summary>
public sealed class SavedFilter
{
    public const int MaxNameLength = 60;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>As the trail has who acts: an account's id, or somebody of the OpenID provider.</summary>
    public required string Owner { get; init; }

    public required FilterPage Page { get; init; }

    public required string Name { get; set; }

    /// <summary>Encrypted: what is typed into a filter may be the address of somebody who has no account, or anything else.</summary>
    public required string Query { get; set; }

    public required DateTimeOffset SavedAt { get; set; }
}

internal sealed class SavedFilterConfiguration : IEntityTypeConfiguration<SavedFilter>
{
    public void Configure(EntityTypeBuilder<SavedFilter> filter)
    {
        filter.ToTable("RecoverySavedFilters");
        filter.Property(f => f.Id).ValueGeneratedNever();
        filter.Property(f => f.Owner).HasMaxLength(ColumnLength.Id);
        filter.Property(f => f.Page).HasConversion<string>().HasMaxLength(16);
        filter.Property(f => f.Name).HasMaxLength(SavedFilter.MaxNameLength);
        filter.Property(f => f.Query).HasMaxLength(4000);
        filter.HasIndex(f => new { f.Owner, f.Page });
    }
}

/// <summary>Removes the filters of deleted accounts, and of people of the provider whose last session is forgotten.</summary>
internal sealed partial class SavedFilterRetention(
    IDbContextFactory<AccountsContext> contexts,
    SqliteWriteLock writer,
    TimeProvider time,
    ILogger<SavedFilterRetention> logger
) : Worker
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        // Rules of the database may hide every account from this user.
        var accounts = database.Users.IgnoreQueryFilters();
        if (await accounts.OrderBy(account => account.Id).Select(account => account.Id).FirstOrDefaultAsync(cancellationToken) is null)
            return 0;

        var sum = 0;
        var owners = await database.SavedFilters.Select(filter => filter.Owner).Distinct().ToListAsync(cancellationToken);
        foreach (var some in owners.Chunk(BatchedDelete.AtOnce))
        {
            var present = await accounts.Where(account => some.Contains(account.Id)).Select(account => account.Id)
                .ToListAsync(cancellationToken);
            present.AddRange(
                await database.OidcSessions.Where(session => some.Contains(session.Person)).Select(session => session.Person).Distinct()
                    .ToListAsync(cancellationToken));
            var gone = some.Except(present, StringComparer.OrdinalIgnoreCase).ToList();
            sum += gone.Count == 0 ? 0 : await writer.RunAsync(
                () => database.SavedFilters.Where(filter => gone.Contains(filter.Owner)).ExecuteDeleteAsync(cancellationToken),
                cancellationToken);
        }

        return sum;
    }

    protected override Task WorkAsync(CancellationToken stoppingToken) =>
        RepeatAsync(Interval, time, () => SweepAsync(stoppingToken), stoppingToken);

    [LoggerMessage(LogLevel.Error, "Saved filters of people who are gone could not be removed ({Fault}); trying again in an hour.")]
    protected override partial void LogFailure(string fault, Exception? unexpected);
}
